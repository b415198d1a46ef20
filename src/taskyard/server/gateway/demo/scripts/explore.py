"""Parts that several scripts share: looking at a project and reading its files."""

import posixpath
import re
import shlex
from collections.abc import Generator, Iterable
from typing import Final

from taskyard.server.gateway.demo.outcomes import Outcome
from taskyard.server.gateway.demo.steps import Read, Run, Step, Write

__all__ = [
    "Part",
    "fenced",
    "list_files",
    "plain",
    "read_file",
    "runner_of",
    "slug",
    "write_file",
]

#: A part of a script that gives a value to the script that runs it.
Part = Generator[Step, Outcome, str]

_NUMBERED: Final = re.compile(r"^ *\d+(?:→|\t)")
#: Qwen Code shows a file once, and Copilot makes no folders.
_SEEN: Final = re.compile(r"\[File [^\n]{1,4096} unchanged since last read")
_NO_FOLDER: Final = re.compile(r"Parent directory \S{1,4096} does not exist")
_LIST: Final = (
    "git ls-files --cached --others --exclude-standard 2>/dev/null"
    " || find . -type f -not -path '*/.*' -not -path '*/node_modules/*'"
)
_MAX_FILES: Final = 200


def list_files(say: str = "") -> Generator[Step, Outcome, list[str]]:
    """Paths of the project's files, sorted; empty where there is no shell."""
    outcome = yield Run(command=_LIST, purpose="List the project's files", say=say)
    if outcome.failed:
        return []

    names = (line.strip().removeprefix("./") for line in outcome.text.splitlines())
    return sorted({n for n in names if n and not n.startswith("(")})[:_MAX_FILES]


def read_file(path: str, say: str = "") -> Part:
    """The file's text; empty when it cannot be read."""
    outcome = yield Read(path=path, say=say)
    if _SEEN.match(outcome.text):
        outcome = yield Run(
            command=f"cat -- {shlex.quote(path)}", purpose=f"Read {path}"
        )
    return "" if outcome.failed else plain(outcome.text)


def write_file(
    path: str, content: str, files: Iterable[str], say: str = ""
) -> Generator[Step, Outcome, bool]:
    """Write a file, reading it first where it exists: agents insist on that."""
    if path in files:
        yield Read(path=path)

    outcome = yield Write(path=path, content=content, say=say)
    if outcome.failed and _NO_FOLDER.match(outcome.text):
        folder = posixpath.dirname(path)
        yield Run(command=f"mkdir -p {shlex.quote(folder)}", purpose=f"Make {folder}")
        outcome = yield Write(path=path, content=content)
    return not outcome.failed


def plain(text: str) -> str:
    """Take the line numbers off that some agents put before each line of a file."""
    lines = text.splitlines()
    if not lines or not _NUMBERED.match(lines[0]):
        return text
    return "\n".join(_NUMBERED.sub("", line) for line in lines) + "\n"


def fenced(text: str) -> str:
    """The first code block of a Markdown text, without its fence."""
    _, opening, rest = text.partition("```")
    block, closing, _ = rest.partition("\n")[2].partition("```")
    return block.strip() if opening and closing else ""


def runner_of(files: Iterable[str], readme: str) -> str:
    """The command that runs the project's tests; empty when none is recognised."""
    for line in fenced(readme).splitlines():
        command = line.partition("#")[0].strip()
        if re.search(r"\b(unittest|pytest|npm test|go test|make test)\b", command):
            return command

    names = {posixpath.basename(file) for file in files}
    if "go.mod" in names:
        return "go test ./..."
    if "package.json" in names:
        return "npm test"
    if any(re.fullmatch(r"test_.*\.py", name) for name in names):
        return "python3 -m unittest discover"
    return ""


def slug(text: str, words: int = 5) -> str:
    found = re.findall(r"[a-z0-9]+", text.lower())[:words]
    return "-".join(found) or "note"
