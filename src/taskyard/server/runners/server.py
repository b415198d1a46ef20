"""Where runners dial in: admit, greet, store, and clean up behind them."""

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final, Literal, Protocol, final
from uuid import UUID

import structlog
from sqlalchemy.exc import DBAPIError, SQLAlchemyError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

from taskyard.kit.clock import Clock
from taskyard.kit.crypto import digest
from taskyard.kit.mux import frames
from taskyard.kit.mux.frames import FrameError
from taskyard.kit.mux.pump import PumpCarrier
from taskyard.kit.supervisor import Supervisor
from taskyard.protocol.link import Hello, Manifest
from taskyard.server.db import topics
from taskyard.server.db.broadcast import Broadcast, notify
from taskyard.server.db.engine import Sessions
from taskyard.server.runners.admission import AgentIdentity, admit
from taskyard.server.runners.connection import SILENCE_SECONDS, Connection
from taskyard.server.runners.ingest import Ingest
from taskyard.server.runners.limits import Limits
from taskyard.server.runners.link import LinkRegistry
from taskyard.server.runners.manifest import ManifestBuilder, log_sources
from taskyard.server.runners.messages import BadMessage, Numbered
from taskyard.server.runners.store import RunnerStore

__all__ = ["Admitted", "Refusal", "RunnerServer", "Socket"]

log: structlog.stdlib.BoundLogger = structlog.get_logger()

#: A runner may dial before its build is stored: the sandbox starts while Terraform still
#: works. It is kept waiting that long instead of being sent away.
_PATIENCE_SECONDS: Final = 20.0
_LOOK_AGAIN_SECONDS: Final = 0.5
#: So many may be kept waiting at once: anybody can dial with a token that is none.
_MOST_WAITING: Final = 200
_WATCH: Final = timedelta(seconds=10)
_RETRY_SECONDS: Final = 1.0
_FAREWELL_SECONDS: Final = 5.0

CLOSE_TRY_AGAIN: Final = 1013
CLOSE_POLICY: Final = 1008
CLOSE_UNAUTHORIZED: Final = 4401
CLOSE_OLD_BUILD: Final = 4403
CLOSE_REPLACED: Final = 4409
CLOSE_NORMAL: Final = 1000


class Socket(Protocol):
    """An accepted WebSocket."""

    async def receive(self) -> bytes | None:
        """The next binary message; None when the other side is gone."""
        ...

    async def send(self, message: bytes) -> None: ...

    async def close(self, code: int, reason: str) -> None: ...


@dataclass(frozen=True, slots=True)
class Admitted:
    agent: AgentIdentity


@dataclass(frozen=True, slots=True)
class Refusal:
    """`final`: the token is known to be of an earlier build; do not dial again."""

    code: int
    reason: str
    final: bool = False


