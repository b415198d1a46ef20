"""Tasks: create, watch, talk to, answer, pause, resume, delete."""

from collections.abc import AsyncGenerator
from contextlib import AbstractAsyncContextManager, aclosing
from typing import Final, Literal
from urllib.parse import quote
from uuid import UUID

import httpx
from pydantic import TypeAdapter

from taskyard.protocol.api.tasks import (
    AnswerPermission,
    ArtifactDetail,
    Artifacts,
    ControlState,
    CreateMessage,
    CreateTask,
    Message,
    Messages,
    Permission,
    PermissionPolicy,
    Permissions,
    SetControl,
    SetOption,
    SetPermissionPolicy,
    StoredEvent,
    Task,
    TaskDetail,
    TaskInput,
    TaskLogs,
    TaskOptions,
    TaskPermissionPolicy,
    Tasks,
    WorkspaceBuildAnswer,
)
from taskyard.protocol.sessions import Controller
from taskyard.protocol.terminal import TerminalSize
from taskyard.sdk.connection import Connection
from taskyard.sdk.errors import ServerUnreachable
from taskyard.sdk.sse import ServerSentEvent, decode
from taskyard.sdk.terminal import RemoteTerminal, attach

__all__ = ["TaskRoutes"]

Delivery = Literal["queue", "now", "steer"]

#: The server sends a comment at least every 15 seconds; three lost ones are a lost link.
_SILENCE: Final = 45.0

_NO_EVENTS: Final = 2**31 - 1

_events = TypeAdapter(list[StoredEvent])


