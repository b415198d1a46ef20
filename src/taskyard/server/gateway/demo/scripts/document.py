"""Describe the project in docs/STRUCTURE.md, from files that were really read."""

import posixpath
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from taskyard.server.gateway.demo.scripts.explore import (
    fenced,
    list_files,
    read_file,
    write_file,
)
from taskyard.server.gateway.demo.steps import Report, Run, Script

__all__ = ["document"]

_TARGET: Final = "docs/STRUCTURE.md"
_SOURCE: Final = frozenset(
    [
        ".py",
        ".js",
        ".ts",
        ".tsx",
        ".go",
        ".rs",
        ".java",
        ".rb",
        ".php",
        ".c",
        ".h",
        ".cpp",
        ".cs",
        ".html",
        ".css",
        ".sh",
        ".tf",
        ".md",
    ]
)
_MAX_READ: Final = 8
_DEFINITION: Final = re.compile(
    r"^(?:export )?(?:async )?(?:def|class|func|fn|function|type|interface) +"
    r"(?:\([^)\n]{0,80}\) *)?([A-Za-z_]\w*)",
    re.MULTILINE,
)
_ROUTE: Final = re.compile(r"[\"'`(](/api/[\w/{}().\\+*-]*)")


def document(prompt: str) -> Script:
    del prompt
    yield Report(
        state="working", summary="Reading the project to describe its structure"
    )
    files = yield from list_files("I'll look at what is in the project first.")
    if not files:
        return "I found no files here, so there is no structure to describe yet."

    texts: dict[str, str] = {}
    for path in _worth_reading(files):
        text = yield from read_file(path)
        if text:
            texts[path] = text

    page = _page(files, texts)
    written = yield from write_file(
        _TARGET, page, files, f"I have read {len(texts)} files and write the page now."
    )
    if not written:
        yield Report(state="failure", summary=f"Could not write {_TARGET}")
        return f"I could not write `{_TARGET}`; this is what would be in it:\n\n{page}"

    check = yield Run(
        command=f"wc -l {_TARGET}", purpose="Check the page that was written"
    )
    yield Report(state="complete", summary=f"Wrote {_TARGET} from {len(texts)} files")
    return (
        f"I described the project in `{_TARGET}` ({check.text.split()[0]} lines)"
        if check.text.split() and not check.failed
        else f"I described the project in `{_TARGET}`"
    ) + (
        f". It covers {len(files)} files; these I read: "
        + ", ".join(f"`{path}`" for path in texts)
        + "."
    )


def _worth_reading(files: Iterable[str]) -> list[str]:
    """README first, then entry points, then sources near the root."""
    sources = [
        f
        for f in files
        if posixpath.splitext(f)[1] in _SOURCE and f != _TARGET and "__init__" not in f
    ]
    return sorted(sources, key=_rank)[:_MAX_READ]


def _rank(path: str) -> tuple[int, int, str]:
    name = posixpath.basename(path).lower()
    if name.startswith("readme"):
        order = 0
    elif re.match(r"(__main__|main|index|app|server)\.", name):
        order = 1
    elif "test" in path.lower():
        order = 3
    else:
        order = 2
    return (order, path.count("/"), path)


def _page(files: Sequence[str], texts: Mapping[str, str]) -> str:
    readme = next((t for p, t in texts.items() if "readme" in p.lower()), "")
    parts = [
        "# Structure of the project",
        _paragraph(readme) or "What is where, read from the files themselves.",
        "## Files\n\n```\n" + "\n".join(_tree(files)) + "\n```",
        "## What each part does\n\n" + "\n".join(_rows(texts)),
    ]
    if routes := _routes(texts):
        parts.append("## HTTP addresses\n\n" + "\n".join(f"- `{r}`" for r in routes))
    if commands := fenced(readme):
        parts.append(f"## Commands\n\n```\n{commands}\n```")
    return "\n\n".join(parts) + "\n"


def _paragraph(readme: str) -> str:
    """The first paragraph of prose."""
    for block in re.split(r"\n\s*\n", readme):
        if block.strip() and not re.match(r"[#`|<!\[-]", block.strip()):
            return block.strip()
    return ""


def _tree(files: Iterable[str]) -> list[str]:
    lines: list[str] = []
    folders: set[str] = set()
    for path in sorted(files, key=lambda p: (posixpath.dirname(p), p)):
        parents = path.split("/")[:-1]
        for depth in range(len(parents)):
            folder = "/".join(parents[: depth + 1])
            if folder not in folders:
                folders.add(folder)
                lines.append(f"{'  ' * depth}{parents[depth]}/")
        lines.append(f"{'  ' * len(parents)}{posixpath.basename(path)}")
    return lines


def _rows(texts: Mapping[str, str]) -> list[str]:
    rows = ["| file | lines | what it is | defines |", "|---|---|---|---|"]
    for path, text in texts.items():
        names = list(dict.fromkeys(_DEFINITION.findall(text)))[:6]
        defines = ", ".join(f"`{name}`" for name in names)
        lines = len(text.splitlines())
        rows.append(f"| `{path}` | {lines} | {_purpose(text)} | {defines} |")
    return rows


def _purpose(text: str) -> str:
    """The file's own first words about itself: docstring, comment, title or heading."""
    for pattern in (
        r'\A(?:#![^\n]*\n)?[ \n]{0,9}"""(.+?)(?:\n|""")',
        r"^\s*(?://|/\*+|#) *(.+?)(?:\*/)?$",
        r"<title>(.*?)</title>",
    ):
        if found := re.search(pattern, text[:2000], re.MULTILINE):
            return found[1].strip().replace("|", "\\|")
    return ""


def _routes(texts: Mapping[str, str]) -> list[str]:
    found: set[str] = set()
    for path, text in texts.items():
        if not path.endswith(".md") and "test" not in path:
            found |= {r.replace("\\d+", "{id}") for r in _ROUTE.findall(text)}
    cleaned = {re.sub(r"[()\\]", "", route) for route in found}
    return sorted(route for route in cleaned if route != "/api/")
