"""All sessions of the workspace: begun by start scripts, commanded by the server."""

import asyncio
import base64
import logging
import sqlite3
import uuid
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, Final, Protocol, final

from taskyard.kit.clock import Clock
from taskyard.kit.mux.mux import MuxStream
from taskyard.kit.supervisor import Supervisor
from taskyard.protocol.link import Command, DurableEvent, Manifest, Reply, SessionSeed
from taskyard.protocol.sessions import Controller, SessionTerminal
from taskyard.protocol.terminal import TerminalSize
from taskyard.runner.agents.acp.driver import AcpDriver
from taskyard.runner.agents.conversation import Busy, Conversation
from taskyard.runner.agents.driver import (
    AgentFailed,
    Driver,
    Emit,
    Launch,
    Unsupported,
)
from taskyard.runner.agents.hooks.translations import facts_of
from taskyard.runner.agents.journal import Journal, StoredSession
from taskyard.runner.agents.launches import (
    Surroundings,
    make_launch,
    on_side,
    terminal_of,
)
from taskyard.runner.agents.preferences import Preferences
from taskyard.runner.agents.request import InvalidRequest, SessionRequest, policy_of
from taskyard.runner.agents.session import Session
from taskyard.runner.control import ControlError
from taskyard.runner.masking import Mask

__all__ = ["ChatSurface", "NoSession", "Sessions", "Surroundings"]

log = logging.getLogger(__name__)

#: Tools of ours that no policy asks about.
HARMLESS_TOOLS: Final = frozenset(
    {"mcp__taskyard__report_task", "mcp__coder__coder_report_task"}
)


class _Unwritten(Exception):
    def __init__(self, reason: sqlite3.Error) -> None:
        super().__init__(f"the workspace's disk takes no more: {reason}")


class NoSession(Exception):
    """There is no session of that id here."""


class ChatSurface(Protocol):
    """Serves a conversation to other programs in the workspace (AgentAPI)."""

    async def serve(
        self, conversation: Conversation, *, port: int, stable_while_asking: bool
    ) -> None:
        """Listen on loopback until cancelled. Raises `OSError` when it cannot."""
        ...


