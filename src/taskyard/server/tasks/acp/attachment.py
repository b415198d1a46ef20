"""One task as one editor follows it: what was said, what is said, who is asked."""

import asyncio
from collections.abc import Iterable
from contextlib import aclosing
from dataclasses import dataclass
from typing import Final, final
from uuid import UUID, uuid4

from taskyard.protocol.acp import META, NOT_FOUND, Json
from taskyard.protocol.api.tasks import StoredEvent, TaskDetail
from taskyard.server.identity.actor import Actor
from taskyard.server.tasks.acp.condense import condense
from taskyard.server.tasks.acp.desk import Desk, Opened
from taskyard.server.tasks.acp.prompts import Prompts
from taskyard.server.tasks.acp.questions import Questions
from taskyard.server.tasks.acp.rpc import Peer, RpcError
from taskyard.server.tasks.acp.updates import (
    Translation,
    notice,
    session_info,
    thought,
)
from taskyard.server.tasks.stream import Sign, TaskStreams

__all__ = ["Attachment", "Start"]

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
    """Followed from `run`; what the editor asks meanwhile goes to `prompts`.

    `caught_up` is set when everything has been told that there was; from then on the
    editor is asked for permissions and told of statuses, but not before `go_live`: its
    request has to be answered first.
    """

    def __init__(
        self,
        opened: Opened,
        *,
        actor: Actor,
        desk: Desk,
        streams: TaskStreams,
        peer: Peer,
    ) -> None:
        self.prompts = Prompts(opened, actor=actor, desk=desk)
        self._actor = actor
        self._desk = desk
        self._streams = streams
        self._peer = peer
        self.begin_anew(opened, cwd="")

    def begin_anew(
        self, opened: Opened, *, cwd: str, mine: Iterable[UUID] = ()
    ) -> None:
        """Before each `run`: the editor knows nothing; its prompts still wait."""
        self.opened = opened
        self.cwd = cwd
        self.caught_up = asyncio.Event()
        self.go_live = asyncio.Event()
        self.prompts.claim(mine)
        self._questions = Questions(
            opened, actor=self._actor, desk=self._desk, peer=self._peer
        )
        for event in opened.seldom:
            self._questions.note(event)
        self._translation = Translation()
        self._is_live = False
        self._has_commands = False
        self._info: Json = {}
        self._notice = ""

    async def run(self, start: Start) -> None:
        """Tell what there is, and all that comes, until the task is deleted.

        Raises ConnectionError.
        """
        self.prompts.told = start.after
        try:
            if start.answer_first:
                self.caught_up.set()
                await self.go_live.wait()
            if start.is_cut:
                await self._update(thought(_CUT, id_=f"taskyard-{uuid4()}"))
            async with asyncio.TaskGroup() as group:
                await self._follow(start.after, group)
                self._questions.withdraw_all()
        finally:
            self.caught_up.set()
        self.prompts.end_all(RpcError(NOT_FOUND, "The task has been deleted."))

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
                        self.prompts.told = seen[-1].seq
                    case TaskDetail():
                        await self._begin()
                        await self._look(seen, group)
                    case Sign.SILENCE:
                        pass
                    case Sign.DELETED:
                        await self._begin()

    async def _begin(self) -> None:
        """Everything that there was has been told."""
        if self._is_live:
            return
        self._is_live = True
        self.caught_up.set()
        await self.go_live.wait()
        if not self._has_commands:
            for event in self.opened.seldom:
                if event.kind == "commands":
                    await self._tell(event)

    async def _tell(self, event: StoredEvent) -> None:
        self._questions.note(event)
        self._has_commands = self._has_commands or event.kind == "commands"
        if not self.prompts.is_mine(event):
            for update in self._translation.of(event):
                await self._update(update, seq=event.seq)
        await self.prompts.note(event)

    async def _look(self, task: TaskDetail, group: asyncio.TaskGroup) -> None:
        """Bring editor, prompts and questions in line with the rows."""
        info = session_info(task)
        work = task.work.model_dump(exclude={"heard_at"})
        if (seen := {"title": info["title"], "work": work}) != self._info:
            self._info = seen
            await self._update(info)
        await self.prompts.look(task)
        await self._tell_why(task)
        await self._questions.look(task, group)

    async def _tell_why(self, task: TaskDetail) -> None:
        """Why a prompt of this editor has no answer yet, where that is not plain."""
        words = notice(task) if self.prompts.are_waiting else ""
        if words and words != self._notice:
            await self._update(thought(words, id_=f"taskyard-{uuid4()}"))
        self._notice = words

    async def _update(self, update: Json, *, seq: int | None = None) -> None:
        params: Json = {"sessionId": str(self.opened.task_id), "update": update}
        if seq is not None:
            params["_meta"] = {META: {"seq": seq}}
        await self._peer.notify("session/update", params)
