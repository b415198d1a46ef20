"""What a connection of an editor does in the database: short transactions, as its user."""

from collections.abc import Callable
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from taskyard.kit.clock import Clock
from taskyard.kit.errors import TaskyardError
from taskyard.protocol.api.tasks import (
    AnswerPermission,
    CreateMessage,
    Permission,
    StoredEvent,
    TaskOption,
)
from taskyard.server.db.engine import Sessions
from taskyard.server.db.tables import TaskRow
from taskyard.server.identity.actor import Actor, Scope
from taskyard.server.identity.errors import ScopeTooNarrow
from taskyard.server.tasks.acp.listing import Listed
from taskyard.server.tasks.acp.store import AcpStore
from taskyard.server.tasks.agent_settings import AgentSettings
from taskyard.server.tasks.errors import NotTheOwner
from taskyard.server.tasks.messages import MessageService, MessageStore
from taskyard.server.tasks.permissions import PermissionService, PermissionStore
from taskyard.server.tasks.records import TaskRecord
from taskyard.server.tasks.service import TaskService
from taskyard.server.tasks.talk import Talk
from taskyard.server.tasks.transcript import Transcript

__all__ = ["Desk", "Mail", "Opened", "check_scope"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Opened:
    """A task as an editor begins to follow it."""

    task_id: UUID
    owner_id: UUID
    workspace_id: UUID | None
    last_seq: int
    options: list[TaskOption]
    #: Commands and permission requests, which may have been told long ago.
    seldom: list[StoredEvent]
    may_change: bool


@dataclass(frozen=True, slots=True)
class Mail:
    """A message; where in the log its turn ended, and how (0 and "" = it has not)."""

    state: str
    error: str
    ended_at: int
    stop_reason: str


class Desk:
    """Knows no connection: each method is told whose."""

    def __init__(
        self,
        *,
        sessions: Sessions,
        services: Callable[[AsyncSession], TaskService],
        talk: Talk,
        agent_settings: AgentSettings,
        clock: Clock,
    ) -> None:
        self._sessions = sessions
        self._services = services
        self._talk = talk
        self._agent_settings = agent_settings
        self._clock = clock

    # -- looks ------------------------------------------------------------------------

    async def tasks(self, actor: Actor, only: UUID | None) -> list[Listed]:
        """The actor's own, newest first; or the one that this connection is for.

        Raises TaskNotFound.
        """
        async with self._sessions.begin() as session:
            service, store = self._services(session), AcpStore(session)
            if only is not None:
                tasks = [service.show(await store.record(actor, only))]
            else:
                tasks = await service.search(actor, "owner:me")
            agents = [t.workspace_agent_id for t in tasks if t.workspace_agent_id]
            directories = await store.directories(agents)
        return [
            Listed(task, directories.get(task.workspace_agent_id, ""))
            if task.workspace_agent_id
            else Listed(task, "")
            for task in tasks
        ]

    async def open(self, actor: Actor, task_id: UUID) -> Opened:
        """Raises TaskNotFound."""
        async with self._sessions.begin() as session:
            record = await AcpStore(session).record(actor, task_id)
            last = await Transcript(session, task_id).last_seq()
            seldom = await AcpStore(session).seldom(task_id, last_seq=last)
            may_change = _may_change(actor, record)
        options = await self._agent_settings.options(
            actor, str(record.task.owner_id), str(task_id)
        )
        return Opened(
            task_id=task_id,
            owner_id=record.task.owner_id,
            workspace_id=record.task.workspace_id,
            last_seq=last,
            options=options.options,
            seldom=seldom,
            may_change=may_change,
        )

    async def mail(self, task_id: UUID, message_id: UUID) -> Mail | None:
        """None: there is no such message (yet)."""
        async with self._sessions.begin() as session:
            row = await MessageStore(session).get(message_id)
            if row is None or row.task_id != task_id:
                return None
            ended_at, reason = await AcpStore(session).turn_end(row)
            return Mail(row.state, row.error, ended_at, reason)

    async def open_permissions(self, task_id: UUID) -> list[Permission]:
        async with self._sessions.begin() as session:
            task = await session.get(TaskRow, task_id)
            if task is None:
                return []
            service = self._permissions(session)
            return [p for p in await service.list(task) if p.state == "pending"]

    # -- changes ----------------------------------------------------------------------

    @staticmethod
    def check_may_change(actor: Actor, opened: Opened) -> None:
        """Raises ScopeTooNarrow, NotTheOwner."""
        check_scope(actor)
        if not opened.may_change:
            raise NotTheOwner

    async def post(
        self, actor: Actor, opened: Opened, message_id: UUID, text: str
    ) -> None:
        """Queue a message for the agent; a paused task is resumed for it.

        The same id is queued once. Raises ScopeTooNarrow, NotTheOwner, InputRequired.
        """
        check_scope(actor)
        body = CreateMessage(input=text, delivery="queue", resume=True)
        await self._talk.post(
            actor, str(opened.owner_id), str(opened.task_id), body, id_=message_id
        )

    async def withdraw(self, task_id: UUID, message_id: UUID) -> bool:
        """Take a message out of the queue; False when it has left it."""
        async with self._sessions.begin() as session:
            task = await session.get(TaskRow, task_id)
            if task is None:
                return False
            messages = MessageService(store=MessageStore(session), clock=self._clock)
            try:
                await messages.remove(task, message_id)
            except TaskyardError:
                return False
            return True

    async def cancel(self, actor: Actor, opened: Opened) -> None:
        """End the running turn. Raises ScopeTooNarrow, NotTheOwner, AppUnreachable."""
        check_scope(actor)
        await self._talk.cancel(actor, str(opened.owner_id), str(opened.task_id))

    async def answer(
        self, actor: Actor, task_id: UUID, permission_id: UUID, option_id: str
    ) -> None:
        """Raises NotTheOwner, NoSuchOption, AlreadyAnswered, RequestOver."""
        check_scope(actor)
        async with self._sessions.begin() as session:
            record = await AcpStore(session).record(actor, task_id)
            self._services(session).check_may_change(actor, record)
            await self._permissions(session).answer(
                record.task,
                permission_id,
                AnswerPermission(option_id=option_id),
                by=actor.user_id,
            )

    async def set_option(
        self, actor: Actor, opened: Opened, option: str, *, value: str | bool
    ) -> list[TaskOption]:
        """Raises what AgentSettings.set_option raises."""
        check_scope(actor)
        settings = await self._agent_settings.set_option(
            actor, str(opened.owner_id), str(opened.task_id), option, value=value
        )
        return settings.options

    async def options(self, actor: Actor, opened: Opened) -> list[TaskOption]:
        settings = await self._agent_settings.options(
            actor, str(opened.owner_id), str(opened.task_id)
        )
        return settings.options

    def _permissions(self, session: AsyncSession) -> PermissionService:
        return PermissionService(store=PermissionStore(session), clock=self._clock)


def check_scope(actor: Actor) -> None:
    """A WebSocket begins as a request that reads. Raises ScopeTooNarrow."""
    if actor.scope is not Scope.ALL:
        raise ScopeTooNarrow(detail=f"Its scope is {actor.scope}.")


def _may_change(actor: Actor, record: TaskRecord) -> bool:
    is_theirs = record.task.owner_id == actor.user_id or actor.manages_everything
    return is_theirs and actor.scope is Scope.ALL
