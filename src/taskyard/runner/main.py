"""Dispatch the runner's own program and the commands that scripts and agents call.

Every command imports what it needs when it is called: some are started by agents that
wait for them.
"""

import os
import sys
from collections.abc import Callable, Sequence
from typing import Final

from taskyard.runner.version import COMPATIBLE_VERSION

__all__ = ["commands", "main"]

_USAGE: Final = 2


def main(arguments: Sequence[str]) -> int:
    """Run the command that `arguments` name; return its exit code."""
    if not arguments or arguments[0] in ("help", "--help", "-h"):
        _say(_help())
        return 0 if arguments else _USAGE
    if arguments[0] in ("--version", "version"):
        _say(COMPATIBLE_VERSION)
        return 0
    for words, command in _COMMANDS.items():
        if tuple(arguments[: len(words)]) == words:
            return command(list(arguments[len(words) :]))
    name = os.environ.get("TASKYARD_SHIM", "taskyard")
    sys.stderr.write(
        f"{name}: {' '.join(arguments[:3])!r} does not exist inside a workspace.\n{_help()}\n"
    )
    return _USAGE


def commands() -> list[str]:
    """The commands there are, each as its words."""
    return [" ".join(words) for words in _COMMANDS]


def _help() -> str:
    return f"Commands inside a workspace: {', '.join(commands())}, --version."


def _say(text: str) -> None:
    sys.stdout.write(text + "\n")


def _run(arguments: list[str]) -> int:
    if "--child" in arguments:
        from taskyard.runner import daemon  # noqa: PLC0415 - see the module

        return daemon.main()
    from taskyard.runner import guardian  # noqa: PLC0415 - see the module

    return guardian.main(str(getattr(sys.modules["__main__"], "TASKYARD_ENTRY", "")))


def _session(arguments: list[str]) -> int:
    from taskyard.runner.shim import session  # noqa: PLC0415 - see the module

    return session.main(arguments)


def _hook(arguments: list[str]) -> int:
    from taskyard.runner.shim import hook  # noqa: PLC0415 - see the module

    return hook.main(arguments)


def _own_report_tool(_arguments: list[str]) -> int:
    from taskyard.runner.mcp import report  # noqa: PLC0415 - see the module

    return report.main("report_task")


def _coder_report_tool(_arguments: list[str]) -> int:
    from taskyard.runner.mcp import report  # noqa: PLC0415 - see the module

    return report.main("coder_report_task")


def _configure(arguments: list[str]) -> int:
    from taskyard.runner.shim import mcp_configure  # noqa: PLC0415 - see the module

    return mcp_configure.main(arguments)


def _sync(arguments: list[str]) -> int:
    from taskyard.runner.shim import sync  # noqa: PLC0415 - see the module

    return sync.main(arguments)


def _stat(arguments: list[str]) -> int:
    from taskyard.runner.shim import stat  # noqa: PLC0415 - see the module

    return stat.main(arguments)


def _external_auth(arguments: list[str]) -> int:
    from taskyard.runner.shim import external_auth  # noqa: PLC0415 - see the module

    return external_auth.main(arguments)


def _gitssh(arguments: list[str]) -> int:
    from taskyard.runner.shim import gitssh  # noqa: PLC0415 - see the module

    return gitssh.main(arguments)


def _agentapi(arguments: list[str]) -> int:
    from taskyard.runner.shim import agentapi  # noqa: PLC0415 - see the module

    return agentapi.main(arguments)


def _dotfiles(arguments: list[str]) -> int:
    from taskyard.runner.shim import dotfiles  # noqa: PLC0415 - see the module

    return dotfiles.main(arguments)


_COMMANDS: Final[dict[tuple[str, ...], Callable[[list[str]], int]]] = {
    ("run",): _run,
    ("session",): _session,
    ("hook",): _hook,
    ("mcp", "report"): _own_report_tool,
    ("exp", "mcp", "server"): _coder_report_tool,
    ("exp", "mcp", "configure"): _configure,
    ("exp", "sync"): _sync,
    ("stat",): _stat,
    ("external-auth", "access-token"): _external_auth,
    ("gitssh",): _gitssh,
    ("dotfiles",): _dotfiles,
    ("agentapi",): _agentapi,
}
