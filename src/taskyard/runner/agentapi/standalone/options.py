"""Flags and environment of `agentapi server`: names, defaults and errors of the contract.

A flag goes before its variable `AGENTAPI_<NAME>`. Lists are separated by commas in a flag
and by blanks in a variable.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from taskyard.runner.agentapi.access import AllowedHosts, AllowedOrigins, InvalidList
from taskyard.runner.agentapi.standalone.flags import BadFlag, Flag, help_of, read
from taskyard.runner.agents.driver import PermissionPolicy
from taskyard.runner.agents.tui.profiles import PROFILES

__all__ = ["HelpWanted", "Options", "UsageError", "parse"]

DEFAULT_PORT: Final = 3284
_SMALLEST: Final = 10  # columns or rows
_ALIASES: Final[Mapping[str, str]] = {
    **{profile.name: profile.name for profile in PROFILES.values()},
    **{alias: p.name for p in PROFILES.values() for alias in p.aliases},
}
_TYPES: Final = frozenset({*_ALIASES.values(), "custom"})
_POLICIES: Final[Mapping[str, PermissionPolicy]] = {
    "ask": "ask",
    "allow_edits": "allow_edits",
    "allow_all": "allow_all",
}
_FLAGS: Final = (
    Flag(
        name="type",
        short="t",
        help="the kind of agent; guessed from its program's name",
    ),
    Flag(
        name="port",
        short="p",
        default=str(DEFAULT_PORT),
        help="where to listen, on loopback",
    ),
    Flag(
        name="chat-base-path",
        short="c",
        default="/chat",
        help="where a browser sees the chat page",
    ),
    Flag(name="term-width", short="W", default="80", help="columns of the terminal"),
    Flag(name="term-height", short="H", default="1000", help="rows of the terminal"),
    Flag(
        name="allowed-hosts",
        short="a",
        default="localhost,127.0.0.1,[::1]",
        help="host names answered to; * = any",
    ),
    Flag(
        name="allowed-origins",
        short="o",
        default="http://localhost:3284,http://localhost:3000,http://localhost:3001",
        help="origins a browser may call from; * = any",
    ),
    Flag(
        name="initial-prompt",
        short="I",
        help="what the agent is told first (else what is piped in)",
    ),
    Flag(name="state-file", short="s", help="file to keep the conversation in"),
    Flag(
        name="load-state",
        is_switch=True,
        help="go on with the state file's conversation (default: if there is a state file)",
    ),
    Flag(
        name="save-state",
        is_switch=True,
        help="keep the conversation in the state file (default: if there is a state file)",
    ),
    Flag(name="pid-file", help="file to write the process id to"),
    Flag(
        name="experimental-acp",
        is_switch=True,
        help="the agent speaks ACP on its pipes",
    ),
    Flag(
        name="permission-policy",
        help="ask, allow_edits or allow_all (default: allow_all with ACP, else ask)",
    ),
    Flag(
        name="stable-while-asking",
        is_switch=True,
        help="while the agent asks for permission, be stable; a message answers",
    ),
    Flag(
        name="print-openapi",
        short="P",
        is_switch=True,
        help="print the OpenAPI document and exit",
    ),
    Flag(name="exit", is_switch=True, help=""),
)
_DEFAULTS: Final = {flag.name: flag.default for flag in _FLAGS}
_SWITCH: Final = {
    **dict.fromkeys(("true", "t", "1"), True),
    **dict.fromkeys(("false", "f", "0"), False),
}


class UsageError(ValueError):
    """The command line or environment cannot be used; the text says what to change."""


class HelpWanted(Exception):
    """`--help` was given; the text is the help."""


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
    permission_policy: PermissionPolicy
    stable_while_asking: bool
    print_openapi: bool
    exit: bool


def parse(arguments: Sequence[str], environment: Mapping[str, str]) -> Options:
    """Read what follows `agentapi server`. Raises `UsageError` or `HelpWanted`."""
    try:
        given = read(arguments, _FLAGS)
        if given.wants_help:
            usage = "agentapi server [flags] -- agent [arguments]"
            raise HelpWanted(f"usage: {usage}\n\n{help_of(_FLAGS)}")
        found = _Reader(given.flags, environment)
        hosts = AllowedHosts(found.list("allowed-hosts"))
        origins = AllowedOrigins(found.list("allowed-origins"))
    except (BadFlag, InvalidList) as exc:
        raise UsageError(str(exc)) from exc
    _check(found, given.words)
    state_file = found.path("state-file")
    speaks_acp = found.switch("experimental-acp", default=False)
    return Options(
        agent_type=_type(found.text("type"), given.words),
        command=tuple(given.words),
        port=found.number("port", 0, 65535),
        chat_base_path="/" + found.text("chat-base-path").strip("/"),
        columns=found.number("term-width", _SMALLEST, 5000),
        rows=found.number("term-height", _SMALLEST, 5000),
        hosts=hosts,
        origins=origins,
        initial_prompt=found.text("initial-prompt"),
        state_file=state_file,
        load_state=found.switch("load-state", default=state_file is not None),
        save_state=found.switch("save-state", default=state_file is not None),
        pid_file=found.path("pid-file"),
        speaks_acp=speaks_acp,
        permission_policy=_policy(found.text("permission-policy"), acp=speaks_acp),
        stable_while_asking=found.switch("stable-while-asking", default=False),
        print_openapi=found.switch("print-openapi", default=False),
        exit=found.switch("exit", default=False),
    )


class _Reader:
    """Looks at the flag, then at the variable, then at the default."""

    def __init__(
        self, given: Mapping[str, list[str]], environment: Mapping[str, str]
    ) -> None:
        self._given = given
        self._environment = environment

    def text(self, name: str) -> str:
        if name in self._given:
            return self._given[name][-1]
        return self._variable(name) or _DEFAULTS[name]

    def list(self, name: str) -> list[str]:
        """A flag may be given several times; blanks inside its value are not cut away."""
        if name not in self._given and self._variable(name):
            return self._variable(name).split()
        values = self._given.get(name, [_DEFAULTS[name]])
        entries = (entry for value in values for entry in value.strip("\n").split(","))
        return [entry for entry in entries if entry]

    def number(self, name: str, least: int, most: int) -> int:
        text = self.text(name)
        if not text.isdecimal() or not least <= int(text) <= most:
            raise UsageError(
                f"--{name} must be a number from {least} to {most}, not {text!r}"
            )
        return int(text)

    def path(self, name: str) -> Path | None:
        return Path(self.text(name)).expanduser() if self.text(name) else None

    def switch(self, name: str, *, default: bool) -> bool:
        text = self.text(name).lower()
        if not text:
            return default
        if text not in _SWITCH:
            raise UsageError(f"--{name} must be true or false, not {text!r}")
        return _SWITCH[text]

    def _variable(self, name: str) -> str:
        return self._environment.get(f"AGENTAPI_{name.upper().replace('-', '_')}", "")


def _check(found: _Reader, command: Sequence[str]) -> None:
    """What does not go together. Raises `UsageError`."""
    alone = any(found.switch(x, default=False) for x in ("print-openapi", "exit"))
    if not command and not alone:
        raise UsageError(
            "no agent: give its command, as in `agentapi server -- claude`"
        )
    if found.path("state-file") is not None:
        if found.switch("experimental-acp", default=False):
            raise UsageError("--experimental-acp cannot be used with --state-file")
    elif any(found.switch(x, default=False) for x in ("load-state", "save-state")):
        raise UsageError("--load-state and --save-state need --state-file")


def _policy(given: str, *, acp: bool) -> PermissionPolicy:
    """AgentAPI lets an agent that speaks ACP do everything; a terminal asks by itself."""
    if not given:
        return "allow_all" if acp else "ask"
    if given not in _POLICIES:
        raise UsageError(
            f"--permission-policy must be one of {', '.join(_POLICIES)}, not {given!r}"
        )
    return _POLICIES[given]


def _type(given: str, command: Sequence[str]) -> str:
    if given:
        kind = _ALIASES.get(given, given)
        if kind not in _TYPES:
            raise UsageError(f"invalid agent type: {given}")
        return kind
    program = Path(command[0]).name if command else ""
    return _ALIASES.get(program, "custom")