@final
class Sessions:
    """Begins, finds, commands and ends sessions. One key has one session at a time."""

    def __init__(
        self,
        *,
        emit: Callable[[DurableEvent], None],
        journal: Journal,
        mask: Mask,
        clock: Clock,
        supervisor: Supervisor,
        surface: ChatSurface,
        make_tui_driver: Callable[[Emit], Driver] | None = None,
    ) -> None:
        self._emit = emit
        self._journal = journal
        self._mask = mask
        self._clock = clock
        self._supervisor = supervisor
        self._surface = surface
        self._make_tui_driver = make_tui_driver
        self._surroundings: Surroundings | None = None
        self._sessions: dict[str, Session] = {}
        self._by_key: dict[str, Session] = {}
        self._starting: dict[str, asyncio.Lock] = {}
        self._preferences = Preferences()
        self._directories: dict[str, Path] = {}
        self._commands: Mapping[str, Callable[[Mapping[str, Any]], Awaitable[Any]]] = {
            "prompt": self._prompt,
            "steer": self._steer,
            "cancel": self._cancel,
            "answer_permission": self._answer_permission,
            "set_option": self._set_option,
            "set_policy": self._set_policy,
            "set_control": self._set_control,
            "write_raw": self._write_raw,
        }

    def settle(self, surroundings: Surroundings) -> None:
        """Say where the sessions live; before the first start."""
        self._surroundings = surroundings

    def refresh(self, manifest: Manifest) -> None:
        """The server was away: what a person set meanwhile counts from now on."""
        for session_id in self._preferences.refresh(manifest):
            self._supervisor.start(
                self._put_in_force(session_id), name=f"policy {session_id}"
            )

    @property
    def all(self) -> tuple[Session, ...]:
        return tuple(self._sessions.values())

    def of_key(self, key: str) -> Session | None:
        """The session of a key; without a key the only one there is."""
        if not key and len(self._by_key) == 1:
            return next(iter(self._by_key.values()))
        return self._by_key.get(key)

    def directory_of(self, session_id: str) -> Path | None:
        """Where a session's agent works."""
        return self._directories.get(session_id)

    def watch(
        self, session_id: str, stream: MuxStream, size: TerminalSize | None
    ) -> None:
        """Show a session's terminal to one more, or say on the stream why not."""
        session = self._sessions.get(session_id)
        if session is None:
            stream.reject(f"there is no session {session_id} in this workspace")
        elif not session.has_terminal:
            stream.reject(
                "the agent is in the chat: give control to its terminal first"
                if session.baton.terminal == "handover"
                else "this agent has no terminal"
            )
        else:
            session.watched.attach(stream, size)

    # -- beginning and end ------------------------------------------------------------

    async def start(self, given: Mapping[str, Any]) -> Mapping[str, Any]:
        """Begin or resume the session that a start script asks for.

        Returns when the agent is ready (or wants a login). Asked again for a key whose
        session lives, it returns that one. Raises `ControlError`.
        """
        try:
            request = SessionRequest.parse(given)
        except InvalidRequest as exc:
            raise ControlError(str(exc)) from exc
        async with self._starting.setdefault(request.key, asyncio.Lock()):
            session = self._by_key.get(request.key)
            if session is None:
                try:
                    session = await self._begin(request, dict(given))
                except AgentFailed as exc:
                    raise ControlError(
                        f"{request.agent} cannot be started: {exc}"
                    ) from exc
        return describe(session)

    async def restore(self) -> None:
        """Bring back the sessions of a runner that died in this same start of the workspace."""
        here = self._here()
        for stored in await self._journal.sessions():
            if stored.boot == here.boot and stored.key not in self._by_key:
                try:
                    await self.start(stored.request)
                except ControlError as exc:
                    log.warning("session %s is not back: %s", stored.key, exc)

    async def close(self, grace_seconds: float) -> None:
        """End all agents; transcripts and chat surfaces stay until the process ends."""
        async with asyncio.TaskGroup() as group:
            for session in self._sessions.values():
                group.create_task(session.close(grace_seconds))

    async def hook(self, params: Mapping[str, Any]) -> Mapping[str, Any]:
        """What a hook of an agent says; of a session that we do not know it is nothing."""
        session = self._by_key.get(str(params.get("key") or ""))
        if session is not None:
            for fact in facts_of(str(params.get("agent")), params.get("payload")):
                session.hear(fact)
        return {}

    # -- commands ---------------------------------------------------------------------

    def knows(self, name: str) -> bool:
        return name in self._commands

    async def command(self, command: Command) -> Reply:
        """Carry out a command of the server."""
        try:
            result = await self._commands[command["name"]](command["args"])
        except NoSession as exc:
            return _refusal(command, "no_session", exc)
        except Busy as exc:
            return _refusal(command, "busy", exc)
        except Unsupported as exc:
            return _refusal(command, "unsupported", exc)
        except AgentFailed as exc:
            return _refusal(command, "failed", exc)
        except sqlite3.Error as exc:
            # Not taken, so it may come again when there is room.
            return _refusal(command, "busy", _Unwritten(exc))
        return {
            "type": "reply",
            "id": command["id"],
            "ok": True,
            "result": dict(result or {}),
        }

    async def _prompt(self, args: Mapping[str, Any]) -> None:
        await self._session(args).prompt(str(args["message_id"]), str(args["text"]))

    async def _steer(self, args: Mapping[str, Any]) -> None:
        await self._session(args).steer(str(args["message_id"]), str(args["text"]))

    async def _cancel(self, args: Mapping[str, Any]) -> None:
        await self._session(args).cancel()

    async def _answer_permission(self, args: Mapping[str, Any]) -> None:
        request, option = str(args["request_id"]), str(args["option_id"] or "")
        await self._session(args).answer(request, option)

    async def _set_option(self, args: Mapping[str, Any]) -> Mapping[str, Any]:
        session, option = self._session(args), str(args["option_id"])
        value = str(args["value"])
        options = await session.driver.set_option(option, value)
        # Only now: what the agent refused is not asked of its next process.
        self._preferences.set_option(session.id, option, value)
        return {"options": list(options)}

    async def _set_control(self, args: Mapping[str, Any]) -> Mapping[str, Any]:
        controller = args.get("controller")
        if controller not in ("chat", "terminal"):
            raise Unsupported(f"control cannot be given to {controller!r}")
        session = self._session(args)
        await session.baton.move(
            controller, cancel_turn=args.get("cancel_turn") is True
        )
        return {"controller": session.baton.controller}

    async def _set_policy(self, args: Mapping[str, Any]) -> Mapping[str, Any]:
        session_id = self._session(args).id
        self._preferences.set_policy(session_id, policy_of(args.get("policy")))
        await self._put_in_force(session_id)
        return {"permission_policy": self._preferences.policy(session_id)}

    async def _put_in_force(self, session_id: str) -> None:
        """For the agent that runs; one that does not gets it when it starts."""
        try:
            driver = self._sessions[session_id].driver
            await driver.set_policy(self._preferences.policy(session_id))
        except (Busy, AgentFailed) as exc:
            log.info("the policy waits for the agent: %s", exc)
        except Unsupported as exc:
            log.warning("the agent's own mode stays as it is: %s", exc)

    async def _write_raw(self, args: Mapping[str, Any]) -> None:
        await self._session(args).write_raw(base64.b64decode(str(args["data"])))

    def _session(self, args: Mapping[str, Any]) -> Session:
        session = self._sessions.get(str(args.get("session_id")))
        if session is None:
            raise NoSession(
                f"there is no session {args.get('session_id')} in this workspace"
            )
        return session

    # -- making one -------------------------------------------------------------------

    async def _begin(self, request: SessionRequest, given: dict[str, Any]) -> Session:
        here = self._here()
        seed = await self._seed(request)
        session_id = seed["id"] if seed else str(uuid.uuid4())
        stored = StoredSession(
            id=session_id,
            key=request.key,
            agent=request.agent,
            external_id=seed["external_id"] if seed else request.resume_id,
            request=given,
            boot=here.boot,
        )
        await self._journal.remember(stored)
        self._preferences.begin(session_id, request, here.manifest)
        self._directories[session_id] = request.directory
        terminal = await asyncio.to_thread(terminal_of, request, here)
        session = self._make(request, stored, terminal)
        self._sessions[session_id] = session
        self._by_key[request.key] = session
        self._emit(
            {
                "name": "session_started",
                "session_id": session_id,
                "key": request.key,
                "agent": request.agent,
                "driver": request.driver,
                "external_id": stored.external_id,
                "resumed": seed is not None,
                "initial_prompt": request.prompt,
                "terminal": terminal,
                "permission_policy": self._preferences.policy(session_id),
            }
        )
        if request.agentapi_port:
            self._supervisor.start(
                self._surface.serve(
                    session,
                    port=request.agentapi_port,
                    stable_while_asking=request.agentapi_stable_while_asking,
                ),
                name="agentapi",
            )
        await session.start()
        return session

    async def _seed(self, request: SessionRequest) -> SessionSeed | None:
        """What is known of an earlier life of this session: from here, else the server.

        Here comes first: after a crash of the runner this file knows more than the
        manifest, which may be of before the session began.
        """
        here = self._here()
        for stored in await self._journal.sessions():
            if (stored.key, stored.agent, stored.boot) == (
                request.key,
                request.agent,
                here.boot,
            ):
                return {
                    "id": stored.id,
                    "key": stored.key,
                    "external_id": stored.external_id,
                    "agent": stored.agent,
                }
        earlier = [] if request.fresh else here.manifest["sessions"]
        for seed in earlier:
            if (seed["key"], seed["agent"]) == (request.key, request.agent):
                return seed
        return None

    def _make(
        self,
        request: SessionRequest,
        stored: StoredSession,
        terminal: SessionTerminal,
    ) -> Session:
        async def launch(external_id: str, controller: Controller) -> Launch:
            wanted = replace(
                on_side(request, controller, external_id),
                options={**request.options, **self._preferences.options(stored.id)},
                permission_policy=self._preferences.policy(stored.id),
            )
            return await asyncio.to_thread(
                make_launch, wanted, self._here(), external_id
            )

        async def identified(external_id: str) -> None:
            self._emit(
                {
                    "name": "session_identified",
                    "session_id": stored.id,
                    "external_id": external_id,
                }
            )
            await self._journal.remember(
                StoredSession(
                    id=stored.id,
                    key=stored.key,
                    agent=stored.agent,
                    external_id=external_id,
                    request=stored.request,
                    boot=stored.boot,
                )
            )

        return Session(
            session_id=stored.id,
            key=stored.key,
            agent=request.agent,
            transport="acp" if request.driver == "acp" else "pty",
            launch=launch,
            make_driver=self._drivers(request),
            emit=self._emit,
            on_identified=identified,
            journal=self._journal,
            mask=self._mask,
            clock=self._clock,
            supervisor=self._supervisor,
            external_id=stored.external_id,
            terminal=terminal,
            boot=stored.boot,
            keeps_history=bool(request.agentapi_port),
        )

    def _drivers(self, request: SessionRequest) -> Callable[[Emit, Controller], Driver]:
        """How to make the driver of the chat, and that of the agent's own terminal."""
        terminal = self._make_tui_driver

        def make(emit: Emit, controller: Controller) -> Driver:
            if request.driver == "acp" and controller == "chat":
                return AcpDriver(emit=emit, harmless_tools=HARMLESS_TOOLS)
            if terminal is None:
                raise AgentFailed(
                    "this runner has no terminal driver; use --driver acp"
                )
            return terminal(emit)

        return make

    def _here(self) -> Surroundings:
        if self._surroundings is None:
            raise ControlError("the runner has not reached its server yet")
        return self._surroundings


def describe(session: Session) -> dict[str, Any]:
    """A session in a few words, for `session list` and `session status`."""
    return {
        "id": session.id,
        "key": session.key,
        "agent": session.agent,
        "state": session.state,
        "external_id": session.external_id,
        "controller": session.baton.controller,
        "terminal": session.baton.terminal,
        "messages": len(session.transcript.messages),
    }


def _refusal(command: Command, code: str, exc: Exception) -> Reply:
    return {
        "type": "reply",
        "id": command["id"],
        "ok": False,
        "code": code,
        "error": str(exc),
    }
