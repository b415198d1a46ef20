"""Which emulator stands behind a terminal: the best one that is here.

None is needed to import this module. `ghostty` (libghostty-vt, through ctypes, so that
any Python can use it) comes with the runner's single file, for the platform that file was
built on; `avt` is a compiled module that may be installed.
"""

from collections.abc import Callable
from typing import Final

from taskyard.runner.agents.driver import AgentFailed
from taskyard.runner.agents.tui.avt import Avt
from taskyard.runner.agents.tui.ghostty import Ghostty
from taskyard.runner.agents.tui.terminal import EmulatorMissing, Terminal

__all__ = ["EMULATORS", "open_terminal"]

#: In order of preference; each raises `EmulatorMissing` where it cannot be used.
EMULATORS: Final[dict[str, Callable[[int, int], Terminal]]] = {
    "ghostty": Ghostty,
    "avt": Avt,
}


def open_terminal(columns: int, rows: int) -> Terminal:
    """A terminal of the best emulator there is. Raises `AgentFailed` when there is none."""
    tried: list[str] = []
    for name, make in EMULATORS.items():
        try:
            return make(columns, rows)
        except EmulatorMissing as exc:
            tried.append(f"{name}: {exc}")
    raise AgentFailed(
        "no terminal emulator can be used here, so only agents that speak ACP can run: "
        f"install `pyghostty` or `pyavt` for this Python ({'; '.join(tried)})"
    )
