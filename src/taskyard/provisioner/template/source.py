"""What can be said of a template by reading its text, before anything evaluates it.

Deliberately simple patterns, for what would not end, would lead out or would keep the
state elsewhere. Comments and the text of heredocs are no code; what the patterns miss
is Terraform's to find.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from taskyard.provisioner.errors import TemplateInvalid

__all__ = ["check_source", "has_modules", "needs_other_providers"]

_MODULE: Final = re.compile(r'^[ \t]*module\s+"[^"]+"\s*\{', re.MULTILINE)
_SOURCE: Final = re.compile(r'^[ \t]*source\s*=\s*"(\.{1,2}/[^"]*)"', re.MULTILINE)
_READS: Final = re.compile(
    r"\b(?:file|filebase64|fileexists|fileset|templatefile|"
    r"file(?:base64)?(?:md5|sha1|sha256|sha512))"
    r'\(\s*"([^"$%]*)"'
)
_BACKEND: Final = re.compile(r'^[ \t]*(backend\s+"[^"]*"|cloud)\s*\{', re.MULTILINE)
_TYPE: Final = re.compile(
    r'^[ \t]*(?:resource|data|ephemeral)\s+"([a-z0-9]+)[a-z0-9_\-]*"', re.MULTILINE
)
_REQUIRED_SOURCE: Final = re.compile(r'source\s*=\s*"([\w.\-]+/)?([\w\-]+/[\w\-]+)"')
_HEREDOC: Final = re.compile(r"<<[-~]?(\w+)\s*$")
_COMMENT: Final = re.compile(r"\s*(?:#|//)")
_OUR_PREFIXES: Final = frozenset({"coder", "taskyard", "terraform"})
_OUR_SOURCES: Final = frozenset({"coder/coder", "taskyard/taskyard"})


@dataclass(frozen=True, slots=True)
class _Place:
    path: Path
    line: int

    def shown(self, root: Path) -> str:
        return f"{self.path.relative_to(root)}:{self.line}"


def check_source(root: Path) -> None:
    """Raise `TemplateInvalid` with file and line."""
    if not any(_sources(root)):
        raise TemplateInvalid(
            "There is no .tf file at the top of the template: "
            "upload the directory that has main.tf in it."
        )
    _check_reads(root)
    _check_state(root)
    _walk(root, root, ())


def has_modules(root: Path) -> bool:
    return any(_MODULE.search(_code(path)) for path in _sources(root))


def needs_other_providers(root: Path) -> bool:
    """Whether anything but our own providers is named, as far as can be seen."""
    if any(root.glob("*.tf.json")):
        return True
    for path in _sources(root):
        text = _code(path)
        if set(_TYPE.findall(text)) - _OUR_PREFIXES:
            return True
        named = {source for _, source in _REQUIRED_SOURCE.findall(text)}
        if "required_providers" in text and named - _OUR_SOURCES:
            return True
    return False


def _sources(directory: Path) -> Iterator[Path]:
    yield from sorted(directory.glob("*.tf"))
    yield from sorted(directory.glob("*.tf.json"))


def _code(path: Path) -> str:
    """The file with the same lines, less comments and the text of heredocs.

    Of a heredoc's line, what follows a `${` stays: that is evaluated.
    """
    kept: list[str] = []
    end = ""
    for line in path.read_text("utf-8", "replace").split("\n"):
        if end:
            end = "" if line.strip() == end else end
            _, start, expression = line.partition("${")
            kept.append(start + expression)
        elif _COMMENT.match(line):
            kept.append("")
        else:
            found = _HEREDOC.search(line)
            end = found[1] if found else ""
            kept.append(line)
    return "\n".join(kept)


def _matches(path: Path, pattern: re.Pattern[str]) -> Iterator[tuple[str, _Place]]:
    text = _code(path)
    for match in pattern.finditer(text):
        yield match[1], _Place(path, text.count("\n", 0, match.start(1)) + 1)


def _check_reads(root: Path) -> None:
    for path in sorted(root.rglob("*.tf")):
        for wanted, place in _matches(path, _READS):
            if wanted.startswith(("/", "~")) or not _is_inside(
                path.parent / wanted, root
            ):
                raise TemplateInvalid(
                    f'{place.shown(root)}: "{wanted}" is outside of the template. '
                    'Copy the file into it and use "${path.module}/NAME".'
                )


def _check_state(root: Path) -> None:
    for path in sorted(root.glob("*.tf")):
        for block, place in _matches(path, _BACKEND):
            raise TemplateInvalid(
                f"{place.shown(root)}: remove the {block.split()[0]} block. Taskyard "
                "keeps the state of each workspace itself."
            )


def _walk(root: Path, directory: Path, above: tuple[Path, ...]) -> None:
    """Follow local modules down, looking for one that is above itself."""
    for path in sorted(directory.glob("*.tf")):
        for source, place in _matches(path, _SOURCE):
            target = (directory / source).resolve()
            if not _is_inside(target, root):
                raise TemplateInvalid(
                    f'{place.shown(root)}: the module "{source}" is outside of the '
                    "template. Put it into the template's directory."
                )
            if target in (*above, directory.resolve()):
                raise TemplateInvalid(
                    f'{place.shown(root)}: the module "{source}" contains itself, so it '
                    "would never end. Remove this call or point it elsewhere."
                )
            if target.is_dir():
                _walk(root, target, (*above, directory.resolve()))


def _is_inside(path: Path, root: Path) -> bool:
    return path.resolve().is_relative_to(root.resolve())
