"""The server as an agent of the Agent Client Protocol: its methods."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Final, TypeVar, final
from uuid import UUID, uuid4

from pydantic import ValidationError

from taskyard.protocol import acp
from taskyard.protocol.acp import Json
from taskyard.protocol.api.acp import (
    CancelSession,
    CloseSession,
    Initialize,
    ListSessions,
    LoadSession,
    NewSession,
    Params,
    Prompt,
    SetConfigOption,
    SetMode,
)
from taskyard.server.config import OWN_VERSION
from taskyard.server.identity.actor import Actor
from taskyard.server.tasks.acp.attachment import Attachment, Start
from taskyard.server.tasks.acp.attachments import Attachments
from taskyard.server.tasks.acp.desk import Desk
from taskyard.server.tasks.acp.drafts import Draft, Drafts
from taskyard.server.tasks.acp.listing import listing
from taskyard.server.tasks.acp.options import config_options, mode_option, settings
from taskyard.server.tasks.acp.rpc import Answer, Peer, RpcError
from taskyard.server.tasks.acp.words import prompt_text
from taskyard.server.tasks.errors import TaskNotFound
from taskyard.server.tasks.stream import TaskStreams

__all__ = ["AcpAgent", "Invitation"]

#: Of a very long conversation an editor is told the newest part.
REPLAYED_EVENTS: Final = 20_000
#: Sessions without a prompt that are remembered, of one editor: the newest.
DRAFTS: Final = 100

Shape = TypeVar("Shape", bound=Params)
Method = Callable[[Json], Awaitable[Answer]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Invitation:
    """What the editor has dialled: one task, or all, and what new ones are made from."""

    task_id: UUID | None = None
    template: str = ""
    preset: str = ""


@final
class AcpAgent:
    """One for each connection. Sessions are tasks: their ids are the tasks' ids."""

    def __init__(
        self,
        *,
        actor: Actor,
        invitation: Invitation,
        desk: Desk,
        drafts: Drafts,
        streams: TaskStreams,
        peer: Peer,
    ) -> None:
        self._actor = actor
        self._invitation = invitation
        self._desk = desk
        self._drafts_of = drafts
        self._peer = peer
        self._sessions = Attachments(
            lambda opened: Attachment(
                opened, actor=actor, desk=desk, streams=streams, peer=peer
            )
        )
        self._drafts: dict[UUID, Draft] = {}
        self._making = asyncio.Lock()
        self._methods: Mapping[str, Method] = {
            "initialize": self._initialize,
            "session/new": self._new,
            "session/list": self._list,
            "session/load": self._load,
            "session/resume": self._resume,
            "session/close": self._close,
            "session/prompt": self._prompt,
            "session/cancel": self._cancel,
            "session/set_mode": self._set_mode,
            "session/set_config_option": self._set_config_option,
        }

    async def serve(self) -> None:
        """Until the editor is gone, or cannot be told any more."""
        await self._sessions.during(self._peer.serve(self))

    async def answer(self, method: str, params: Json) -> Answer:
        known = self._methods.get(method)
        if known is None:
            raise RpcError(
                acp.METHOD_NOT_FOUND, f"This agent has no method {method!r}."
            )
        return await known(params)

    # -- the connection ---------------------------------------------------------------

    async def _initialize(self, params: Json) -> Answer:
        _read(Initialize, params)
        return Answer(
            {
                "protocolVersion": acp.PROTOCOL_VERSION,
                "agentInfo": {
                    "name": "taskyard",
                    "title": "Taskyard",
                    "version": OWN_VERSION,
                },
                "agentCapabilities": {
                    "loadSession": True,
                    "promptCapabilities": {
                        "image": False,
                        "audio": False,
                        "embeddedContext": True,
                    },
                    "mcpCapabilities": {"http": False, "sse": False},
                    "sessionCapabilities": {"list": {}, "resume": {}, "close": {}},
                },
                "authMethods": [],
            }
        )

    # -- sessions ---------------------------------------------------------------------

    async def _list(self, params: Json) -> Answer:
        asked = _read(ListSessions, params)
        tasks = await self._desk.tasks(self._actor, self._invitation.task_id)
        return Answer(listing(tasks, asked.cursor or ""))

    async def _new(self, params: Json) -> Answer:
        """On one task's socket: that task. Else one that the first prompt will make."""
        asked = _read(NewSession, params)
        task_id = self._invitation.task_id
        if task_id is None:
            task_id = asked.ours.session_id or uuid4()
            draft = await self._drafts_of.begin(
                self._actor,
                task_id,
                template=asked.ours.template or self._invitation.template,
                preset=asked.ours.preset or self._invitation.preset,
                cwd=asked.cwd,
            )
            if draft is not None:
                self._drafts[task_id] = draft
                while len(self._drafts) > DRAFTS:
                    del self._drafts[next(iter(self._drafts))]
                return Answer({"sessionId": str(task_id)})

        # What was said so far is told after the answer: then the editor has a place for it.
        answer = await self._attach(task_id, asked, answer_first=True)
        return replace(answer, result={"sessionId": str(task_id), **answer.result})

    async def _load(self, params: Json) -> Answer:
        asked = _read(LoadSession, params)
        return await self._attach(self._named(asked.session_id), asked)

    async def _resume(self, params: Json) -> Answer:
        asked = _read(LoadSession, params)
        task_id = self._named(asked.session_id)
        return await self._attach(task_id, asked, from_now_on=True)

    async def _close(self, params: Json) -> Answer:
        """The editor looks away. The task goes on: it is not the editor's alone."""
        task_id = _read(CloseSession, params).session_id
        self._drafts.pop(task_id, None)
        await self._sessions.leave(task_id)
        return Answer({})

    async def _attach(
        self,
        task_id: UUID,
        asked: NewSession | LoadSession,
        *,
        answer_first: bool = False,
        from_now_on: bool = False,
    ) -> Answer:
        opened = await self._desk.open(self._actor, task_id)
        after = asked.ours.after
        first = max(0, opened.last_seq - REPLAYED_EVENTS)
        if after is not None:
            start = Start(after=after, answer_first=answer_first)
        elif from_now_on:
            start = Start(after=opened.last_seq, answer_first=answer_first)
        else:
            start = Start(after=first, answer_first=answer_first, is_cut=first > 0)
        attachment = await self._sessions.follow(
            opened, start, cwd=asked.cwd, mine=asked.ours.mine
        )
        await attachment.caught_up.wait()
        return Answer(settings(opened.options), then=attachment.go_live.set)

    # -- turns ------------------------------------------------------------------------

    async def _prompt(self, params: Json) -> Answer:
        asked = _read(Prompt, params)
        message_id = asked.ours.message_id
        async with self._making:  # prompts that come meanwhile are for the task
            if (draft := self._drafts.get(asked.session_id)) is not None:
                text = prompt_text(asked.prompt, cwd=draft.cwd)
                await self._make(draft, text)
                message_id = acp.initial_message_id(draft.id)
        attachment = self._sessions.require(asked.session_id)
        text = prompt_text(asked.prompt, cwd=attachment.cwd)
        return Answer({"stopReason": await attachment.prompts.send(text, message_id)})

    async def _make(self, draft: Draft, text: str) -> None:
        self._sessions.check_room(draft.id)
        await self._drafts_of.make(self._actor, draft, text)
        self._drafts.pop(draft.id, None)
        opened = await self._desk.open(self._actor, draft.id)
        mine = [acp.initial_message_id(draft.id)]
        attachment = await self._sessions.follow(
            opened, Start(after=0), cwd=draft.cwd, mine=mine
        )
        attachment.go_live.set()

    async def _cancel(self, params: Json) -> Answer:
        task_id = _read(CancelSession, params).session_id
        if (attachment := self._sessions.get(task_id)) is not None:
            await attachment.prompts.cancel()
        return Answer({})

    # -- options ----------------------------------------------------------------------

    async def _set_mode(self, params: Json) -> Answer:
        asked = _read(SetMode, params)
        opened = self._sessions.require(asked.session_id).opened
        mode = mode_option(await self._desk.options(self._actor, opened))
        if mode is None:
            raise RpcError(acp.INVALID_PARAMS, "The task's agent offers no modes.")
        await self._desk.set_option(self._actor, opened, mode.id, value=asked.mode_id)
        return Answer({})

    async def _set_config_option(self, params: Json) -> Answer:
        asked = _read(SetConfigOption, params)
        options = await self._desk.set_option(
            self._actor,
            self._sessions.require(asked.session_id).opened,
            asked.config_id,
            value=asked.value,
        )
        return Answer({"configOptions": config_options(options)})

    # -- which session ----------------------------------------------------------------

    def _named(self, session_id: UUID) -> UUID:
        """Raises TaskNotFound for another task on the socket of one."""
        only = self._invitation.task_id
        if only is not None and session_id != only:
            raise TaskNotFound(
                detail="This connection is for one task: session/list names it."
            )
        return session_id


def _read(shape: type[Shape], params: Mapping[str, Any]) -> Shape:
    """Raises RpcError with a sentence for each field that is wrong."""
    try:
        return shape.model_validate(params)
    except ValidationError as error:
        problems = [
            f"{'.'.join(str(step) for step in problem['loc']) or 'params'}: "
            f"{problem['msg']}"
            for problem in error.errors(include_url=False, include_input=False)
        ]
        raise RpcError(
            acp.INVALID_PARAMS, f"The parameters are wrong. {'; '.join(problems[:10])}."
        ) from error
