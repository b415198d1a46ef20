"""One task as one editor follows it: what was said, what is said, who is asked."""

import asyncio
from collections.abc import Callable, Iterable
from contextlib import aclosing
from dataclasses import dataclass
from typing import Final, final
from uuid import UUID, uuid4

import structlog
from pydantic import ValidationError

from taskyard.kit.errors import TaskyardError
from taskyard.protocol.acp import META, NOT_FOUND, Json, initial_message_id
from taskyard.protocol.api.acp import PermissionAnswer
from taskyard.protocol.api.tasks import Permission, StoredEvent, TaskDetail
from taskyard.server.identity.actor import Actor
from taskyard.server.tasks.acp.condense import condense
from taskyard.server.tasks.acp.desk import Desk, Opened
from taskyard.server.tasks.acp.questions import permission_request
from taskyard.server.tasks.acp.rpc import Peer, RpcError
from taskyard.server.tasks.acp.updates import (
    Translation,
    notice,
    session_info,
    thought,
)
from taskyard.server.tasks.acp.waiting import (
    Waiting,
    ended,
    turn_verdict,
    verdict,
)
from taskyard.server.tasks.stream import Sign, TaskStreams

__all__ = ["Attachment", "Start"]

log: structlog.stdlib.BoundLogger = structlog.get_logger()

