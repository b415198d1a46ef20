"""Short scripts: write a named file, run a command, answer a question, anything else."""

import re
from collections.abc import Iterable
from typing import Final

from taskyard.server.gateway.demo.scripts.explore import (
    fenced,
    list_files,
    read_file,
    runner_of,
    slug,
    write_file,
)
from taskyard.server.gateway.demo.steps import Report, Run, Script

__all__ = [
    "answer_question",
    "converse",
    "file_in",
    "note_down",
    "run_command",
    "write_named_file",
]

_FILE: Final = re.compile(
    r"\b(?:create|write|make|add|save|put)\b.*?[\s`\"'(]((?:[\w-]+/)*[\w.-]+\.[a-z]\w{0,7})\b",
    re.IGNORECASE | re.DOTALL,
)
_CONTENT: Final = re.compile(
    r"\b(?:with|containing|contains|that says|saying)\b[^\"'`\n]*[\"'`](.+?)[\"'`](?:\W|$)",
    re.IGNORECASE | re.DOTALL,
)
_COMMAND: Final = re.compile(r"\b(?:run|execute)\b[^`\n]*`([^`\n]+)`", re.IGNORECASE)
_COMMON: Final = frozenset(
    [
        "about",
        "what",
        "when",
        "where",
        "which",
        "does",
        "that",
        "this",
        "with",
        "from",
        "have",
        "there",
        "their",
        "they",
        "them",
        "please",
        "make",
        "create",
        "write",
        "change",
        "into",
        "your",
        "could",
        "would",
        "should",
        "will",
        "code",
        "file",
        "files",
        "project",
        "want",
        "need",
        "like",
        "some",
        "then",
        "than",
        "here",
        "just",
    ]
)
_SHOWN_LINES: Final = 30


def file_in(prompt: str) -> str | None:
    """The file that the prompt asks to be written, such as "create hello.txt"."""
    found = _FILE.search(prompt)
    return found[1] if found else None


def write_named_file(prompt: str) -> Script:
    path = file_in(prompt) or "NOTES.md"
    content = _CONTENT.search(prompt)
    text = f"{content[1]}\n" if content else _placeholder(path, prompt)
    yield Report(state="working", summary=f"Writing {path}")
    files = yield from list_files()
    if not (yield from write_file(path, text, files, f"I'll write `{path}`.")):
        yield Report(state="failure", summary=f"Could not write {path}")
        return f"I could not write `{path}`."

    check = yield Run(command=f"wc -c '{path}'", purpose=f"Check {path}")
    yield Report(state="complete", summary=f"Wrote {path}")
    counted = [] if check.failed else check.text.split()
    return f"`{path}` is written" + (f" ({counted[0]} bytes)." if counted else ".")


def run_command(prompt: str) -> Script:
    """Run the command in backticks, else the project's tests."""
    named = _COMMAND.search(prompt)
    command = named[1] if named else ""
    if not command:
        files = yield from list_files("I'll find out how the tests are run.")
        readme = ""
        if "README.md" in files:
            readme = yield from read_file("README.md")
        command = runner_of(files, readme)
    if not command:
        return "I found no command that runs the tests. Tell me one in `backticks`."

    yield Report(state="working", summary=f"Running {command}")
    outcome = yield Run(command=command, purpose="Run what was asked for")
    state, ending = "complete", "succeeded"
    if outcome.is_unfinished:
        ending = "takes long and goes on in the background"
    elif outcome.failed:
        state, ending = "failure", "failed"
    yield Report(state=state, summary=f"{command} {ending}")
    return f"`{command}` {ending}:\n\n```\n{_tail(outcome.text)}\n```"


