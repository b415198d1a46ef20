"""Flags and environment of `agentapi server`: names, defaults and errors of the contract.

A flag goes before its variable `AGENTAPI_<NAME>`. Lists are separated by commas in a flag
and by blanks in a variable.
"""

import argparse
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from taskyard.runner.agentapi.access import AllowedHosts, AllowedOrigins, InvalidList
from taskyard.runner.agents.tui.profiles import PROFILES

__all__ = ["Options", "UsageError", "parse"]

DEFAULT_PORT: Final = 3284
_SMALLEST: Final = 10  # columns or rows
_ALIASES: Final[Mapping[str, str]] = {
    **{profile.name: profile.name for profile in PROFILES.values()},
    **{alias: p.name for p in PROFILES.values() for alias in p.aliases},
}
_TYPES: Final = frozenset({*_ALIASES.values(), "custom"})
#: Name, short form, default, help; what a variable may say as well.
_TEXTS: Final = (
    ("type", "t", "", "the kind of agent; guessed from its program's name"),
    ("port", "p", str(DEFAULT_PORT), "where to listen, on 127.0.0.1"),
    ("chat-base-path", "c", "/chat", "where a browser sees the chat page"),
    ("term-width", "W", "80", "columns of the terminal"),
    ("term-height", "H", "1000", "rows of the terminal"),
    (
        "allowed-hosts",
        "a",
        "localhost,127.0.0.1,[::1]",
        "host names answered to; * = any",
    ),
    (
        "allowed-origins",
        "o",
        "http://localhost:3284,http://localhost:3000,http://localhost:3001",
        "origins a browser may call from; * = any",
    ),
    ("initial-prompt", "I", "", "what the agent is told first (else what is piped in)"),
    ("state-file", "s", "", "file to keep the conversation in"),
    ("pid-file", "", "", "file to write the process id to"),
)
_SWITCHES: Final = (
    ("print-openapi", "P", "print the OpenAPI document and exit"),
    (
        "load-state",
        "",
        "go on with the state file's conversation (default: if there is a state file)",
    ),
    (
        "save-state",
        "",
        "keep the conversation in the state file (default: if there is a state file)",
    ),
    ("experimental-acp", "", "the agent speaks ACP on its pipes"),
    ("exit", "", argparse.SUPPRESS),
)


#: A switch alone means true; a value is given with `=` only.
_BARE: Final = {
    word: f"--{name}=true"
    for name, short, _ in _SWITCHES
    for word in (f"--{name}", *([f"-{short}"] if short else []))
}


class UsageError(ValueError):
    """The command line or environment cannot be used; the text says what to change."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    agent_type: str
    command: tuple[str, ...]
    port: int
    chat_base_path: str
    columns: int
    rows: int
    hosts: AllowedHosts
    origins: AllowedOrigins
    initial_prompt: str
    state_file: Path | None
    load_state: bool
    save_state: bool
    pid_file: Path | None
    speaks_acp: bool
    print_openapi: bool
    exit: bool


def parse(arguments: Sequence[str], environment: Mapping[str, str]) -> Options:
    """Read what follows `agentapi server`. Raises `UsageError`; `--help` ends the process."""
    split = arguments.index("--") if "--" in arguments else len(arguments)
    given, words = _parser().parse_known_args(
        [_BARE.get(word, word) for word in arguments[:split]]
    )
    if unknown := [word for word in words if word.startswith("-")]:
        raise UsageError(f"unknown flag: {unknown[0]}")
    command = (*words, *arguments[split + 1 :])
    read = _Reader(given, environment)
    state_file = read.path("state-file")
    speaks_acp = read.switch("experimental-acp", default=False)
    if speaks_acp and state_file is not None:
        raise UsageError("--experimental-acp cannot be used with --state-file")
    alone = read.switch("print-openapi", default=False) or read.switch(
        "exit", default=False
    )
    if not command and not alone:
        raise UsageError(
            "no agent: give its command, as in `agentapi server -- claude`"
        )
    if state_file is None and (read.asks("load-state") or read.asks("save-state")):
        raise UsageError("--load-state and --save-state need --state-file")
    try:
        hosts, origins = (
            AllowedHosts(read.list("allowed-hosts")),
            AllowedOrigins(read.list("allowed-origins")),
        )
    except InvalidList as exc:
        raise UsageError(str(exc)) from exc
    return Options(
        agent_type=_type(read.text("type"), command),
        command=command,
        port=read.number("port", 0, 65535),
        chat_base_path="/" + read.text("chat-base-path").strip("/"),
        columns=read.number("term-width", _SMALLEST, 5000),
        rows=read.number("term-height", _SMALLEST, 5000),
        hosts=hosts,
        origins=origins,
        initial_prompt=read.text("initial-prompt"),
        state_file=state_file,
        load_state=read.switch("load-state", default=state_file is not None),
        save_state=read.switch("save-state", default=state_file is not None),
        pid_file=read.path("pid-file"),
        speaks_acp=speaks_acp,
        print_openapi=read.switch("print-openapi", default=False),
        exit=read.switch("exit", default=False),
    )


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="agentapi server",
        usage="agentapi server [flags] -- agent [arguments]",
        allow_abbrev=False,
    )
    for name, short, default, text in _TEXTS:
        names = [f"--{name}", *([f"-{short}"] if short else [])]
        shown = f"{text} (default {default})" if default else text
        parser.add_argument(*names, default=None, metavar="VALUE", help=shown)
    for name, _, text in _SWITCHES:
        parser.add_argument(f"--{name}", metavar="true|false", help=text)
    return parser


_WORDS: Final = {"true": True, "1": True, "false": False, "0": False}


class _Reader:
    """Looks at the flag, then at the variable, then at the default."""

    def __init__(
        self, given: argparse.Namespace, environment: Mapping[str, str]
    ) -> None:
        self._given = given
        self._environment = environment
        self._defaults = {name: default for name, _, default, _ in _TEXTS}

    def text(self, name: str) -> str:
        flag: str | None = getattr(self._given, name.replace("-", "_"))
        if flag is not None:
            return flag
        return self._variable(name) or self._defaults.get(name, "")

    def list(self, name: str) -> list[str]:
        flag: str | None = getattr(self._given, name.replace("-", "_"))
        if flag is None and self._variable(name):
            return self._variable(name).split()
        return [entry.strip() for entry in self.text(name).split(",") if entry.strip()]

    def number(self, name: str, least: int, most: int) -> int:
        text = self.text(name)
        if not text.isdecimal() or not least <= int(text) <= most:
            raise UsageError(
                f"--{name} must be a number from {least} to {most}, not {text!r}"
            )
        return int(text)

    def path(self, name: str) -> Path | None:
        return Path(self.text(name)).expanduser() if self.text(name) else None

    def asks(self, name: str) -> bool:
        return self.switch(name, default=False)

    def switch(self, name: str, *, default: bool) -> bool:
        text = self.text(name).lower()
        if not text:
            return default
        if text not in _WORDS:
            raise UsageError(f"--{name} must be true or false, not {text!r}")
        return _WORDS[text]

    def _variable(self, name: str) -> str:
        return self._environment.get(f"AGENTAPI_{name.upper().replace('-', '_')}", "")


def _type(given: str, command: Sequence[str]) -> str:
    if given:
        kind = _ALIASES.get(given, given)
        if kind not in _TYPES:
            raise UsageError(f"invalid agent type: {given}")
        return kind
    program = Path(command[0]).name if command else ""
    return _ALIASES.get(program, "custom")
