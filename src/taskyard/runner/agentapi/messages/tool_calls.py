"""Take the calls of the report tool out of a terminal agent's message."""

import re
from typing import Final

__all__ = ["remove_report_calls"]

_CLAUDE_START: Final = re.compile(r"coder - coder_report_task \(MCP\)")
_CLAUDE_DONE: Final = re.compile(r'^\s*"message": "Thanks for reporting!"\s*$')
_CODEX_START: Final = re.compile(
    r"^\s*• Called\s*$|^\s*• Called\s+Coder\.coder_report_task"
)
_CODEX_NAME: Final = "Coder.coder_report_task"
_CODEX_DONE: Final = '{"message": "Thanks for reporting!"}'
#: A line that opens the next thing the agent says or does.
_NEXT: Final = re.compile(r"^\s*[●•⏺✻]")


def remove_report_calls(agent: str, text: str) -> tuple[str, list[str]]:
    """`text` without the calls, and the calls, newest first. A half-shown call stays."""
    match agent:
        case "claude":
            spans = _claude_spans(text.split("\n"))
        case "codex":
            spans = _codex_spans(text.split("\n"))
        case _:
            return text, []

    lines = text.split("\n")
    calls: list[str] = []
    for start, end in reversed(spans):
        calls.append("\n".join(lines[start:end]).strip("\n"))
        del lines[start:end]

    return ("\n".join(lines).strip("\n") if calls else text), calls


def _claude_spans(lines: list[str]) -> list[tuple[int, int]]:
    """From the line that names the tool to the brace that closes its answer."""
    spans: list[tuple[int, int]] = []
    start: int | None = None
    for index, line in enumerate(lines):
        if _CLAUDE_START.search(line):
            start = index
        elif start is not None and _NEXT.match(line):
            start = None
        elif start is not None and _CLAUDE_DONE.match(line):
            closed = index + 1 < len(lines) and lines[index + 1].strip() == "}"
            spans.append((start, index + (2 if closed else 1)))
            start = None

    return spans


def _codex_spans(lines: list[str]) -> list[tuple[int, int]]:
    """From `• Called` to the line with the answer, if the tool is named in between."""
    spans: list[tuple[int, int]] = []
    start: int | None = None
    named = False
    for index, line in enumerate(lines):
        if _CODEX_START.match(line):
            start, named = index, _CODEX_NAME in line
        elif start is not None and _NEXT.match(line):
            start = None
        elif start is not None and _CODEX_NAME in line:
            named = True
        elif start is not None and named and _CODEX_DONE in line:
            spans.append((start, index + 1))
            start = None

    return spans
