"""Start a fake agent of this package as a program, at once: the standard library only.

`python programs.py MODULE NAME` serves the agent NAME of `taskyard.testing.MODULE`, without
site packages; nothing of the rest of Taskyard is loaded.
"""

import sys
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

__all__ = ["named", "override", "program"]

if TYPE_CHECKING:
    from typing_extensions import override
else:
    _Method = TypeVar("_Method")

    def override(method: _Method) -> _Method:
        """Mean nothing: these programs have the standard library only."""
        return method


def program(module: str, name: str) -> tuple[str, ...]:
    """The command line of the agent `name` in the `AGENTS` of a module."""
    return (sys.executable, "-I", "-S", __file__, module.rpartition(".")[2], name)


def named(*agents: type) -> dict[str, type]:
    """Agents by name: `WantsLogin` is `wants-login`."""
    return {
        "".join(f"-{c.lower()}" if c.isupper() else c for c in agent.__name__)[
            1:
        ]: agent
        for agent in agents
    }


if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).parents[2]))
    module = import_module(f"taskyard.testing.{sys.argv.pop(1)}")
    module.AGENTS[sys.argv[1]]().serve()
