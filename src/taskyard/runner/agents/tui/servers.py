"""MCP servers on the command line of an agent."""

import json
from collections.abc import Sequence

from taskyard.runner.agents.driver import McpServer

__all__ = ["claude_servers", "codex_servers"]


def claude_servers(servers: Sequence[McpServer]) -> tuple[str, ...]:
    """One JSON argument; the report tool is never asked about."""
    body = {
        server.name: {
            "type": "stdio",
            "command": server.command,
            "args": list(server.args),
            "env": dict(server.environment),
        }
        for server in servers
    }
    allowed = [f"mcp__{s.name}__report_task" for s in servers if s.name == "taskyard"]
    words = ("--mcp-config=" + json.dumps({"mcpServers": body}),)
    return (*words, f"--allowedTools={','.join(allowed)}") if allowed else words


def codex_servers(servers: Sequence[McpServer]) -> tuple[str, ...]:
    """Settings in TOML; `required`, or the first turn may begin without the tool."""
    words: list[str] = []
    for server in servers:
        # A JSON string or list of strings is TOML as well.
        place = f"mcp_servers.{server.name}"
        pairs = (f"{name}={json.dumps(v)}" for name, v in server.environment.items())
        words += [
            "-c",
            f"{place}.command={json.dumps(server.command)}",
            "-c",
            f"{place}.args={json.dumps(list(server.args))}",
            "-c",
            f"{place}.env={{{','.join(pairs)}}}",
            "-c",
            f"{place}.required=true",
            "-c",
            f'{place}.default_tools_approval_mode="approve"',
        ]
    return tuple(words)
