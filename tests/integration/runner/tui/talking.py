"""Talk with a session whose agent is at a terminal, and read what its log says."""

import asyncio
import base64
from typing import Any

from tests.integration.runner.workspace import TestWorkspace

__all__ = ["allow", "prompt", "said", "states", "tools", "type_at_the_terminal"]


async def prompt(workspace: TestWorkspace, session: str, text: str) -> None:
    reply = await workspace.server.command(
        "prompt", session_id=session, message_id=text, text=text
    )
    assert reply["ok"], reply


async def allow(workspace: TestWorkspace, session: str, count: int) -> dict[str, Any]:
    """Wait for a permission request and grant it; return what was asked."""
    server = workspace.server
    await server.until(
        lambda: (
            len(server.session_events("permission_requested")) >= count
            and server.state == "requires_action"
        )
    )
    asked = server.session_events("permission_requested")[-1]
    reply = await server.command(
        "answer_permission",
        session_id=session,
        request_id=asked["key"],
        option_id="1",
    )
    assert reply["ok"], reply
    return asked["data"]


async def type_at_the_terminal(
    workspace: TestWorkspace, session: str, text: str
) -> None:
    for keys in (text, "\r"):
        data = base64.b64encode(keys.encode()).decode()
        await workspace.server.command("write_raw", session_id=session, data=data)
        await asyncio.sleep(0.5)  # Claude takes both at once for a paste


def said(workspace: TestWorkspace) -> list[tuple[str, str]]:
    """The messages of the log, folded: who said what."""
    texts: dict[str, tuple[str, str]] = {}
    for event in workspace.server.session_events():
        if event["kind"] not in ("message", "message_chunk"):
            continue
        data, (_, old) = event["data"], texts.get(event["key"], ("", ""))
        is_part = event["kind"] == "message_chunk"
        text = old + data["text"] if is_part else data["text"]
        texts[event["key"]] = (data["role"], text)
    return list(texts.values())


def tools(workspace: TestWorkspace) -> list[tuple[str, list[str]]]:
    """The tools of the log: their titles, and the states each went through."""
    seen: dict[str, tuple[str, list[str]]] = {}
    for event in workspace.server.session_events("tool"):
        data = event["data"]
        seen.setdefault(event["key"], (data["title"], []))[1].append(data["status"])
    return list(seen.values())


def states(workspace: TestWorkspace) -> list[tuple[str, str]]:
    events = workspace.server.session_events("state")
    return [(e["data"]["state"], e["data"]["source"]) for e in events]
