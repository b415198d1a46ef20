"""Flags of a command line, read as Go's flag library for programs does.

`--name value`, `--name=value`, `-n value`, `-nvalue`, `-n=value`; a switch alone means
true and takes a value with `=` only. Flags may stand between other words, until `--`.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import final

__all__ = ["BadFlag", "Flag", "Given", "help_of", "read"]


class BadFlag(ValueError):
    """A flag is unknown or lacks its value."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Flag:
    name: str
    help: str  # empty = not shown
    short: str = ""
    default: str = ""
    is_switch: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    flags: dict[str, list[str]] = field(default_factory=dict[str, list[str]])
    words: list[str] = field(default_factory=list[str])
    wants_help: bool = False


def read(arguments: Sequence[str], flags: Sequence[Flag]) -> Given:
    """Which flags were given, in which order, and the other words. Raises `BadFlag`."""
    return _Reading(arguments, flags).read()


def help_of(flags: Sequence[Flag]) -> str:
    """A line a flag."""
    lines: list[str] = []
    for flag in flags:
        if flag.help:
            short = f"-{flag.short}, " if flag.short else "    "
            default = f" (default {flag.default})" if flag.default else ""
            lines.append(f"  {short}--{flag.name:<24}{flag.help}{default}")
    return "\n".join(lines) + "\n"


@final
class _Reading:
    def __init__(self, arguments: Sequence[str], flags: Sequence[Flag]) -> None:
        self._rest = list(arguments)
        self._by_name = {flag.name: flag for flag in flags}
        self._by_letter = {flag.short: flag for flag in flags if flag.short}
        self._given = Given()

    def read(self) -> Given:
        while self._rest:
            word = self._rest.pop(0)
            if word == "--":
                self._given.words.extend(self._rest)
                break
            if word in {"--help", "-h"}:
                return Given(wants_help=True)
            if word.startswith("--"):
                self._long(word)
            elif word.startswith("-") and word != "-":
                self._letter(word)
            else:
                self._given.words.append(word)
        return self._given

    def _long(self, word: str) -> None:
        name, equals, value = word[2:].partition("=")
        flag = self._by_name.get(name)
        if flag is None:
            raise BadFlag(f"unknown flag: --{name}")
        self._add(flag, value if equals else None, shown=f"--{name}")

    def _letter(self, word: str) -> None:
        flag = self._by_letter.get(word[1])
        if flag is None:
            raise BadFlag(f"unknown shorthand flag: {word[1]!r} in {word}")
        rest = word[2:].removeprefix("=")
        self._add(flag, rest if word[2:] else None, shown=word[:2])

    def _add(self, flag: Flag, value: str | None, *, shown: str) -> None:
        if value is None and flag.is_switch:
            value = "true"
        if value is None:
            if not self._rest:
                raise BadFlag(f"flag needs an argument: {shown}")
            value = self._rest.pop(0)
        self._given.flags.setdefault(flag.name, []).append(value)
