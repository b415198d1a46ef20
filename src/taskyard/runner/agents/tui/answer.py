"""Which lines of a screen are the agent's answer to what was said last.

The screen before the message and the screen now are laid over one another: the lines
that are in both say by how much the text has moved. What lies behind the old text is
new, whatever its lines look like; so an answer may repeat what was said before, and an
agent may change a line further up, and neither is mistaken for the other.
"""

import re
from collections import Counter
from collections.abc import Sequence
from typing import Final, final

from taskyard.runner.agentapi.messages import (
    format_agent_message,
    format_tool_call,
    trim_blank_lines,
)
from taskyard.runner.agentapi.messages.boxes import remove_input_box
from taskyard.runner.agents.tui.profiles import Profile

__all__ = ["Answer"]

#: Of a turn; the beginning of a longer answer is left out.
ANSWER_LINES: Final = 4000
#: A line that occurs more often says nothing about where the text is.
_OFTEN: Final = 8
#: A line or two far below the text: a hint at the edge of the screen.
_FOOTER: Final = re.compile(r"\n{5,}[^\n]+(?:\n[^\n]+)?\s*\Z")
#: What agents write under a finished turn; the duration is told with the turn's end.
_SUMMARY: Final = re.compile(
    r"\n✻ \w+ for (?:\d+[hms] ?)+(?: · done [^\n]*)?\s*\Z"
    r"|\n\s*Worked for <?\d[^\n]{0,20} • \d\d:\d\d\s*\Z"
    r"|\n\s*▣ +\w+ · [^\n]{1,80} · \d[^\n]{0,12}\s*\Z"
)
#: Gemini's line of hints above its box, and its mode.
_HINTS: Final = re.compile(
    r"\n\s*\? for shortcuts\s*(?:\n─{15,}[^\n]*(?:\n[^\n]+)?)?\s*\Z"
)
#: Copilot says beside a message when it came.
_CLOCK: Final = re.compile(r"\s{2,}\d\d:\d\d\s*$")
#: Of a line that wraps.
_LONG_ECHO: Final = 40
#: A footer that no rule knows as an input box is never larger.
_FOOTER_LINES: Final = 8


@final
class Answer:
    """Grows with the turn. A full-screen agent forgets what leaves its screen; we do not."""

    def __init__(self, profile: Profile, before: str, said: str) -> None:
        self._agent = profile.name
        self._overlay = profile.overlay
        self._said = said
        self._before = before
        self._lines: list[str] = []
        self._scrolled = False
        self._has_begun = False  # the agent has shown the message, or something new
        first = next((line for line in said.split("\n") if line.strip()), "")
        self._echo = "".join(first.split())

    @property
    def has_begun(self) -> bool:
        """Whether the message or something after it has been seen."""
        return self._has_begun

    def see(self, screen: str) -> None:
        """Take in what is shown now: history and screen, or the screen alone."""
        if self._overlay is not None:
            screen = self._overlay.sub("", screen)
        old, now = _without_footer(self._agent, self._before, screen)
        if not any(rune.isalnum() for line in now for rune in line):
            return  # cleared, to be drawn anew
        start = None if self._scrolled else self._start(old, now)
        if start is not None:
            self._lines = now[start:]
        elif self._lines and self._has_begun:
            self._append(now)
        else:
            self._lines = now

    def _start(self, old: list[str], now: list[str]) -> int | None:
        """Where the new text begins; None when nothing old and no echo is left."""
        moved = _movement(old, now)
        echoes = [at for at, line in enumerate(now) if self._is_echo(line)]
        if moved is None:
            start = echoes[-1] if echoes else None
        else:
            # A line of the old text may stand below the answer: a footer that no rule
            # knows. The echo is above the answer, whatever stands below.
            fresh = (at for at in echoes if now[at] != _at(old, at + moved))
            start = next(fresh, None) or _end_of_old(old, now, moved)
        if start or moved == len(old):
            self._has_begun = True
            return start
        return None

    def _is_echo(self, line: str) -> bool:
        """The person's words, alone on their line, as far as they fit on it."""
        shown = "".join(_CLOCK.sub("", line).split()).strip("│|┃").lstrip(">❯›*")
        whole = shown == self._echo
        return whole or (len(shown) >= _LONG_ECHO and self._echo.startswith(shown))

    def text(self) -> str:
        """What the agent said, formatted as AgentAPI's clients expect it."""
        shown = "\n".join(self._lines)
        message = format_agent_message(self._agent, shown, self._said)
        first, _, rest = message.partition("\n")
        if self._is_echo(first):
            message = rest
        if self._scrolled:
            message = _without_end_of_echo(message, self._said)
        message = format_tool_call(self._agent, message)[0]
        for end in (_FOOTER, _HINTS, _SUMMARY):
            message = end.sub("", message)
        return trim_blank_lines(message)

    def _append(self, window: list[str]) -> None:
        """The old text has left the screen: join what is shown to what was seen."""
        self._scrolled = True
        moved = _movement(self._lines, window)
        if moved is None:
            moved = len(self._lines)
        known = self._lines[: max(moved, 0)]
        self._lines = [*known, *window[max(-moved, 0) :]][-ANSWER_LINES:]


def _without_footer(
    agent: str, before: str, screen: str
) -> tuple[list[str], list[str]]:
    """The lines of both without the input box, or else without the footer they share."""
    old = trim_blank_lines(remove_input_box(agent, before)).split("\n")
    now = trim_blank_lines(remove_input_box(agent, screen)).split("\n")
    boxed = remove_input_box(agent, screen) != screen
    if boxed or remove_input_box(agent, before) != before:
        return old, now
    shared = 0
    limit = min(_FOOTER_LINES, len(old) - 1, len(now) - 1)
    while shared < limit and old[-1 - shared] == now[-1 - shared]:
        shared += 1
    return old[: len(old) - shared], now[: len(now) - shared]


def _without_end_of_echo(message: str, said: str) -> str:
    """Drop lines of the person at the top, whose first line was never seen."""
    words = {"".join(line.split()) for line in said.split("\n")} | {""}
    lines = message.split("\n")
    while lines and "".join(lines[0].split()).lstrip(">❯›│┃") in words:
        lines.pop(0)
    return "\n".join(lines)


def _movement(old: Sequence[str], now: Sequence[str]) -> int | None:
    """How many lines of `old` have left `now` at the top; None when nothing is shared.

    Every line that is in both votes for the distances between its places.
    """
    if not any(line.strip() for line in old):
        return len(old)
    before, after = _places(old), _places(now)
    votes = Counter(
        here - there
        for line, places in before.items()
        for here in places
        for there in after.get(line, ())
    )
    if not votes:
        return None
    return max(votes, key=lambda moved: (votes[moved], moved >= 0, -abs(moved)))


def _at(lines: Sequence[str], index: int) -> str | None:
    return lines[index] if 0 <= index < len(lines) else None


def _places(lines: Sequence[str]) -> dict[str, list[int]]:
    """Where each line is that says something and is not said all the time."""
    places: dict[str, list[int]] = {}
    for at, line in enumerate(lines):
        if any(rune.isalnum() for rune in line):
            places.setdefault(line, []).append(at)
    return {line: found for line, found in places.items() if len(found) <= _OFTEN}


def _end_of_old(old: Sequence[str], now: Sequence[str], moved: int) -> int:
    """Where in `now` the first line is that was not there before."""
    end = min(len(old) - moved, len(now))
    while end > 0 and not (
        now[end - 1] == old[end - 1 + moved] and now[end - 1].strip()
    ):
        end -= 1
    return end
