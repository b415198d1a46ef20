"""Drop the person's own words, which a terminal agent shows again above its answer.

The echo is not the text that was sent: the agent wraps it, frames it, styles it away
(Codex drops code fences), or shows only its beginning. It is followed line by line, each
compared without white space; a line that is not the next of what was sent ends it. So
nothing of an answer goes that is not, word for word, where the echo is.
"""

import re
from collections.abc import Iterator, Sequence
from typing import Final, final

__all__ = ["remove_echo", "without_echo"]

#: The echo begins near the top: within this many lines, or this many characters if more.
_SEARCH_LINES: Final = 6
_SEARCH_RUNES: Final = 25
#: So much of its first line must be there.
_PREFIX_RUNES: Final = 6
#: A line may lack or add so many characters in a row, and must have so many in common.
_LOOK_AHEAD: Final = 5
_ENOUGH: Final = 0.85
_FUZZY_RUNES: Final = 12
#: Lines of what was sent that an agent may leave out in a row, such as code fences.
_LEFT_OUT: Final = 3
_FRAMES: Final = "│|┃▌█▐"
_SIGNS: Final = re.compile(r"(?:\(\s?[Oo]\)>|[>❯›→])")
_STARRED: Final = frozenset({"gemini", "qwen"})
#: Agents of any kind may echo behind a prompt of their own.
_PROMPTED: Final = frozenset({"custom", "goose", "aider", "amazonq"})
_PROMPT: Final = re.compile(r"^\s*\S.{0,60}?(?<=\S)[>$#%❯›»]\s(?P<typed>.*)$")
#: Instead of a long text, or of its end.
_PASTED: Final = re.compile(r"\[.{0,12}[Pp]aste[d ]")
_AND_MORE: Final = re.compile(r"^\W*(?:…|\.\.\.)\s*\+?\d+\s*(?:more\s*)?lines?\b")
_LONG: Final = 200
#: What an answer begins with; the echo does not come after it.
_ANSWER: Final = re.compile(r"^\s*[●⏺•✦✓]\s")
_FRAME_START: Final = re.compile(r"^\s*(?:[╭┌][─━]+[^\n]*[╮┐]|▀{15,}|▄{15,})\s*$")
_FRAME_END: Final = re.compile(r"^\s*(?:[╰└][─━]+[^\n]*[╯┘]|▀{15,}|▄{15,})\s*$")
#: Below the echo opencode says who sent it, and when, behind the same bar.
_SENDER: Final = re.compile(r"^\s*┃(?:\s|$)")
#: Drawn together with what stands before them, and not by every terminal.
_INVISIBLE: Final = dict.fromkeys([0x200B, 0x200D, 0xFE0E, 0xFE0F, 0xFEFF])


def remove_echo(agent: str, message: str, user_input: str) -> str:
    """`message` from the line after the echo of `user_input`; unchanged without an echo."""
    sent = _Sent(user_input)
    if not sent.text:
        return message
    lines = message.split("\n")
    last = _last_line(agent, lines, sent)
    return message if last is None else "\n".join(lines[_after(agent, lines, last) :])


def without_echo(agent: str, message: str, words: str) -> str:
    """`message` without the echoes of `words` anywhere in it, each behind a prompt sign."""
    sent = _Sent(words)
    if not sent.text:
        return message
    kept: list[str] = []
    lines = message.split("\n")
    number = 0
    while number < len(lines):
        end = _echo_behind_sign(agent, lines[number], sent)
        if end is None:
            kept.append(lines[number])
            number += 1
            continue
        last = _follow(agent, lines, number, sent, end)
        number = _after(agent, lines, last)
        if kept and _FRAME_START.match(kept[-1]):
            kept.pop()
    return "\n".join(kept)


@final
class _Sent:
    """What was sent without white space, and where its lines begin in that."""

    def __init__(self, user_input: str) -> None:
        lines = [line for line in map(_squeezed, user_input.split("\n")) if line]
        self.text = "".join(lines)
        self.first = lines[0] if lines else ""
        self.is_long = len(lines) > 2 or len(self.text) > _LONG  # noqa: PLR2004 - few lines
        self._starts: list[int] = []
        at = 0
        for line in lines:
            self._starts.append(at)
            at += len(line)

    def places(self, at: int) -> Iterator[int]:
        """Where the next line of the echo may go on: here, or after lines left out."""
        yield at
        later = (start for start in self._starts if start > at)
        for _, start in zip(range(_LEFT_OUT), later, strict=False):
            yield start


