"""Type a message into an agent as a careful person would: look before pressing Enter."""

import re
from collections.abc import Callable
from typing import Final

from taskyard.runner.agentapi.messages.boxes import remove_input_box
from taskyard.runner.agents.tui.screen import Screen

__all__ = ["NotTaken", "add_message", "type_message"]

ECHO_SECONDS: Final = 2.0
#: After the echo an agent may still be drawing; Enter comes when it has finished.
SETTLE_SECONDS: Final = 0.05
TAKEN_SECONDS: Final = 15.0
#: Enter is pressed again after this time: some agents take the first as part of the paste.
RETRY_SECONDS: Final = 3.0
#: Enter is pressed again: right behind the text some agents take it as part of a paste.
ADD_SECONDS: Final = 1.0
_ADD_TRIES: Final = 4
_ERASE: Final = b"\x15"  # Ctrl-U: what was typed on this line
_ECHO_RUNES: Final = 10
#: What agents show instead of a long text.
_PASTED: Final = re.compile(r"\[.{0,12}[Pp]aste[d ]", re.DOTALL)


class NotTaken(Exception):
    """The agent did not react to Enter; the text says so to a person."""


async def type_message(
    screen: Screen, write: Callable[[bytes], None], text: str
) -> None:
    """Type `text` and press Enter until something happens. Raises `NotTaken`."""
    clean = _clean(text)
    echo, before = _Echo(clean), screen.text
    write(_keys(clean, paste=screen.takes_paste))
    await screen.until(lambda: echo.appears(before, screen.text), ECHO_SECONDS)
    await screen.quiet(SETTLE_SECONDS, ECHO_SECONDS)
    typed, title, bells = screen.text, screen.title, screen.bells

    def reacts() -> bool:
        return (screen.text, screen.title, screen.bells) != (typed, title, bells)

    for _ in range(int(TAKEN_SECONDS / RETRY_SECONDS)):
        write(b"\r")
        if await screen.until(reacts, RETRY_SECONDS):
            return
    raise NotTaken(f"the agent did not react to Enter for {TAKEN_SECONDS:g} s")


async def add_message(
    agent: str, screen: Screen, write: Callable[[bytes], None], text: str
) -> bool:
    """Type `text` while the agent works; False when it did not take it, then it is erased.

    The agent draws on all the time: it has taken the text when that has left the input box.
    """
    clean = _clean(text)
    echo, before = _Echo(clean), screen.text
    write(_keys(clean, paste=screen.takes_paste))
    if not await screen.until(lambda: echo.appears(before, screen.text), ECHO_SECONDS):
        write(_ERASE)
        return False
    for _ in range(_ADD_TRIES):
        await screen.quiet(SETTLE_SECONDS, SETTLE_SECONDS * 4)
        write(b"\r")
        if await screen.until(
            lambda: not echo.is_in_box(agent, screen.text), ADD_SECONDS
        ):
            return True
    write(_ERASE)
    return False


def _clean(text: str) -> str:
    """Without what a terminal would take for keys: only line ends and tabs are typed."""
    plain = text.replace("\r\n", "\n").replace("\r", "\n")
    return "".join(rune for rune in plain if rune in "\n\t" or rune.isprintable())


def _keys(text: str, *, paste: bool) -> bytes:
    body = text.encode("utf-8", "replace")
    # Terminals paste with carriage returns; inside the brackets they do not submit.
    return b"\x1b[200~" + body.replace(b"\n", b"\r") + b"\x1b[201~" if paste else body


class _Echo:
    def __init__(self, text: str) -> None:
        line = next((line for line in text.split("\n") if line.strip()), "")
        self._runes = _squeezed(line)[:_ECHO_RUNES]

    def appears(self, before: str, now: str) -> bool:
        shown = _squeezed(now).count(self._runes) > _squeezed(before).count(self._runes)
        return shown or len(_PASTED.findall(now)) > len(_PASTED.findall(before))

    def is_in_box(self, agent: str, screen: str) -> bool:
        """Whether it still stands where the agent is typed to."""
        lines = screen.split("\n")
        above = remove_input_box(agent, screen).split("\n")
        same = zip(lines, above, strict=False)
        start = next((n for n, (a, b) in enumerate(same) if a != b), len(above))
        return self._runes in _squeezed("\n".join(lines[start:]))


def _squeezed(text: str) -> str:
    return "".join(text.split())
