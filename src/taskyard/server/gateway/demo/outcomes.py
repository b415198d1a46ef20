"""What agents put around the output of a tool, taken off again.

Seen in the requests of the versions in `provisioner/agent_packages.py`. What is not
recognised stays as it is. All of it is text of a workspace: what looks at it takes linear
time, so it is cut first to what the scripts can use.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from taskyard.kit.shapes import as_object, parsed
from taskyard.server.gateway.demo.asked import Result

__all__ = ["MAX_LINE", "Outcome", "outcome_of"]

MAX_LINE: Final = 1000
_MAX_TEXT: Final = 200_000

#: Claude Code, and Codex, whose commands go on after a while.
_UNFINISHED: Final = re.compile(
    r"Command (?:did not complete|running in background|was moved)"
    r"|(?:[^\n]{0,200}\n){0,3}Process running with session ID"
)
#: For protocols that carry no mark of failure beside the text.
_FAILED: Final = re.compile(
    r"Error: |File not found|File path must be|(?:Path|Parent directory) \S{1,4096} does not exist"
    r"|\w+ (?:call )?(?:failed|rejected)\b|Tool execution (?:denied|failed)"
    r"|(?:The user|User) (?:denied|rejected|declined)|Permission denied",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What came of a step. `failed`: the tool reported an error or was refused."""

    text: str
    failed: bool = False
    #: The command took too long and goes on in the background.
    is_unfinished: bool = False


def outcome_of(result: Result) -> Outcome:
    text = result.text[:_MAX_TEXT]
    code = 0
    for unwrap in _WRAPPINGS:
        if (found := unwrap(text)) is not None:
            text, code = found
            break
    return Outcome(
        text="\n".join(line[:MAX_LINE] for line in text.split("\n")),
        failed=code != 0 or _is_failure(result, text),
        is_unfinished=_UNFINISHED.match(result.text[:_MAX_TEXT]) is not None,
    )


def _is_failure(result: Result, text: str) -> bool:
    return _FAILED.match(text) is not None if result.failed is None else result.failed


def _codex(text: str) -> tuple[str, int] | None:
    """Lines about the process, then its output."""
    head, mark, output = text.partition("\nOutput:\n")
    if not mark or not re.match(r"(?:Chunk ID|Wall time|Script \w+)", head):
        return None
    code = re.search(r"^Process exited with code (\d{1,3})", head, re.MULTILINE)
    return _codex_program(output) or (output, int(code[1]) if code else 0)


def _codex_program(output: str) -> tuple[str, int] | None:
    """What a command returns inside of Codex's code mode."""
    value = as_object(parsed(output))
    if not isinstance(value.get("output"), str):
        return None
    return value["output"], value.get("exit_code") or 0


_FIELDS: Final = re.compile(
    r"^(?:Command|Directory|Output|Error|Exit Code|Signal|Process Group PGID"
    r"|Background PIDs): ?",
    re.MULTILINE,
)


def _gemini(text: str) -> tuple[str, int] | None:
    """Fields, of which those without a value may be missing; Qwen Code has them all."""
    inside = text.removeprefix("<untrusted_context>\n")
    if not inside.startswith(("Output: ", "Command: ")):
        return None
    marks = list(_FIELDS.finditer(inside))
    ends = [*(mark.start() for mark in marks[1:]), len(inside)]
    values = {
        mark[0].strip(": "): inside[mark.end() : end].rstrip("\n")
        for mark, end in zip(marks, ends, strict=True)
    }
    output = values.get("Output", "")
    code = re.match(r"\d{1,3}", values.get("Exit Code", ""))
    return "" if output == "(empty)" else output, int(code[0]) if code else 0


_COPILOT: Final = re.compile(
    r"\n?<shellId: \w+ completed with exit code (\d{1,3})>\s*$"
)


def _copilot(text: str) -> tuple[str, int] | None:
    found = _COPILOT.search(text[-200:])
    if found is None:
        return None
    return text[: len(text) - len(found[0])], int(found[1])


def _opencode(text: str) -> tuple[str, int] | None:
    """A file with numbered lines between tags."""
    if not text.startswith("<path>"):
        return None
    inside = text.partition("<content>\n")[2].partition("\n\n(End of file")[0]
    lines = (re.sub(r"^\d{1,9}: ?", "", line) for line in inside.split("\n"))
    return "\n".join(lines) + "\n", 0


def _nothing(text: str) -> tuple[str, int] | None:
    """OpenCode's and Claude Code's words for an empty output."""
    is_empty = text in {"(no output)", "(Bash completed with no output)"}
    return ("", 0) if is_empty else None


def _untrusted(text: str) -> tuple[str, int] | None:
    """Gemini marks everything that came from outside, such as MCP tools."""
    inside = text.removeprefix("<untrusted_context>\n")
    if inside == text:
        return None
    return inside.rstrip().removesuffix("</untrusted_context>"), 0


_WRAPPINGS: Final[tuple[Callable[[str], tuple[str, int] | None], ...]] = (
    _codex,
    _gemini,
    _copilot,
    _opencode,
    _nothing,
    _untrusted,
)
