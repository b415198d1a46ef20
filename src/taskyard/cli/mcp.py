"""Taskyard's tools for MCP clients: editors, chat programs, other agents."""

import asyncio
import os
import sys
from typing import Annotated

import typer

from taskyard.cli.lazy import group
from taskyard.cli.session import run
from taskyard.sdk import Client
from taskyard.sdk.mcp.server import McpServer

__all__ = ["app"]

app = group("Offer tasks to MCP clients.")


@app.callback()
def _root() -> None:
    """Offer tasks to MCP clients."""


@app.command("serve")
def serve(
    allowed_tools: Annotated[
        str,
        typer.Option(
            help="Names of the tools to offer, separated by commas; all if left out.",
            envvar=["TASKYARD_MCP_ALLOWED_TOOLS", "CODER_MCP_ALLOWED_TOOLS"],
        ),
    ] = "",
) -> None:
    """Serve the tools on standard input and output, as the user who is signed in."""
    allowed = {name.strip() for name in allowed_tools.split(",") if name.strip()}
    run(lambda client: _serve(client, allowed))


async def _serve(client: Client, allowed: set[str]) -> None:
    # Said now: an MCP client shows why a server did not start, and hides later errors.
    await client.users.me()
    server = McpServer(client, allowed=allowed)
    while line := await asyncio.to_thread(sys.stdin.buffer.readline):
        if not line.strip():
            continue
        if (answer := await server.respond(line)) is not None:
            # At once: what is buffered is what a client waits for.
            os.write(sys.stdout.fileno(), answer.encode() + b"\n")
