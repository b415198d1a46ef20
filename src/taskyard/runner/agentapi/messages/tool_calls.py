"""Take the calls of the report tool out of a terminal agent's message."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

__all__ = ["remove_report_calls"]

_ANSWER: Final = '"message":"Thanksforreporting!"}'
#: A line that opens the next thing the agent says or does.
_NEXT: Final = re.compile(r"^\s*[●•⏺✻✦◐◉✓]")
#: Of one call: arguments are wrapped at the terminal's width.
_LINES: Final = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class _Style:
    opens: re.Pattern[str]  # the first line of a call, as far as it says
    names: re.Pattern[str]  # the tool, without white space, somewhere in the call
    takes_blanks: bool  # the blank lines below belong to the call


_STYLES: Final = {
    "claude": _Style(
        opens=re.compile(r"^\s*[●•⏺]?\s*(?:coder|taskyard) - (?:coder_)?report_task"),
        names=re.compile(r"(?:coder-coder_report_task|taskyard-report_task)\(MCP\)"),
        takes_blanks=False,
    ),
    "codex": _Style(
        opens=re.compile(r"^\s*• Called(?:\s|$)"),
        names=re.compile(r"(?:[Cc]oder\.coder_|taskyard\.)report_task"),
        takes_blanks=True,
    ),
    "copilot": _Style(
        opens=re.compile(r"^\s*[●•✓]\s*\S*report_task"),
        names=re.compile(r"(?:coder_|taskyard-|coder-coder_)report_task"),
        takes_blanks=True,
    ),
}


def remove_report_calls(agent: str, text: str) -> tuple[str, list[str]]:
    """`text` without the calls, and the calls, newest first. A half-shown call stays."""
    style = _STYLES.get(agent)
    if style is None:
        return text, []

    lines = text.split("\n")
    calls: list[str] = []
    for start, end in reversed(list(_spans(style, lines))):
        calls.append("\n".join(lines[start:end]))
        del lines[start:end]

    return (_trimmed(lines) if calls else text), calls


def _spans(style: _Style, lines: Sequence[str]) -> Iterator[tuple[int, int]]:
    at = 0
    while at < len(lines):
        end = _end(style, lines, at) if style.opens.match(lines[at]) else None
        if end is None:
            at += 1
            continue
        yield at, end
        at = end


def _end(style: _Style, lines: Sequence[str], start: int) -> int | None:
    """After the line that closes the answer; None when the call is not shown whole."""
    call = ""
    for at in range(start, min(start + _LINES, len(lines))):
        if at > start and _NEXT.match(lines[at]):
            return None
        call += "".join(lines[at].split())
        if _ANSWER in call:
            if not style.names.search(call):
                return None
            end = at + 1
            while style.takes_blanks and end < len(lines) and not lines[end].strip():
                end += 1
            return end
    return None


def _trimmed(lines: list[str]) -> str:
    while lines and not lines[0].strip():
        lines.pop(0)
    while lines and not lines[-1].strip():
        lines.pop()
    return "\n".join(lines)
