"""Taskyard's tools for MCP clients: editors, chat programs, other agents."""

import asyncio
import sys
import threading
from contextlib import suppress
from typing import Annotated, Final

import typer

from taskyard.cli.lazy import group
from taskyard.cli.session import run
from taskyard.sdk import Client
from taskyard.sdk.mcp.server import McpServer

__all__ = ["app"]

#: Calls under way; what comes beyond them waits in the pipe.
_MOST_AT_A_TIME: Final = 32

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
    lines, room = asyncio.Queue[bytes](), threading.Semaphore(_MOST_AT_A_TIME)
    # Nobody waits for this thread: it may be waiting for input when Ctrl-C ends the rest.
    reading = (asyncio.get_running_loop(), lines, room)
    threading.Thread(target=_read, args=reading, daemon=True).start()
    try:
        async with asyncio.TaskGroup() as calls:
            while line := await lines.get():
                call = calls.create_task(_answer(server, line))
                call.add_done_callback(lambda _: room.release())
    except* BrokenPipeError:
        pass  # the client is gone


def _read(
    loop: asyncio.AbstractEventLoop,
    lines: asyncio.Queue[bytes],
    room: threading.Semaphore,
) -> None:
    """Pass on what comes, as far as there is room, and `b""` at its end."""
    # Not `sys.stdin` itself: Python cannot end while another thread reads that.
    with (
        open(sys.stdin.fileno(), "rb", closefd=False) as source,
        suppress(RuntimeError),
    ):
        # RuntimeError: the loop has ended meanwhile.
        while line := source.readline():
            room.acquire()
            loop.call_soon_threadsafe(lines.put_nowait, line)
        loop.call_soon_threadsafe(lines.put_nowait, b"")


async def _answer(server: McpServer, line: bytes) -> None:
    if line.strip() and (answer := await server.respond(line)) is not None:
        # At once: what is buffered is what a client waits for.
        sys.stdout.buffer.write(answer.encode() + b"\n")
        sys.stdout.buffer.flush()