class TaskRoutes:
    """`user` is a username, an id or `me`; `task` a name or an id."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    async def find(self, query: str = "") -> Tasks:
        """Tasks that the caller may read, newest first, such as `owner:me status:active`."""
        params = {"q": query} if query else None
        return await self._connection.get("/tasks", Tasks, params=params)

    async def create(self, body: CreateTask, *, user: str = "me") -> Task:
        return await self._connection.post(f"/tasks/{user}", Task, body)

    async def get(self, user: str, task: str) -> TaskDetail:
        return await self._connection.get(f"/tasks/{user}/{task}/detail", TaskDetail)

    async def logs(self, user: str, task: str) -> TaskLogs:
        """The conversation in the contract's shape; 409 while the task has failed."""
        return await self._connection.get(f"/tasks/{user}/{task}/logs", TaskLogs)

    async def delete(self, user: str, task: str) -> None:
        """Accepted, not finished: the workspace is taken down afterwards."""
        await self._connection.delete(f"/tasks/{user}/{task}")

    async def change_prompt(self, user: str, task: str, prompt: str) -> None:
        """Only while the task is paused."""
        await self._connection.patch(
            f"/tasks/{user}/{task}/input", type(None), TaskInput(input=prompt)
        )

    async def pause(self, user: str, task: str) -> WorkspaceBuildAnswer:
        return await self._connection.post(
            f"/tasks/{user}/{task}/pause", WorkspaceBuildAnswer
        )

    async def resume(self, user: str, task: str) -> WorkspaceBuildAnswer:
        return await self._connection.post(
            f"/tasks/{user}/{task}/resume", WorkspaceBuildAnswer
        )

    async def cancel(self, user: str, task: str) -> None:
        """Stop the running turn; the task stays."""
        await self._connection.post(f"/tasks/{user}/{task}/cancel", type(None))

    async def send(
        self,
        user: str,
        task: str,
        text: str,
        *,
        delivery: Delivery = "queue",
        resume: bool = False,
    ) -> Message:
        body = CreateMessage(input=text, delivery=delivery, resume=resume)
        return await self._connection.post(
            f"/tasks/{user}/{task}/messages", Message, body
        )

    async def messages(self, user: str, task: str) -> list[Message]:
        found = await self._connection.get(f"/tasks/{user}/{task}/messages", Messages)
        return found.messages

    async def change_message(
        self, user: str, task: str, message: UUID, text: str
    ) -> Message:
        """Only while it is queued."""
        path = f"/tasks/{user}/{task}/messages/{message}"
        return await self._connection.patch(path, Message, TaskInput(input=text))

    async def remove_message(self, user: str, task: str, message: UUID) -> None:
        """Only while it is queued."""
        await self._connection.delete(f"/tasks/{user}/{task}/messages/{message}")

    async def set_control(
        self, user: str, task: str, controller: Controller, *, cancel_turn: bool = False
    ) -> ControlState:
        """Give the agent to the chat or to its terminal; a conflict says why not."""
        body = SetControl(controller=controller, cancel_turn=cancel_turn)
        return await self._connection.put(
            f"/tasks/{user}/{task}/control", ControlState, body
        )

    def terminal(
        self, user: str, task: str, size: TerminalSize | None = None
    ) -> AbstractAsyncContextManager[RemoteTerminal]:
        """Attach to the agent's terminal; `size` makes it so large for everybody.

        async with client.tasks.terminal("me", "fix-tests") as terminal:
            async for shown in terminal.shown():
                ...
        """
        return attach(self._connection, user, task, size)

    async def permissions(self, user: str, task: str) -> list[Permission]:
        path = f"/tasks/{user}/{task}/permissions"
        return (await self._connection.get(path, Permissions)).permissions

    async def answer(
        self, user: str, task: str, permission: UUID, answer: AnswerPermission
    ) -> Permission:
        """The first answer wins; a later one is a conflict."""
        path = f"/tasks/{user}/{task}/permissions/{permission}"
        return await self._connection.post(path, Permission, answer)

    async def options(self, user: str, task: str) -> TaskOptions:
        """What the agent lets one choose; empty before it has said so."""
        path = f"/tasks/{user}/{task}/options"
        return await self._connection.get(path, TaskOptions)

    async def set_option(
        self, user: str, task: str, option: str, value: str
    ) -> TaskOptions:
        """Now, and at every later start of the task."""
        path = f"/tasks/{user}/{task}/options/{quote(option)}"
        return await self._connection.put(path, TaskOptions, SetOption(value=value))

    async def set_permission_policy(
        self, user: str, task: str, policy: PermissionPolicy | None
    ) -> TaskPermissionPolicy:
        """None: what the task's module or template says again."""
        response = await self._connection.send(
            "PATCH",
            f"/tasks/{user}/{task}/permission-policy",
            content=SetPermissionPolicy(policy=policy).model_dump_json().encode(),
            headers={"Content-Type": "application/json"},
        )
        return TaskPermissionPolicy.model_validate_json(response.content)

    async def artifacts(self, user: str, task: str) -> Artifacts:
        """Files that the agent's tools changed, the most recently changed first."""
        return await self._connection.get(f"/tasks/{user}/{task}/artifacts", Artifacts)

    async def artifact(self, user: str, task: str, artifact: UUID) -> ArtifactDetail:
        """With its diff and text; also while the task is paused."""
        path = f"/tasks/{user}/{task}/artifacts/{artifact}"
        return await self._connection.get(path, ArtifactDetail)

    async def artifact_content(self, user: str, task: str, artifact: UUID) -> bytes:
        """The file as it is now; only while the workspace runs."""
        path = f"/tasks/{user}/{task}/artifacts/{artifact}/content"
        return (await self._connection.send("GET", path)).content

    async def events(
        self, user: str, task: str, *, after: int | None = None, limit: int = 200
    ) -> list[StoredEvent]:
        """A page: the events above `after`, or without it the newest; oldest first."""
        params = {"limit": limit} | ({} if after is None else {"after": after})
        response = await self._connection.send(
            "GET", f"/tasks/{user}/{task}/events/page", params=params
        )
        return _events.validate_json(response.content)

    async def transcript(self, user: str, task: str) -> list[StoredEvent]:
        """Every event so far, oldest first."""
        pages: list[list[StoredEvent]] = []
        before: int | None = None
        while True:
            page = await self._page(user, task, before)
            if not page:
                break
            pages.append(page)
            before = page[0].seq
            if before <= 1:
                break

        return [event for page in reversed(pages) for event in page]

    async def watch(
        self, user: str, task: str, *, after: int = 0
    ) -> AsyncGenerator[StoredEvent | TaskDetail]:
        """Events with a sequence number above `after`, and the task when its status moves.

        Goes on across lost connections and server restarts, nothing lost and nothing
        twice; ends when the task is deleted, or by an error that trying again does not
        cure.
        """
        failures = 0
        patience = self._connection.retry.attempts
        while True:
            try:
                async with aclosing(self._frames(user, task, after)) as frames:
                    async for frame in frames:
                        failures = 0
                        # A restart of the server takes seconds; give it a minute or so.
                        patience = 4 * self._connection.retry.attempts
                        if frame.event == "end":
                            return
                        parsed = _parse(frame)
                        if isinstance(parsed, StoredEvent):
                            after = parsed.seq
                        if parsed is not None:
                            yield parsed
            except ServerUnreachable:
                if failures + 1 >= patience:
                    raise

            failures += 1
            await self._connection.retry.pause(failures)

    async def watch_status(self, user: str, task: str) -> AsyncGenerator[TaskDetail]:
        """The task now, and whenever its status moves; see `watch`."""
        # Above every number there can be: the status comes, the transcript does not.
        async with aclosing(self.watch(user, task, after=_NO_EVENTS)) as items:
            async for item in items:
                if isinstance(item, TaskDetail):
                    yield item

    async def _frames(
        self, user: str, task: str, after: int
    ) -> AsyncGenerator[ServerSentEvent]:
        stream = self._connection.stream(
            f"/tasks/{user}/{task}/events",
            params={"after": after},
            headers={"Accept": "text/event-stream"},
            silence=_SILENCE,
        )
        async with stream as response, aclosing(decode(_lines(response))) as frames:
            async for frame in frames:
                yield frame

    async def _page(
        self, user: str, task: str, before: int | None
    ) -> list[StoredEvent]:
        params = {"limit": 1000} | ({} if before is None else {"before": before})
        response = await self._connection.send(
            "GET", f"/tasks/{user}/{task}/events/page", params=params
        )
        return _events.validate_json(response.content)


async def _lines(response: httpx.Response) -> AsyncGenerator[str]:
    async for line in response.aiter_lines():
        yield line


def _parse(frame: ServerSentEvent) -> StoredEvent | TaskDetail | None:
    """None for frames that this client does not know."""
    match frame.event:
        case "status":
            return TaskDetail.model_validate_json(frame.data)
        case "event" | "message":
            return StoredEvent.model_validate_json(frame.data)
        case _:
            return None