def _last_line(agent: str, lines: Sequence[str], sent: _Sent) -> int | None:
    """The line on which the echo ends."""
    seen = 0
    for number, line in enumerate(lines):
        if number >= _SEARCH_LINES and seen >= _SEARCH_RUNES:
            return None
        seen += len(_squeezed(line))
        for shown in _readings(agent, line):
            end = _start(shown, sent)
            if end is not None:
                return _follow(agent, lines, number, sent, end)
        if _ANSWER.match(line):
            return None
    return None


def _start(shown: str, sent: _Sent) -> int | None:
    """How much of what was sent the first line of the echo shows."""
    if sent.is_long and _PASTED.match(shown):
        return len(sent.text)
    prefix = sent.first[:_PREFIX_RUNES]
    return _matched(shown, sent.text, 0) if shown.startswith(prefix) else None


def _echo_behind_sign(agent: str, line: str, sent: _Sent) -> int | None:
    _, *behind = _readings(agent, line)
    ends = (_start(shown, sent) for shown in behind)
    return next((end for end in ends if end is not None), None)


def _follow(agent: str, lines: Sequence[str], start: int, sent: _Sent, at: int) -> int:
    """The last line of the echo that begins at `start` and shows `at` characters there."""
    last = start
    for number in range(start + 1, len(lines)):
        if at >= len(sent.text):
            break
        readings = list(_readings(agent, lines[number]))
        if not any(readings):
            continue  # a blank line, or a frame around nothing
        if _PASTED.search(lines[number]) or _AND_MORE.match(lines[number]):
            return number
        found = _next(readings, sent, at)
        if found is None:
            break
        last, at = number, found
    return last


def _next(readings: Sequence[str], sent: _Sent, at: int) -> int | None:
    for place in sent.places(at):
        for shown in readings:
            if (end := _matched(shown, sent.text, place)) is not None:
                return end
    return None


def _matched(shown: str, sent: str, at: int) -> int | None:
    """Where in `sent` a line ends that shows it from `at` on; None when it does not."""
    if not shown:
        return None
    if sent.startswith(shown, at):
        return at + len(shown)
    rest = sent[at : at + len(shown) + _LOOK_AHEAD]
    begun = shown.rstrip(".…")
    if begun != shown and len(begun) >= _PREFIX_RUNES and rest.startswith(begun):
        return len(sent)  # cut off on the screen
    if at + len(rest) >= len(sent) and rest and shown.startswith(rest):
        ends_here = not any(rune.isalnum() for rune in shown[len(rest) :])
        return len(sent) if ends_here else None
    return _nearly(shown, sent, at) if len(shown) >= _FUZZY_RUNES else None


def _nearly(shown: str, sent: str, at: int) -> int | None:
    """As `_matched`, for a line that lacks or adds a few characters."""
    same, i, j = 0, 0, at
    while i < len(shown) and j < len(sent):
        step = _nearest(shown, sent, i, j)
        if step is None:
            break
        i, j = step[0] + 1, step[1] + 1
        same += 1
    return j if same >= _ENOUGH * len(shown) else None


def _nearest(shown: str, sent: str, i: int, j: int) -> tuple[int, int] | None:
    """The next character that both share."""
    for ahead in range(2 * _LOOK_AHEAD - 1):
        for more in range(
            max(0, ahead - _LOOK_AHEAD + 1), min(ahead, _LOOK_AHEAD - 1) + 1
        ):
            here, there = i + ahead - more, j + more
            if here < len(shown) and there < len(sent) and shown[here] == sent[there]:
                return here, there
    return None


def _readings(agent: str, line: str) -> Iterator[str]:
    """What the line says without its frame, and without the sign it begins with."""
    inside = _squeezed(line).strip(_FRAMES)
    yield inside
    bare = _SIGNS.sub("", inside, count=1) if _SIGNS.match(inside) else inside
    if bare == inside and agent in _STARRED:
        bare = inside.removeprefix("*")
    if bare != inside:
        yield bare
    if agent in _PROMPTED and (prompted := _PROMPT.match(line)):
        yield _squeezed(prompted["typed"])


def _after(agent: str, lines: Sequence[str], last: int) -> int:
    """Index of the first line that is not the echo or the frame around it."""
    after = last + 1
    if after < len(lines) and _FRAME_END.match(lines[after]):
        after += 1
    while agent == "opencode" and after < len(lines) and _SENDER.match(lines[after]):
        after += 1
    return after


def _squeezed(text: str) -> str:
    return "".join(text.split()).translate(_INVISIBLE)