@final
class RunnerServer:
    """One for the process."""

    def __init__(
        self,
        *,
        sessions: Sessions,
        broadcast: Broadcast,
        links: LinkRegistry,
        clock: Clock,
        access_url: str,
        secret: bytes,
        limits: Limits | None = None,
        patience: float = _PATIENCE_SECONDS,
    ) -> None:
        self._sessions = sessions
        self._broadcast = broadcast
        self._links = links
        self._clock = clock
        self._access_url = access_url
        self._secret = secret
        self.limits = limits or Limits()
        self.patience = patience
        self._waiting = 0

    async def admit(self, token: str) -> Admitted | Refusal:
        """Judge a token now. Used by the agent's HTTP routes too."""
        verdict = await self._judge(token)
        return verdict if not isinstance(verdict, str) else _later(verdict)

    async def serve(self, token: str, socket: Socket) -> None:
        """Serve one accepted WebSocket until it ends."""
        verdict = await self._admit_patiently(token)
        if isinstance(verdict, Refusal):
            await _turn_away(socket, verdict)
            return

        connection = Connection(agent=verdict.agent, clock=self._clock)
        async with Supervisor() as supervisor:
            supervisor.start(self._converse(connection), name="runner-conversation")
            supervisor.every(_WATCH, lambda: _watch(connection), name="runner-watch")
            await _pump(connection, socket)

    # -- admission --------------------------------------------------------------------

    async def _admit_patiently(self, token: str) -> Admitted | Refusal:
        verdict = await self._judge(token)
        if not isinstance(verdict, str):
            return verdict
        if self._waiting >= _MOST_WAITING:
            return _later(verdict)
        self._waiting += 1
        try:
            return await self._wait_for_the_build(token)
        finally:
            self._waiting -= 1

    async def _wait_for_the_build(self, token: str) -> Admitted | Refusal:
        loop = asyncio.get_running_loop()
        deadline = loop.time() + self.patience
        async with self._broadcast.subscribe(topics.WORKSPACE) as hints:
            while True:
                verdict = await self._judge(token)
                if not isinstance(verdict, str):
                    return verdict
                if loop.time() >= deadline:
                    return _later(verdict)
                await hints.changed(timeout=_LOOK_AGAIN_SECONDS)

    async def _judge(
        self, token: str
    ) -> Admitted | Refusal | Literal["unknown", "soon"]:
        if not token:
            return Refusal(CLOSE_UNAUTHORIZED, "no token was sent")
        try:
            async with self._sessions.begin() as session:
                store = RunnerStore(session)
                agent = await store.agent_by_token(digest(token))
                if agent is None:
                    return "unknown"
                later = await store.later_builds(agent)
        except (SQLAlchemyError, OSError) as failure:
            log.warning("runner_admission_failed", problem=str(failure))
            return Refusal(CLOSE_TRY_AGAIN, "the database does not answer")

        match admit(later):
            case "admitted":
                return Admitted(agent)
            case "soon":
                return "soon"
            case "refused":
                reason = (
                    f"this token is of build {agent.build_number} of the workspace, "
                    "and a later build has taken its place"
                )
                return Refusal(CLOSE_OLD_BUILD, reason, final=True)

    # -- the conversation -------------------------------------------------------------

    async def _converse(self, connection: Connection) -> None:
        """Greet and then store, until the connection ends (which cancels this)."""
        try:
            hello = await connection.hello()
            stream = UUID(hello["stream"])
        except (TimeoutError, BadMessage, ValueError) as bad:
            connection.close(f"the runner did not say hello: {bad}")
            return

        self._links.add(connection)
        try:
            await self._greet(connection, hello, stream)
            await connection.store_events(
                stream, lambda stream, batch: self._store(connection, stream, batch)
            )
        finally:
            connection.close("the server ended the conversation")
            if self._links.remove(connection):
                await self._say_goodbye(connection)

    async def _greet(self, connection: Connection, hello: Hello, stream: UUID) -> None:
        while True:
            try:
                acked, manifest = await self._prepare(connection.agent, hello, stream)
            except (SQLAlchemyError, OSError) as failure:
                log.warning("runner_greeting_failed", problem=str(failure))
                await asyncio.sleep(_RETRY_SECONDS)
                continue

            connection.welcome(acked=acked, manifest=manifest)
            await self._announce(connection.agent)
            return

    async def _prepare(
        self, agent: AgentIdentity, hello: Hello, stream: UUID
    ) -> tuple[int, Manifest]:
        async with self._sessions.begin() as session:
            store = RunnerStore(session)
            # First of all: a batch of the connection that this one replaces may be on its
            # way, and whoever stores one holds this lock when it changes the agent's row.
            await store.lock_workspace(agent.workspace_id)
            row = await store.agent_row(agent.agent_row_id)
            if not row.log_sources:
                row.log_sources = log_sources(row)
            version = hello["runner_version"][:64]
            await store.connected(
                agent.agent_row_id, version=version, now=self._clock.now()
            )
            builder = ManifestBuilder(
                store=store,
                clock=self._clock,
                access_url=self._access_url,
                secret=self._secret,
            )
            manifest = await builder.build(agent)
            acked = await store.stored_up_to(agent.workspace_id, stream)
            await _hint(session, agent)
        return acked, manifest

    async def _announce(self, agent: AgentIdentity) -> None:
        """The link can be used from now on: wake who waits for it (delivery)."""
        with suppress(SQLAlchemyError, OSError):
            async with self._sessions.begin() as session:
                await _hint(session, agent)
                if agent.task_id is not None:
                    await notify(session, topics.POST, agent.task_id)

    async def _say_goodbye(self, connection: Connection) -> None:
        agent = connection.agent
        try:
            async with self._sessions.begin() as session:
                await RunnerStore(session).disconnected(
                    agent.agent_row_id, now=self._clock.now()
                )
                await _hint(session, agent)
        except (SQLAlchemyError, OSError) as failure:
            # The row then says "last heard", which says the same a little later.
            log.warning("runner_goodbye_not_stored", problem=str(failure))

    # -- events -----------------------------------------------------------------------

    async def _store(
        self, connection: Connection, stream: UUID, batch: Sequence[Numbered]
    ) -> int:
        """Store a batch, however long the database is away.

        A batch that cannot be stored for a reason of its own is stored event by event;
        the one to blame is left out, with a line in the log.
        """
        while True:
            try:
                return await self._apply(connection.agent, stream, batch)
            except (SQLAlchemyError, OSError) as failure:
                if _is_outage(failure):
                    log.warning("runner_events_wait_for_the_database")
                    await asyncio.sleep(_RETRY_SECONDS)
                    continue
                log.exception("runner_batch_not_stored")
            except Exception:
                log.exception("runner_batch_not_stored")

            return await self._store_singly(connection, stream, batch)

    async def _store_singly(
        self, connection: Connection, stream: UUID, batch: Sequence[Numbered]
    ) -> int:
        if len(batch) == 1:
            problem = "the server could not store it (see the server's log)"
            bad = Numbered(batch[0].seq, None, problem, batch[0].session_id)
            return await self._apply(connection.agent, stream, [bad])

        stored = 0
        for numbered in batch:
            stored = await self._store(connection, stream, [numbered])
        return stored

    async def _apply(
        self, agent: AgentIdentity, stream: UUID, batch: Sequence[Numbered]
    ) -> int:
        async with self._sessions.begin() as session:
            ingest = Ingest(
                store=RunnerStore(session),
                agent=agent,
                clock=self._clock,
                limits=self.limits,
            )
            return await ingest.apply(stream, batch)