_REMEMBERED: Final = 500
_CUT: Final = (
    "The beginning of this long conversation is left out here; the task's page and "
    "`taskyard task logs` have it."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Start:
    """Where an editor begins to be told."""

    after: int  # the number of the last event that it knows
    answer_first: bool = False  # else it is told what there is before its answer
    is_cut: bool = False  # there is more below, and it does not know that


@final
class Attachment:
    """Followed from `run`; what the editor asks meanwhile comes through the methods.

    `caught_up` is set when everything has been told that there was; from then on the
    editor is asked for permissions and told of statuses, but not before `go_live`: its
    request has to be answered first.
    """

    def __init__(
        self,
        opened: Opened,
        *,
        actor: Callable[[], Actor],
        desk: Desk,
        streams: TaskStreams,
        peer: Peer,
    ) -> None:
        self._actor = actor
        self._desk = desk
        self._streams = streams
        self._peer = peer
        self._posting = asyncio.Lock()
        self._waiting: dict[UUID, Waiting] = {}
        self._mine = set[UUID]()  # messages of this editor, which shows them itself
        self.begin_anew(opened, cwd="")

    def begin_anew(
        self, opened: Opened, *, cwd: str, mine: Iterable[UUID] = ()
    ) -> None:
        """Before each `run`: the editor knows nothing; its prompts still wait."""
        self.opened = opened
        self.cwd = cwd
        self.caught_up = asyncio.Event()
        self.go_live = asyncio.Event()
        self._mine |= set(mine)
        self._translation = Translation()
        self._asked: dict[UUID, asyncio.Task[None]] = {}
        self._tool_of: dict[str, str] = {}  # request id -> tool call id
        self._has_commands = False
        self._info: Json = {}
        self._notice = ""
        self._told = 0  # the number of the last event that the editor knows
        for event in opened.seldom:
            self._note_request(event)

    # -- what is told -----------------------------------------------------------------

    async def run(self, start: Start) -> None:
        """Tell what there is, and all that comes, until the task is deleted.

        Raises ConnectionError.
        """
        self._told = start.after
        try:
            if start.answer_first:
                self.caught_up.set()
                await self.go_live.wait()
            if start.is_cut:
                await self._update(thought(_CUT, id_=f"taskyard-{uuid4()}"))
            async with asyncio.TaskGroup() as group:
                await self._follow(start.after, group)
                for question in self._asked.values():
                    question.cancel()
        finally:
            self.caught_up.set()
        gone = RpcError(NOT_FOUND, "The task has been deleted.")
        for waiting in self._waiting.values():
            waiting.end(gone)

    async def _follow(self, after: int, group: asyncio.TaskGroup) -> None:
        watched = self._streams.watch(
            self.opened.task_id, self.opened.workspace_id, after=after
        )
        async with aclosing(watched):
            async for seen in watched:
                match seen:
                    case list():
                        for event in condense(seen):
                            await self._tell(event)
                        self._told = seen[-1].seq
                    case TaskDetail():
                        await self._begin()
                        await self._look(seen, group)
                    case Sign.SILENCE:
                        pass
                    case Sign.DELETED:
                        await self._begin()

    async def _begin(self) -> None:
        if self.caught_up.is_set() and self.go_live.is_set():
            return
        self.caught_up.set()
        await self.go_live.wait()
        if not self._has_commands:
            for event in self.opened.seldom:
                if event.kind == "commands":
                    await self._tell(event)

    async def _tell(self, event: StoredEvent) -> None:
        self._note_request(event)
        self._has_commands = self._has_commands or event.kind == "commands"
        if not self._is_mine(event):
            for update in self._translation.of(event):
                await self._update(update, seq=event.seq)
        if event.kind == "turn_ended":
            self._end_turn(event)
        elif event.kind == "state" and event.data.get("state") == "running":
            await self._cancel_late()

    async def _update(self, update: Json, *, seq: int | None = None) -> None:
        params: Json = {"sessionId": str(self.opened.task_id), "update": update}
        if seq is not None:
            params["_meta"] = {META: {"seq": seq}}
        await self._peer.notify("session/update", params)

    async def _look(self, task: TaskDetail, group: asyncio.TaskGroup) -> None:
        """Bring editor, prompts and questions in line with the rows."""
        info = session_info(task)
        work = task.work.model_dump(exclude={"heard_at"})
        if (seen := {"title": info["title"], "work": work}) != self._info:
            self._info = seen
            await self._update(info)
        for message_id, waiting in list(self._waiting.items()):
            await self._settle(message_id, waiting, task)
        await self._tell_why(task)
        if self.opened.may_change and (task.pending_permissions or self._asked):
            await self._ask_open(group)

    async def _tell_why(self, task: TaskDetail) -> None:
        """Why a prompt of this editor has no answer yet, where that is not plain."""
        words = notice(task) if self._waiting else ""
        if words and words != self._notice:
            await self._update(thought(words, id_=f"taskyard-{uuid4()}"))
        self._notice = words

    def _is_mine(self, event: StoredEvent) -> bool:
        return event.data.get("role") == "user" and (
            _uuid(event.data.get("message_id")) in self._mine
        )

    # -- prompts ----------------------------------------------------------------------

    async def prompt(self, text: str, message_id: UUID | None) -> str:
        """Queue it, wait for its turn to end; the stop reason. Raises RpcError too.

        1. The id is known before there is a row: a turn that ends quickly finds somebody
           who waits for it.
        2. It is posted. Asked again, after a connection was lost, it is there already.
        3. It may have ended before what this editor is told of: then the rows know.
        """
        id_ = message_id or uuid4()
        waiting = self._waiting.setdefault(id_, Waiting())
        self._mine.add(id_)
        try:
            if id_ != initial_message_id(self.opened.task_id):
                async with self._posting:
                    await self._desk.post(self._actor(), self.opened, id_, text)
            mail = await self._desk.mail(self.opened.task_id, id_)
            if (before := ended(mail, told=self._told)) is not None:
                waiting.end(before)
            return await asyncio.shield(waiting.answer)
        finally:
            self._waiting.pop(id_, None)

    async def cancel(self) -> None:
        """Take back what this editor has queued; else end the turn that runs.

        Raises NotTheOwner, ScopeTooNarrow, AppUnreachable.
        """
        async with self._posting:  # after what was sent before
            theirs, running = list(self._waiting.items()), 0
            for message_id, waiting in theirs:
                waiting.is_cancelled = True
                if await self._desk.withdraw(self.opened.task_id, message_id):
                    waiting.end("cancelled")
                else:
                    running += 1
            if running or not theirs:
                await self._desk.cancel(self._actor(), self.opened)

    def leave(self) -> None:
        """The editor closes its view: its prompts go on, and nobody waits for them."""
        for waiting in self._waiting.values():
            waiting.end("cancelled")

    async def _settle(
        self, message_id: UUID, waiting: Waiting, task: TaskDetail
    ) -> None:
        mail = await self._desk.mail(self.opened.task_id, message_id)
        in_queue = mail is not None and mail.state == "queued"
        decided = ended(mail, told=self._told) or verdict(mail, task)
        if in_queue and (waiting.is_cancelled or decided is not None):
            # Else it would be sent when nobody waits for it any more.
            if not await self._desk.withdraw(self.opened.task_id, message_id):
                return
            decided = "cancelled" if waiting.is_cancelled else decided
        if decided is not None:
            waiting.end(decided)

    def _end_turn(self, event: StoredEvent) -> None:
        message_id = _uuid(event.data.get("message_id"))
        if message_id is None:
            return
        self._mine.discard(message_id)
        if waiting := self._waiting.get(message_id):
            waiting.end(turn_verdict(event.data))

    async def _cancel_late(self) -> None:
        """A prompt that was on its way when it was cancelled is cancelled when it runs."""
        if not any(waiting.is_cancelled for waiting in self._waiting.values()):
            return
        try:
            await self._desk.cancel(self._actor(), self.opened)
        except TaskyardError as error:
            log.info("acp_cancel_failed", error=error.message)

    # -- permissions ------------------------------------------------------------------

    async def _ask_open(self, group: asyncio.TaskGroup) -> None:
        """Ask for each open request once; what was answered elsewhere is taken back."""
        open_ = await self._desk.open_permissions(self.opened.task_id)
        for id_ in self._asked.keys() - {permission.id for permission in open_}:
            self._asked.pop(id_).cancel()
        for permission in open_:
            if permission.id not in self._asked:
                self._asked[permission.id] = group.create_task(self._ask(permission))

    async def _ask(self, permission: Permission) -> None:
        tool_id = self._tool_of.get(permission.request_id, permission.request_id)
        request = permission_request(permission, tool_id=tool_id)
        session = {"sessionId": str(self.opened.task_id)}
        try:
            given = await self._peer.request(
                "session/request_permission", {**session, **request}
            )
            outcome = PermissionAnswer.model_validate(given).outcome
            if outcome.outcome == "selected":
                await self._desk.answer(
                    self._actor(),
                    self.opened.task_id,
                    permission.id,
                    outcome.option_id,
                )
        except (RpcError, TaskyardError, ValidationError) as error:
            # It stays open for others: the page, the command line, another editor.
            log.info("acp_permission_not_answered", error=str(error))

    def _note_request(self, event: StoredEvent) -> None:
        tool_id = event.data.get("tool_id")
        if event.kind == "permission_requested" and isinstance(tool_id, str):
            self._tool_of[event.key] = tool_id
            while len(self._tool_of) > _REMEMBERED:
                del self._tool_of[next(iter(self._tool_of))]


def _uuid(value: object) -> UUID | None:
    try:
        return UUID(value) if isinstance(value, str) else None
    except ValueError:
        return None
