"""What a person sets for a task's agent: its options, and what it may do without asking."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID, uuid4

from sqlalchemy.ext.asyncio import AsyncSession

from taskyard.kit.errors import Conflict, InvalidRequest, Unreachable
from taskyard.protocol.api.tasks import (
    PermissionPolicy,
    TaskOptions,
    TaskPermissionPolicy,
)
from taskyard.protocol.link import CommandName, Reply
from taskyard.server.db import topics
from taskyard.server.db.broadcast import notify
from taskyard.server.db.engine import Sessions
from taskyard.server.db.tables import SessionRow
from taskyard.server.identity.actor import Actor
from taskyard.server.runners.link import LinkRegistry, NotConnected
from taskyard.server.runners.manifest import read_policy
from taskyard.server.runners.session_store import SessionStore
from taskyard.server.tasks.offers import check_choice, options_of
from taskyard.server.tasks.policies import policy_of
from taskyard.server.tasks.records import TaskRecord, main_session
from taskyard.server.tasks.service import TaskService
from taskyard.server.tasks.status import derive_status
from taskyard.server.tasks.store import TaskStore

__all__ = ["AgentSettings"]

#: A change of model may start a new process of the agent.
_DEADLINE_SECONDS: Final = 30.0


class OptionRefused(InvalidRequest):
    """The agent refused the value."""


class AgentAway(Conflict):
    """The task's agent is not running."""


class AgentGone(Unreachable):
    """The workspace has no agent that could be told."""


@dataclass(frozen=True, slots=True)
class _Running:
    """The session of a running agent, and the runner it is reached by."""

    agent_row_id: UUID
    session_id: UUID


class AgentSettings:
    """One for the process: between its transactions it waits for runners."""

    def __init__(
        self,
        *,
        sessions: Sessions,
        services: Callable[[AsyncSession], TaskService],
        links: LinkRegistry,
    ) -> None:
        self._sessions = sessions
        self._services = services
        self._links = links

    # -- options ----------------------------------------------------------------------

    async def options(self, actor: Actor, user: str, task: str) -> TaskOptions:
        """What the agent offers, as it said last; also while the task is paused."""
        async with self._sessions.begin() as session:
            record = await self._services(session).find(actor, user, task)
            row = await _main(session, record)
            return await _shown(session, row)

    async def set_option(
        self, actor: Actor, user: str, task: str, option: str, *, value: str | bool
    ) -> TaskOptions:
        """Set it now, and at every start from now on.

        Raises NoSuchOption, NoSuchChoice, OptionRefused, AgentAway, Unreachable.
        """
        async with self._sessions.begin() as session:
            record = await self._services(session).find(actor, user, task, write=True)
            row = await _main(session, record)
            running = _running(record, row)
            wanted = check_choice(
                (await _shown(session, row)).options, option, value=value
            )
        reply = await self._ask(
            running, "set_option", {"option_id": option, "value": wanted}
        )
        if not reply["ok"]:
            raise _refusal(reply)

        async with self._sessions.begin() as session:
            store = SessionStore(session)
            row = await store.choose_options(running.session_id, {option: wanted})
            offered = (reply.get("result") or {}).get("options")
            if isinstance(offered, list):
                await store.set_session(running.session_id, options=offered)
            await notify(session, topics.TASK, record.id)
            return await _shown(session, row)

    # -- the permission policy --------------------------------------------------------

    async def set_policy(
        self, actor: Actor, user: str, task: str, policy: PermissionPolicy | None
    ) -> TaskPermissionPolicy:
        """For the running agent if there is one, and for every start from now on."""
        async with self._sessions.begin() as session:
            record = await self._services(session).find(actor, user, task, write=True)
            await TaskStore(session).set(record.id, permission_policy=policy)
            row = await _main(session, record)
            if row is not None:
                await _forget_modes(session, row)
            await notify(session, topics.TASK, record.id)
            running = _running_or_none(record, row)
        in_force = running is not None and await self._put_in_force(running, policy)
        async with self._sessions.begin() as session:
            record = await self._services(session).find(actor, user, task)
            row = await _main(session, record)
            return policy_of(record, row, in_force=in_force)

    async def _put_in_force(
        self, running: _Running, policy: PermissionPolicy | None
    ) -> bool:
        """Whether the agent took it; else it gets it when its runner is back."""
        try:
            reply = await self._ask(running, "set_policy", {"policy": policy or ""})
        except Unreachable:
            return False
        result = (reply.get("result") or {}) if reply["ok"] else {}
        taken = read_policy(result.get("permission_policy"))
        if taken is None:
            return False
        async with self._sessions.begin() as session:
            await SessionStore(session).set_session(
                running.session_id, permission_policy=taken
            )
        return True

    async def _ask(
        self, running: _Running, name: CommandName, args: Mapping[str, Any]
    ) -> Reply:
        link = self._links.get(running.agent_row_id)
        if link is None:
            raise NotConnected
        return await link.command(
            name,
            {"session_id": str(running.session_id), **args},
            id=str(uuid4()),
            deadline=_DEADLINE_SECONDS,
        )


# -- rows -----------------------------------------------------------------------------


async def _main(session: AsyncSession, record: TaskRecord) -> SessionRow | None:
    slug = record.app.slug if record.app else None
    return main_session(await TaskStore(session).sessions_of(record.id), slug)


async def _shown(session: AsyncSession, row: SessionRow | None) -> TaskOptions:
    if row is None:
        return TaskOptions(session_id=None, options=[])
    offered = await SessionStore(session).offered_options(row.id)
    return TaskOptions(
        session_id=row.id,
        agent=row.agent,
        options=options_of(offered, row.chosen_options),
    )


async def _forget_modes(session: AsyncSession, row: SessionRow) -> None:
    """A mode that was chosen before must not undo the policy at the next start."""
    store = SessionStore(session)
    offered = options_of(await store.offered_options(row.id), None)
    modes = {option.id for option in offered if option.category == "mode"}
    kept = {n: v for n, v in (row.chosen_options or {}).items() if n not in modes}
    await store.set_session(row.id, chosen_options=kept)


# -- who is there ---------------------------------------------------------------------


def _running(record: TaskRecord, row: SessionRow | None) -> _Running:
    """Raises AgentAway."""
    running = _running_or_none(record, row)
    if running is None:
        status = derive_status(record.status_facts())
        what_to_do = "Resume it first." if status == "paused" else "Wait until it runs."
        raise AgentAway(detail=f"The task is {status}. {what_to_do}")
    return running


def _running_or_none(record: TaskRecord, row: SessionRow | None) -> _Running | None:
    if row is None or record.agent is None or record.session_facts(row) is None:
        return None
    if derive_status(record.status_facts()) not in {"active", "initializing"}:
        return None
    return _Running(record.agent.id, row.id)


def _refusal(reply: Reply) -> Exception:
    sentence = reply.get("error", "")
    match reply.get("code", "failed"):
        case "busy":
            return AgentAway(detail=f"{sentence}. Try again when it is there.")
        case "unsupported":
            return OptionRefused(detail=sentence)
        case _:
            return AgentGone(detail=sentence)