def _is_outage(failure: Exception) -> bool:
    if isinstance(failure, DBAPIError):
        return (
            failure.connection_invalidated
            or "OperationalError" in type(failure).__name__
        )
    return isinstance(failure, OSError | PoolTimeoutError)


def _later(verdict: Literal["unknown", "soon"]) -> Refusal:
    if verdict == "soon":
        return Refusal(CLOSE_TRY_AGAIN, "the workspace is being started; dial again")
    return Refusal(CLOSE_TRY_AGAIN, "this token is not known (yet); dial again")


async def _hint(session: Any, agent: AgentIdentity) -> None:
    await notify(session, topics.WORKSPACE, agent.workspace_id)
    if agent.task_id is not None:
        await notify(session, topics.TASK, agent.task_id)
        await notify(session, topics.TASKS, f"{agent.owner_id}/{agent.task_id}")


async def _turn_away(socket: Socket, refusal: Refusal) -> None:
    if refusal.final:
        body = {"type": "refused", "reason": refusal.reason}
        await socket.send(frames.encode_json(frames.Kind.MESSAGE, body))
    await socket.close(refusal.code, refusal.reason)


async def _watch(connection: Connection) -> None:
    if connection.silent_for() > SILENCE_SECONDS:
        connection.close("nothing was heard of the runner for too long")


async def _pump(connection: Connection, socket: Socket) -> None:
    """Carry the link until either side ends it."""

    async def receive() -> bytes | None:
        await connection.room()
        message = await socket.receive()
        if message is not None:
            connection.heard(len(message))
        return message

    carrier = PumpCarrier(connection.mux, receive=receive, send=socket.send)
    async with asyncio.TaskGroup() as group:
        pump = group.create_task(carrier.run())
        ended = group.create_task(connection.closed.wait())
        await asyncio.wait({pump, ended}, return_when=asyncio.FIRST_COMPLETED)
        ended.cancel()
        carrier.close()  # what is queued, such as the reason, still goes out
        await asyncio.wait({pump}, timeout=_FAREWELL_SECONDS)
        pump.cancel()
    code = CLOSE_REPLACED if "replaced" in connection.close_reason else CLOSE_NORMAL
    reason = connection.close_reason
    connection.close("the connection ended")
    with suppress(OSError, RuntimeError, FrameError):
        await socket.close(code, reason)
