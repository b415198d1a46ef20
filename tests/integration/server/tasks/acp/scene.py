"""Editors and the agents of their tasks, for the tests of this folder."""

import asyncio
import json
from contextlib import AsyncExitStack
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from acp import text_block
from acp.schema import PromptResponse
from websockets.asyncio.client import connect

from tests.support.editor import Editor, editor_of
from tests.support.provisioning import ok
from tests.support.tasks import SECOND, Active, Bench

__all__ = [
    "OPTIONS",
    "Desk",
    "answer_of",
    "ask",
    "prompted",
    "prompts",
    "request_permission",
    "rpc",
    "say",
    "turn",
]


OPTIONS = [
    {"id": "yes-always", "name": "Always", "kind": "allow_always"},
    {"id": "yes", "name": "Yes", "kind": "allow_once"},
    {"id": "no", "name": "No", "kind": "reject_once"},
]


@dataclass(kw_only=True)
class Desk:
    """Where editors connect to; everything opened here is closed with it."""

    bench: Bench
    url: str
    stack: AsyncExitStack

    async def editor(self, path: str = "/api/v2/acp", *, token: str = "") -> Editor:
        return await self.stack.enter_async_context(
            editor_of(f"{self.url}{path}", token or self.bench.yard.owner.token)
        )

    async def attached(self, active: Active, *, token: str = "") -> Editor:
        """To that task, with all that was said."""
        editor = await self.editor(f"/api/v2/tasks/ada/{active.id}/acp", token=token)
        await editor.agent.load_session(session_id=str(active.id), cwd="/")
        return editor

    async def raw(self, active: Active, *, token: str = "") -> Any:
        """A WebSocket for what no proper client sends."""
        return await self.stack.enter_async_context(
            connect(
                f"{self.url.replace('http', 'ws', 1)}/api/v2/tasks/ada/{active.id}/acp",
                additional_headers={
                    "Authorization": f"Bearer {token or self.bench.yard.owner.token}"
                },
                max_size=None,
                max_queue=1,
                compression=None,
            )
        )


async def prompted(
    active: Active, editor: Editor, text: str, **meta: Any
) -> "asyncio.Task[PromptResponse]":
    """The prompt is on its way to the agent, which has not begun yet."""
    before = len(prompts(active))
    prompt = ask(editor, active.id, text, **meta)
    async with asyncio.timeout(20):
        while len(prompts(active)) == before:
            await active.bench.deliver()
            await asyncio.sleep(0)
    return prompt


def ask(
    editor: Editor, task_id: UUID, text: str, **meta: Any
) -> "asyncio.Task[PromptResponse]":
    blocks = list[Any]([text_block(text)])
    return asyncio.get_running_loop().create_task(
        editor.agent.prompt(session_id=str(task_id), prompt=blocks, **meta)
    )


def prompts(active: Active) -> list[dict[str, Any]]:
    return [c["args"] for c in active.runner.acted_on if c["name"] == "prompt"]


async def turn(active: Active, *, reason: str = "end_turn", answer: str = "") -> None:
    """The agent's turn for the prompt that it got last."""
    args = prompts(active)[-1]
    active.bench.clock.advance(SECOND)
    active.runner.state(active.session, "running")
    active.runner.session_event(
        active.session,
        "message",
        f"user-{args['message_id']}",
        role="user",
        kind="text",
        text=args["text"],
        message_id=args["message_id"],
    )
    if answer:
        say(active, answer, key=f"to-{args['message_id']}")
    active.runner.session_event(
        active.session,
        "turn_ended",
        f"turn-{args['message_id']}",
        stop_reason=reason,
        message_id=args["message_id"],
        duration_ms=5,
    )
    active.runner.state(active.session, "idle")
    await active.runner.settled()


def say(active: Active, text: str, *, key: str = "m") -> None:
    active.runner.session_event(
        active.session, "message_chunk", key, role="agent", kind="text", text=text
    )


async def request_permission(active: Active, request: str = "r1") -> dict[str, Any]:
    """The agent asks for permission."""
    active.runner.state(active.session, "running")
    active.runner.session_event(
        active.session,
        "permission_requested",
        request,
        title="Run make clean?",
        tool={"title": "make clean", "kind": "execute"},
        tool_id="call-1",
        options=OPTIONS,
    )
    active.runner.state(active.session, "requires_action", detail="Run make clean?")
    await active.runner.settled()
    listed = ok(await active.bench.client.get(f"{active.path}/permissions"))
    return listed["permissions"][-1]


def rpc(id_: int | str | None, method: str, params: Any) -> str:
    message = {"jsonrpc": "2.0", "method": method, "params": params}
    return json.dumps(message if id_ is None else {**message, "id": id_})


async def answer_of(socket: Any, id_: int | str | None) -> dict[str, Any]:
    async with asyncio.timeout(20):
        while True:
            message: dict[str, Any] = json.loads(await socket.recv())
            if "method" not in message and message.get("id") == id_:
                return message
