"""Where a session takes place, as agents are told it."""

from typing import Any

from taskyard.runner.agents.driver import Launch

__all__ = ["place_of"]


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
