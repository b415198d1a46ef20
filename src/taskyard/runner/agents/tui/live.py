"""The terminal of a terminal driver, as those see it who watch and type."""

from typing import final

from taskyard.protocol.terminal import TerminalSize
from taskyard.runner.agents.driver import AgentFailed, TerminalListener
from taskyard.runner.agents.tui.pty import TerminalProcess
from taskyard.runner.agents.tui.screen import Screen

__all__ = ["LiveTerminal"]


@final
class LiveTerminal:
    """See `AgentTerminal`. Lives as long as its driver, which may start a process twice."""

    def __init__(self) -> None:
        self._size = TerminalSize(120, 40)
        self._screen: Screen | None = None
        self._process: TerminalProcess | None = None
        self._listener: TerminalListener | None = None

    @property
    def size(self) -> TerminalSize:
        return self._size

    @property
    def is_between(self) -> bool:
        return self._screen is None or self._screen.is_between

    def paint(self) -> bytes:
        return b"" if self._screen is None else self._screen.paint()

    def write(self, data: bytes) -> None:
        if self._process is None:
            raise AgentFailed("the agent is not there yet")
        self._process.write(data)

    def resize(self, size: TerminalSize) -> None:
        """Also before there is a process: the next one is made so large."""
        self._size = size
        if self._process is not None and self._screen is not None:
            self._process.resize(*size)
            self._screen.resize(*size)
        if self._listener is not None:
            self._listener.redrawn()

    def listen(self, listener: TerminalListener | None) -> None:
        self._listener = listener

    # -- for the driver ---------------------------------------------------------------

    def show(self, screen: Screen, process: TerminalProcess) -> None:
        """From now on this is what it shows, and who reads what is typed."""
        self._screen, self._process = screen, process
        if self._listener is not None:
            self._listener.redrawn()

    def drawn(self, data: bytes) -> None:
        """The screen has taken this in."""
        if self._listener is not None:
            self._listener.drawn(data)