def answer_question(prompt: str) -> Script:
    yield Report(state="working", summary="Looking at the project to answer a question")
    files = yield from list_files("I'll look at the project.")
    matches = yield Run(
        command=_search(prompt), purpose="Search the project for words of the question"
    )
    readme = ""
    if "README.md" in files:
        readme = yield from read_file("README.md")

    yield Report(state="idle", summary="Answered from the project's files")
    parts = ["I can't reason about a question, but this is what the files say."]
    if readme:
        parts.append(f"The README:\n\n> {_quote(readme)}")
    if commands := fenced(readme):
        parts.append(f"Commands it names:\n\n```\n{commands}\n```")
    if matches.text.strip() and not matches.failed:
        parts.append(
            f"Places that share words with it:\n\n```\n{_tail(matches.text)}\n```"
        )
    parts.append(f"The project has {len(files)} files: {_names(files)}.")
    return "\n\n".join(parts)


def converse(prompt: str) -> Script:
    yield Report(state="idle", summary="Waiting for a task")
    return (
        f"You said: {prompt.strip()[:200]}\n\nGive me something to do and I will do it with "
        "real tools, for example: document the project structure, change the primary color "
        "theme to purple, rewrite the backend in go, run the tests, create a file."
    )


def note_down(prompt: str) -> Script:
    """Whatever else is asked: look around, write down what was found, check, and say so."""
    yield Report(state="working", summary="Looking at the project")
    files = yield from list_files("I'll look at the project first.")
    readme = ""
    if "README.md" in files:
        readme = yield from read_file("README.md")
    related = yield Run(
        command=_search(prompt), purpose="Find the places that the request may concern"
    )

    path = f"docs/notes/{slug(prompt)}.md"
    page = _plan(prompt, files, readme, related.text if not related.failed else "")
    if not (yield from write_file(path, page, files, "I write down what I found.")):
        yield Report(state="failure", summary=f"Could not write {path}")
        return f"I could not write `{path}`. This is what would be in it:\n\n{page}"

    check = yield Run(
        command=f"wc -l '{path}'; git status --short 2>/dev/null || true",
        purpose="Check what changed",
    )
    yield Report(state="complete", summary=f"Wrote down where to start in {path}")
    return (
        "I can't write new code for this: I am a script. I did what a script can: looked "
        f"through {len(files)} files and wrote down where to start in `{path}`.\n\n"
        f"```\n{_tail(check.text)}\n```"
    )


def _placeholder(path: str, prompt: str) -> str:
    line = " ".join(prompt.split())[:160]
    if path.endswith((".py", ".sh", ".toml", ".yml", ".yaml")):
        return f"# Written for: {line}\n"
    return f"Written for: {line}\n"


def _search(prompt: str) -> str:
    """A grep for the longest words of the prompt."""
    words = set(re.findall(r"[a-z]{4,}", prompt.lower())) - _COMMON
    pattern = "|".join(sorted(words, key=lambda w: (-len(w), w))[:6]) or "TODO"
    return (
        f"grep -rniE '{pattern}' . --exclude-dir=.git --exclude-dir=node_modules "
        f"--exclude-dir=docs -I | cut -c1-160 | head -n {_SHOWN_LINES}"
    )


def _plan(prompt: str, files: Iterable[str], readme: str, related: str) -> str:
    parts = [
        f"# {prompt.strip().splitlines()[0][:100] if prompt.strip() else 'Notes'}",
        "What was asked:\n\n> " + "\n> ".join(prompt.strip().splitlines()[:20]),
    ]
    if readme:
        parts.append(f"What the project is:\n\n> {_quote(readme)}")
    if related.strip():
        parts.append(
            f"Places that the request may concern:\n\n```\n{_tail(related)}\n```"
        )
    parts.append("Files:\n\n" + "\n".join(f"- `{file}`" for file in files))
    return "\n\n".join(parts) + "\n"


def _quote(readme: str) -> str:
    prose = [
        block.strip()
        for block in re.split(r"\n\s*\n", readme)
        if block.strip() and not re.match(r"[#`|<!\[-]", block.strip())
    ]
    return prose[0].replace("\n", "\n> ") if prose else "(no description)"


def _names(files: list[str]) -> str:
    shown = ", ".join(f"`{file}`" for file in files[:12])
    return shown + (", …" if len(files) > 12 else "") if files else "none"  # noqa: PLR2004 - a dozen names fit a sentence


def _tail(text: str) -> str:
    return "\n".join(text.strip().splitlines()[-_SHOWN_LINES:])
