"""What agents are told of us, and of where a session takes place."""

from typing import Any, Final

from taskyard.runner.agents.driver import Launch
from taskyard.runner.version import RUNNER_VERSION

__all__ = ["PROTOCOL_VERSION", "greeting", "place_of"]

PROTOCOL_VERSION: Final = 1


def greeting() -> dict[str, Any]:
    """Who we are and what we can, for `initialize`."""
    return {
        "protocolVersion": PROTOCOL_VERSION,
        "clientCapabilities": {
            "fs": {"readTextFile": False, "writeTextFile": False},
            "terminal": False,
            "session": {"configOptions": {"boolean": {}}},
            # So that they say by what command one logs in there.
            "_meta": {"terminal-auth": True},
        },
        "clientInfo": {"name": "taskyard", "version": RUNNER_VERSION},
    }


def place_of(launch: Launch) -> dict[str, Any]:
    """The folder and the tools, for `session/new` and what resumes one."""
    place: dict[str, Any] = {
        "cwd": str(launch.directory),
        "mcpServers": [
            {
                "name": server.name,
                "command": server.command,
                "args": list(server.args),
                "env": [{"name": n, "value": v} for n, v in server.environment.items()],
            }
            for server in launch.mcp_servers
        ],
    }
    if launch.system_prompt:
        # Claude's adapter reads it; others ignore `_meta` they do not know.
        place["_meta"] = {"systemPrompt": {"append": launch.system_prompt}}
    return place
