"""Say something to a task's agent now, or leave a message for it."""

from collections.abc import Callable
from dataclasses import dataclass
from http import HTTPStatus
from typing import Final
from urllib.parse import urlsplit
from uuid import UUID, uuid4

from sqlalchemy.ext.asyncio import AsyncSession

from taskyard.kit.clock import Clock
from taskyard.kit.errors import InvalidRequest, TaskyardError
from taskyard.protocol.api.tasks import CreateMessage, Message, TaskLogs
from taskyard.server.db.engine import Sessions
from taskyard.server.db.tables import MessageRow, SessionRow
from taskyard.server.identity.actor import Actor
from taskyard.server.runners.link import LinkRegistry
from taskyard.server.tasks.app_client import AgentApi, logs_of
from taskyard.server.tasks.delivery import Courier
from taskyard.server.tasks.errors import (
    AgentBusy,
    AgentNotReady,
    AppUnreachable,
    MessageRejected,
    TaskHasNoApp,
    TaskHasNoWorkspace,
    TaskNotActive,
    TaskNotReady,
)
from taskyard.server.tasks.logs import TaskLogService
from taskyard.server.tasks.messages import (
    MessageService,
    MessageStore,
    check_input,
    message,
)
from taskyard.server.tasks.parts import TaskApp
from taskyard.server.tasks.records import TaskRecord, main_session
from taskyard.server.tasks.service import TaskService
from taskyard.server.tasks.status import derive_status
from taskyard.server.tasks.store import TaskStore

__all__ = ["Talk"]

_CANCEL_SECONDS: Final = 10.0


class AppUrlMissing(TaskyardError):
    """Task app URL is not configured."""

    status = HTTPStatus.INTERNAL_SERVER_ERROR


