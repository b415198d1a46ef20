"""What a start script asks for with `session start`."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, Literal, Self

from taskyard.kit.shapes import as_list, as_object
from taskyard.runner.agents.driver import McpServer, PermissionPolicy

__all__ = ["InvalidRequest", "SessionRequest", "policy_of"]


_POLICIES: Final[Mapping[str, PermissionPolicy]] = {
    "allow_edits": "allow_edits",
    "ask": "ask",
    "allow_all": "allow_all",
}


class InvalidRequest(ValueError):
    """The request cannot be carried out as written; the text says what to change."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionRequest:
    agent: str
    key: str  # the app slug
    driver: Literal["acp", "tui"] = "acp"
    directory: Path
    prompt: str = ""
    system_prompt: str = ""
    resume_id: str = ""  # the agent's id of a conversation to go on with
    fresh: bool = False  # do not go on with the conversation of an earlier build
    command: tuple[str, ...] = ()  # instead of the definition's
    arguments: tuple[str, ...] = ()  # after the command, whoever gave it
    #: For an ACP agent: its own program for a terminal; `{id}` is its conversation's id.
    terminal_command: tuple[str, ...] = ()
    environment: Mapping[str, str] = field(default_factory=dict[str, str])
    mcp_servers: tuple[McpServer, ...] = ()
    options: Mapping[str, str] = field(
        default_factory=dict[str, str]
    )  # model, effort, …
    permission_policy: PermissionPolicy | None = None  # None = the manifest's
    report_tool: bool = True
    agentapi_port: int = 0  # 0 = no AgentAPI surface
    agentapi_stable_while_asking: bool = False  # a pending permission takes messages

    @classmethod
    def parse(cls, given: Mapping[str, Any]) -> Self:
        """Read the JSON form. Raises `InvalidRequest`."""
        agent, key = _text(given, "agent"), _text(given, "key")
        directory = Path(_text(given, "directory"))
        if not agent or not key:
            raise InvalidRequest("`agent` and `key` must be given")
        if not directory.is_absolute():
            raise InvalidRequest(f"the directory {str(directory)!r} must be absolute")
        return cls(
            agent=agent,
            key=key,
            driver="tui"
            if _one_of(given, "driver", ("acp", "tui"), "acp") == "tui"
            else "acp",
            directory=directory,
            prompt=_text(given, "prompt"),
            system_prompt=_text(given, "system_prompt"),
            resume_id=_text(given, "resume_id"),
            fresh=bool(given.get("fresh", False)),
            command=tuple(str(word) for word in _list(given, "command")),
            arguments=tuple(str(word) for word in _list(given, "arguments")),
            terminal_command=tuple(
                str(word) for word in _list(given, "terminal_command")
            ),
            environment=_texts(given, "environment"),
            mcp_servers=tuple(_servers(given)),
            options=_texts(given, "options"),
            permission_policy=policy_of(_policy(given)),
            report_tool=bool(given.get("report_tool", True)),
            agentapi_port=_port(given),
            agentapi_stable_while_asking=bool(
                given.get("agentapi_stable_while_asking", False)
            ),
        )


def _policy(given: Mapping[str, Any]) -> str:
    return _one_of(given, "permission_policy", ("", *_POLICIES), "")


def policy_of(text: object) -> PermissionPolicy | None:
    """A policy by its name; None for anything else."""
    return _POLICIES.get(text) if isinstance(text, str) else None


def _servers(given: Mapping[str, Any]) -> list[McpServer]:
    """MCP servers in the usual form `{name: {command, args, env}}`."""
    servers: list[McpServer] = []
    for name, value in _dict(given, "mcp").items():
        server = as_object(value)
        if not server.get("command"):
            raise InvalidRequest(
                f"the MCP server {name!r} has no `command` (only stdio servers are supported)"
            )
        servers.append(
            McpServer(
                name=name,
                command=str(server["command"]),
                args=tuple(str(word) for word in _list(server, "args")),
                environment=_texts(server, "env"),
            )
        )
    return servers


def _port(given: Mapping[str, Any]) -> int:
    port = given.get("agentapi_port") or 0
    if not isinstance(port, int) or not 0 <= port < 1 << 16:
        raise InvalidRequest(f"{port!r} is not a port")
    return port


def _one_of(
    given: Mapping[str, Any], name: str, allowed: tuple[str, ...], default: str
) -> str:
    text = _text(given, name) or default
    if text not in allowed:
        named = ", ".join(word for word in allowed if word)
        raise InvalidRequest(f"{name} {text!r} is not one of {named}")
    return text


def _text(given: Mapping[str, Any], name: str) -> str:
    value = given.get(name) or ""
    if not isinstance(value, str):
        raise InvalidRequest(f"{name} must be text")
    return value


def _list(given: Mapping[str, Any], name: str) -> list[Any]:
    if given.get(name) and not isinstance(given[name], list):
        raise InvalidRequest(f"{name} must be a list")
    return as_list(given.get(name))


def _dict(given: Mapping[str, Any], name: str) -> dict[str, Any]:
    if given.get(name) and not isinstance(given[name], dict):
        raise InvalidRequest(f"{name} must be an object")
    return as_object(given.get(name))


def _texts(given: Mapping[str, Any], name: str) -> dict[str, str]:
    return {key: str(value) for key, value in _dict(given, name).items()}