class AppSchemeUnsupported(InvalidRequest):
    """Only http scheme is supported for direct agent-dial."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Turn:
    """The session that a cancel is about, and where it runs."""

    agent_row_id: UUID
    session_id: UUID


class Talk:
    """One for the process: between its transactions it waits for runners."""

    def __init__(
        self,
        *,
        sessions: Sessions,
        services: Callable[[AsyncSession], TaskService],
        courier: Courier,
        links: LinkRegistry,
        clock: Clock,
    ) -> None:
        self._sessions = sessions
        self._services = services
        self._courier = courier
        self._links = links
        self._clock = clock

    async def send(self, actor: Actor, user: str, task: str, text: str) -> None:
        """The contract's `send`: to an idle agent, now, or an error that says why not."""
        check_input(text)
        async with self._sessions.begin() as session:
            record = await self._services(session).find(actor, user, task, write=True)
            other = await self._check_ready(TaskStore(session), record)
            row = None
            if other is None:
                row = await self._messages(session).add(
                    record.task, author_id=actor.user_id, text=text, delivery="now"
                )
        if other is not None:
            await other.send(text)
        elif row is not None:
            await self._send_message(record.id, row)

    async def _send_message(self, task_id: UUID, row: MessageRow) -> None:
        state = await self._deliver(task_id, row)
        if state == "queued":
            raise AgentNotReady("running")
        if state == "failed":
            raise MessageRejected

    async def logs(self, actor: Actor, user: str, task: str) -> TaskLogs:
        """What was said; of an agent that we do not drive, as its AgentAPI tells it."""
        async with self._sessions.begin() as session:
            record = await self._services(session).find(actor, user, task)
            logs = await TaskLogService(store=TaskStore(session), clock=self._clock).of(
                record
            )
            other = await self._other(TaskStore(session), record)
        if other is None:
            return logs
        return TaskLogs(logs=logs_of(await other.messages(), self._clock))

    async def _other(self, store: TaskStore, record: TaskRecord) -> AgentApi | None:
        """The AgentAPI of an active task that never had a session of ours."""
        if derive_status(record.status_facts()) != "active" or record.app is None:
            return None
        if await store.sessions_of(record.id):
            return None
        link = self._links.get(record.agent.id) if record.agent else None
        if link is None:
            raise AppUnreachable(detail="The workspace's runner is not connected.")
        return AgentApi(link, _dialled_url(record.app))

    async def post(
        self,
        actor: Actor,
        user: str,
        task: str,
        body: CreateMessage,
        *,
        id_: UUID | None = None,
    ) -> Message:
        """Ours: queue a message (or steer with it), resuming the task if asked to.

        `now` is refused unless the agent is idle. With an `id_` of the sender's a message
        that is posted again is the same. Raises InputRequired, AgentBusy, MessageIdTaken,
        and what resuming raises.
        """
        async with self._sessions.begin() as session:
            service = self._services(session)
            found = await service.lock(actor, user, task)
            if body.resume:
                await _resume(service, actor, found.id)
            if body.delivery == "now":
                await self._check_idle(TaskStore(session), found.id)
            row = await self._messages(session).add(
                found,
                author_id=actor.user_id,
                text=body.input,
                delivery=body.delivery,
                id_=id_,
            )
        if body.delivery != "now":
            return message(row, author_name=actor.username)
        if await self._deliver(found.id, row) == "queued":
            raise AgentBusy("running")
        async with self._sessions.begin() as session:
            return await self._messages(session).show(row.id)

    async def cancel(self, actor: Actor, user: str, task: str) -> None:
        """End the running turn; nothing to do is not an error. Raises AppUnreachable."""
        async with self._sessions.begin() as session:
            record = await self._services(session).find(actor, user, task, write=True)
            turn = await self._turn(TaskStore(session), record)
        if turn is None:
            return
        link = self._links.get(turn.agent_row_id)
        if link is None:
            raise AppUnreachable(detail="The workspace's runner is not connected.")
        await link.command(
            "cancel",
            {"session_id": str(turn.session_id)},
            id=str(uuid4()),
            deadline=_CANCEL_SECONDS,
        )

    # -- checks -----------------------------------------------------------------------

    async def _check_ready(
        self, store: TaskStore, record: TaskRecord
    ) -> AgentApi | None:
        """The AgentAPI to send to; None: the task has a session of ours.

        Raises what `send` answers with while the agent cannot take input.
        """
        status = derive_status(record.status_facts())
        if status in {"pending", "initializing", "paused"}:
            raise TaskNotReady(status)
        if record.workspace is None:
            raise TaskHasNoWorkspace
        if status != "active":
            raise TaskNotActive(detail=f"Its status is {status}.")
        if record.app is None:
            raise TaskHasNoApp
        session = await _session(store, record)
        url = "" if session else _dialled_url(record.app)
        link = self._links.get(record.agent.id) if record.agent else None
        if link is None:
            raise AppUnreachable(detail="The workspace's runner is not connected.")
        if session is None:
            return AgentApi(link, url)
        if session.state != "idle" or session.controller != "chat":
            raise AgentNotReady("running")
        if (await store.waiting(record.id)).queued_messages:
            raise AgentNotReady("running")
        return None

    async def _check_idle(self, store: TaskStore, task_id: UUID) -> None:
        record = await store.record(task_id)
        session = await _session(store, record) if record else None
        if record is None or session is None:
            raise AgentBusy("not running")
        if session.controller == "terminal":
            raise AgentBusy("in the agent's terminal")
        if session.state != "idle":
            raise AgentBusy(session.state)
        if (await store.waiting(record.id)).queued_messages:
            raise AgentBusy("about to get another message")

    async def _turn(self, store: TaskStore, record: TaskRecord) -> _Turn | None:
        session = await _session(store, record)
        if session is None or record.agent is None:
            return None
        if session.state not in {"running", "requires_action"}:
            return None
        return _Turn(agent_row_id=record.agent.id, session_id=session.id)

    # -- delivery ---------------------------------------------------------------------

    async def _deliver(self, task_id: UUID, row: MessageRow) -> str:
        """Try at once; the message's state then. One not taken leaves the queue.

        `sending` means that the runner got it but has not answered in time: the message
        is kept and its delivery goes on, so the caller must not send it again.
        """
        await self._courier.deliver(task_id)
        async with self._sessions.begin() as session:
            store = MessageStore(session)
            if await store.set(row.id, MessageRow.state == "queued", state="removed"):
                return "queued"
            now = await store.get(row.id)
            return now.state if now else "removed"

    def _messages(self, session: AsyncSession) -> MessageService:
        return MessageService(store=MessageStore(session), clock=self._clock)


async def _resume(service: TaskService, actor: Actor, task_id: UUID) -> None:
    record = await service.reload(task_id)
    if record is not None and derive_status(record.status_facts()) == "paused":
        await service.resume(actor, record)


async def _session(store: TaskStore, record: TaskRecord) -> SessionRow | None:
    """The task's session, if it is alive in the present build."""
    slug = record.app.slug if record.app else None
    session = main_session(await store.sessions_of(record.id), slug)
    return session if record.session_facts(session) is not None else None


def _dialled_url(app: TaskApp) -> str:
    """Apps of agents that we do not drive are dialled: they need a plain http URL."""
    if not app.url:
        raise AppUrlMissing
    if urlsplit(app.url).scheme != "http":
        raise AppSchemeUnsupported
    return app.url
