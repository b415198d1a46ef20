"""Drive an agent that speaks the Agent Client Protocol (version 1) on its pipes."""

import asyncio
import logging
import time
import uuid
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from typing import Any, Final, final

from taskyard.kit.shapes import as_object, as_objects
from taskyard.kit.supervisor import Supervisor
from taskyard.runner.agents.acp.desk import CANCELLED, PermissionDesk
from taskyard.runner.agents.acp.options import option_text
from taskyard.runner.agents.acp.outcome import (
    AUTH_REQUIRED,
    Refusal,
    TurnWatch,
    login_hint,
    refusal_of,
)
from taskyard.runner.agents.acp.place import PROTOCOL_VERSION, greeting, place_of
from taskyard.runner.agents.acp.retold import Retold
from taskyard.runner.agents.acp.rpc import METHOD_NOT_FOUND, Peer, RpcError
from taskyard.runner.agents.acp.updates import Translator
from taskyard.runner.agents.driver import (
    AgentFailed,
    Capabilities,
    Emit,
    Launch,
    PermissionPolicy,
    Unsupported,
)
from taskyard.runner.agents.process import AgentProcess
from taskyard.runner.agents.recall import Told

__all__ = ["AcpDriver"]

log = logging.getLogger(__name__)

Json = dict[str, Any]

#: From the start of the process to an open session; a cold npm cache is not our case.
START_SECONDS: Final = 120.0
GARBAGE_EVENTS: Final = 20
#: After `session/load` history counts as over when nothing more came for so long.
QUIET_SECONDS: Final = 0.5
QUIET_WAIT_SECONDS: Final = 10.0
#: What is news even while an agent tells old things again.
_NOT_HISTORY: Final = frozenset(
    {"available_commands_update", "config_option_update", "current_mode_update"}
)
_TOLD: Final = frozenset(
    {
        "user_message_chunk",
        "agent_message_chunk",
        "agent_thought_chunk",
        "tool_call",
        "tool_call_update",
    }
)
_STOP_REASONS: Final = frozenset(
    {"end_turn", "max_tokens", "max_turn_requests", "refusal", "cancelled"}
)


@final
class AcpDriver:
    """See `Driver`. `harmless_tools` are never asked about (see `permissions.choose`)."""

    def __init__(
        self,
        *,
        emit: Emit,
        harmless_tools: frozenset[str] = frozenset(),
        start_seconds: float = START_SECONDS,
    ) -> None:
        self._start_seconds = start_seconds
        self._emit = emit
        self._desk = PermissionDesk(
            emit=emit, on_waiting=self._waiting, harmless_tools=harmless_tools
        )
        self._supervisor = Supervisor()
        self._translator = Translator()
        self._launch: Launch | None = None
        self._process: AgentProcess | None = None
        self._peer: Peer | None = None
        self._external_id = ""
        self._agent: Json = {}
        self._replaying = False
        self._past: Translator | None = None  # of what is told again, if that is wanted
        self._told = Retold()
        self._heard = asyncio.Event()
        self._turn = ""
        self._is_cancelled = False  # the turn that runs
        self._watch = TurnWatch()
        self._garbage = 0
        self._ended = asyncio.Event()
        self._end_reason = ""

    @property
    def capabilities(self) -> Capabilities:
        return Capabilities(
            resume=self._can("resume") or bool(self._agent_can().get("loadSession")),
            steer=bool(_get(_get(self._agent, "_meta"), "steering").get("supported")),
            cancel=True,
            permissions=True,
        )

    @property
    def external_id(self) -> str:
        return self._external_id

    @property
    def screen(self) -> str:
        return ""

    @property
    def terminal(self) -> None:
        return None

    def take_told(self) -> Sequence[Told]:
        return self._told.take()

    async def start(self, launch: Launch) -> None:
        self._launch = launch
        self._state("starting")
        self._process = await AgentProcess.start(
            launch.command, environment=launch.environment, directory=launch.directory
        )
        self._peer = Peer(
            wire=self._process,
            supervisor=self._supervisor,
            on_notification=self._notified,
            on_request=self._asked,
            on_garbage=self._received_garbage,
        )
        self._supervisor.start(self._process.listen_to_errors(), name="acp stderr")
        self._supervisor.start(self._read(self._process, self._peer), name="acp read")
        try:
            async with asyncio.timeout(self._start_seconds):
                await self._greet(self._peer)
                await self._open(self._peer, launch)
        except TimeoutError as exc:
            raise AgentFailed(
                f"the agent did not open a session in {self._start_seconds:g} s"
            ) from exc
        except RpcError as exc:
            refusal = refusal_of(exc)
            if refusal.kind != "login":
                raise AgentFailed(
                    f"the agent refused to start: {exc.sentence()}"
                ) from exc
            self._want_login(refusal)

    async def wait(self) -> str:
        await self._ended.wait()
        return self._end_reason

    async def prompt(
        self, turn: str, text: str, *, taken: Callable[[], None] | None = None
    ) -> None:
        peer = self._connected()
        self._turn, self._is_cancelled = turn, False
        self._watch = watch = TurnWatch()
        self._translator.turn_over()
        self._state("running")
        began = time.monotonic()
        if taken is not None:
            taken()
        over: Json = {"stop_reason": "error"}
        refusal: Refusal | None = None
        try:
            result = await peer.request(
                "session/prompt",
                {
                    "sessionId": self._external_id,
                    "prompt": [{"type": "text", "text": text}],
                },
            )
            reason = str(result.get("stopReason"))
            over = {"stop_reason": reason if reason in _STOP_REASONS else "end_turn"}
            if usage := result.get("usage"):
                over["usage"] = usage
            if watch.trouble and over["stop_reason"] == "end_turn":
                refusal = Refusal("error", watch.trouble)
                over |= {"stop_reason": "error", "detail": watch.trouble}
        except RpcError as exc:
            refusal = refusal_of(exc)
            over["detail"] = refusal.words
            self._error(f"the turn failed: {refusal.words}")
        self._finish(turn, over, began)
        self._rest(refusal)

    async def steer(self, text: str) -> None:
        if not self.capabilities.steer:
            raise Unsupported("this agent takes no words while it works")
        try:
            result = await self._connected().request(
                "_session/steering",
                {
                    "sessionId": self._external_id,
                    "prompt": [{"type": "text", "text": text}],
                    "_meta": {"steering": {"idleBehavior": "promptRequired"}},
                },
            )
        except RpcError as exc:
            raise Unsupported(f"the agent did not take it: {exc.sentence()}") from exc
        if result.get("outcome") == "promptRequired":
            raise Unsupported("the agent is idle: send it as a prompt")

    async def cancel(self) -> None:
        if not self._turn or self._peer is None:
            return
        self._is_cancelled = True
        self._supervisor.start(self._tell_to_stop(self._peer), name="acp cancel")
        self._desk.withdraw()

    async def _tell_to_stop(self, peer: Peer) -> None:
        """It may take for ever: an agent that does not read is to be ended by others."""
        with suppress(AgentFailed):
            await peer.notify("session/cancel", {"sessionId": self._external_id})

    async def answer_permission(self, request: str, option_id: str) -> None:
        self._desk.answer(request, option_id)

    async def set_option(self, option: str, value: str) -> Sequence[Json]:
        await self._set(option, value)
        return self._translator.options.known

    async def set_policy(self, policy: PermissionPolicy) -> None:
        if self._launch is None:
            return
        self._launch = replace(self._launch, permission_policy=policy)
        self._desk.reconsider(policy)
        await self._set_mode(self._launch)

    async def _set_mode(self, launch: Launch) -> None:
        """The agent's own mode for the policy; without one, the questions are answered."""
        wanted = launch.modes.get(launch.permission_policy, "")
        mode = self._translator.options.mode_for(wanted)
        if mode is not None and mode["value"] != wanted:
            await self._set(mode["id"], wanted)

    async def _set(self, option: str, value: str) -> None:
        options = self._translator.options
        method, params = options.request(option, value)
        session = {"sessionId": self._external_id}
        try:
            result = await self._connected().request(method, {**session, **params})
        except RpcError as exc:
            raise Unsupported(
                f"the agent refused {option}={value}: {exc.sentence()}"
            ) from exc
        options.answered(option, value, result)
        self._emit_all(self._translator.options_now())

    async def write_raw(self, data: bytes) -> None:
        raise Unsupported(f"this agent has no terminal ({len(data)} bytes not written)")

    async def close(self, grace_seconds: float) -> None:
        if self._process is not None:
            await self._process.end(grace_seconds)
            with suppress(TimeoutError):
                async with asyncio.timeout(1.0):
                    await self._ended.wait()
        await self._supervisor.close()

    # -- opening ----------------------------------------------------------------------

    async def _greet(self, peer: Peer) -> None:
        self._agent = await peer.request("initialize", greeting())
        if self._agent.get("protocolVersion") != PROTOCOL_VERSION:
            version = self._agent.get("protocolVersion")
            raise AgentFailed(
                f"the agent speaks version {version!r} of the Agent Client Protocol; "
                f"this runner speaks {PROTOCOL_VERSION}"
            )

    async def _open(self, peer: Peer, launch: Launch) -> None:
        result = await self._resume(peer, launch) if launch.resume else None
        if result is None:
            result = await peer.request("session/new", place_of(launch))
            self._external_id = str(result.get("sessionId", ""))
        self._emit_all(self._translator.offered(result))
        await self._configure(launch)
        self._state("idle")

    async def _resume(self, peer: Peer, launch: Launch) -> Json | None:
        """None when the agent does not know the session any more; that is said aloud."""
        params = {"sessionId": launch.resume, **place_of(launch)}
        can_load = bool(self._agent_can().get("loadSession"))
        if self._can("resume") and not (launch.recall and can_load):
            method = "session/resume"
        elif can_load:
            method = "session/load"
        else:
            self._error(
                "this agent cannot resume: it begins anew, without what was said before"
            )
            return None
        self._external_id = launch.resume
        # What the agent tells again while it loads is in the log already.
        self._replaying = True
        self._past = Translator() if launch.recall else None
        try:
            result = await peer.request(method, params)
            if method == "session/load":
                await self._until_quiet()
        except RpcError as exc:
            if exc.code == AUTH_REQUIRED:
                raise
            self._external_id = ""
            self._told.clear()
            self._error(
                "the earlier conversation could not be resumed, the agent begins anew: "
                + exc.sentence()
            )
            return None
        finally:
            self._replaying = False
        return result

    async def _until_quiet(self) -> None:
        """Wait for the end of the history: some tell it after they said it was loaded."""
        with suppress(TimeoutError):
            async with asyncio.timeout(QUIET_WAIT_SECONDS):
                while not self._ended.is_set():
                    self._heard.clear()
                    try:
                        async with asyncio.timeout(QUIET_SECONDS):
                            await self._heard.wait()
                    except TimeoutError:
                        return

    async def _configure(self, launch: Launch) -> None:
        """What was asked for: by the policy, by the module, and last by a person."""
        try:
            await self._set_mode(launch)
        except Unsupported as exc:
            self._error(str(exc))
        seen: set[str] = set()
        # Again from the start after each: a model brings options of its own.
        while option := self._translator.options.next_after(seen):
            seen.add(option["id"])
            value = launch.options.get(option["id"]) or launch.options.get(
                option["category"]
            )
            if not value:
                continue
            value = self._translator.options.meant(option["id"], value)
            if option_text(option["value"]) == value:
                continue
            try:
                await self._set(option["id"], value)
            except Unsupported as exc:
                self._error(str(exc))

    def _want_login(self, refusal: Refusal) -> None:
        hint = login_hint(as_objects(self._agent.get("authMethods")))
        detail = f"{refusal.words.rstrip('.')}. {hint}" if hint else refusal.words
        self._state("auth_required", detail=detail, action="login")

    # -- what the agent says ----------------------------------------------------------

    async def _read(self, process: AgentProcess, peer: Peer) -> None:
        async for line in process.lines():
            peer.receive(line)
        reason = await process.wait()
        # What standard error holds arrives within the same moment.
        await asyncio.sleep(0.05)
        words = process.last_words.strip().splitlines()
        self._end_reason = f"{reason}: {words[-1]}" if words else reason
        if words and self._launch is not None:
            log.info("%s said: %s", self._launch.agent, words[-1])
        peer.end(self._end_reason)
        self._desk.withdraw()
        self._ended.set()

    @property
    def last_words(self) -> str:
        """The newest lines of the agent's standard error."""
        return self._process.last_words if self._process is not None else ""

    def _notified(self, method: str, params: Json) -> None:
        if method == "session/update":
            update = _get(params, "update")
            kind = str(update.get("sessionUpdate", ""))
            self._heard.set()
            if self._replaying and kind not in _NOT_HISTORY:
                self._hear_again(kind, update)
                return
            if kind == "user_message_chunk":
                return  # our own words, said back
            retrying = self._watch.retrying
            self._watch.see(update)
            self._emit_all(self._translator.translate(update))
            if self._turn and self._watch.retrying != retrying:
                self._state("running", **_detail(self._watch.retrying))
        elif not method.startswith("_"):
            self._emit_all([self._translator.raw({"method": method, "params": params})])

    def _hear_again(self, kind: str, update: Json) -> None:
        """Keep what was said and done; plans, usage and the like of then are over."""
        if self._past is not None and kind in _TOLD:
            self._told.add(self._past.translate(update))

    async def _asked(self, method: str, params: Json) -> Json:
        if method != "session/request_permission":
            raise RpcError(METHOD_NOT_FOUND, f"this client has no {method}")
        tool = self._translator.tool(_get(params, "toolCall"))
        if self._is_cancelled:
            return CANCELLED  # nobody is asked for a turn that is to end
        policy = self._launch.permission_policy if self._launch else "ask"
        return await self._desk.ask(policy, tool, params)

    def _waiting(self, title: str) -> None:
        if title:
            self._state("requires_action", detail=f"may it do this: {title}")
        elif self._turn:
            self._state("running")

    def _received_garbage(self, text: str) -> None:
        self._garbage += 1
        if self._garbage <= GARBAGE_EVENTS and not self._replaying:
            self._emit_all([self._translator.raw({"not_json": text})])

    # -- small things -----------------------------------------------------------------

    def _rest(self, refusal: Refusal | None) -> None:
        """After a turn: ready again, unless the vendor or a missing login says otherwise."""
        resets_at = self._watch.resets_at
        if refusal is not None and refusal.kind == "login":
            self._want_login(refusal)
        elif resets_at is not None or (refusal and refusal.kind == "limited"):
            until = {"resets_at": resets_at} if resets_at else {}
            words = refusal.words if refusal else "The vendor's usage limit is reached."
            self._state("limited", detail=words, action="wait", **until)
        else:
            self._state("idle", **_detail(refusal.words if refusal else ""))

    def _finish(self, turn: str, data: Json, began: float) -> None:
        self._turn = ""
        self._desk.withdraw()
        duration = round((time.monotonic() - began) * 1000)
        self._emit("turn_ended", turn, {**data, "duration_ms": duration})

    def _state(self, state: str, **more: str) -> None:
        self._emit("state", "state", {"state": state, "source": "driver", **more})

    def _error(self, detail: str) -> None:
        data = {"detail": detail}
        if words := self.last_words:
            data["stderr"] = words[-4000:]
        self._emit("error", str(uuid.uuid4()), data)

    def _emit_all(self, events: list[Any]) -> None:
        for kind, key, data in events:
            self._emit(kind, key, data)

    def _connected(self) -> Peer:
        if self._peer is None or self._ended.is_set():
            raise AgentFailed(self._end_reason or "the agent is not running")
        return self._peer

    def _agent_can(self) -> Json:
        return _get(self._agent, "agentCapabilities")

    def _can(self, what: str) -> bool:
        return _get(self._agent_can(), "sessionCapabilities").get(what) is not None


def _detail(words: str) -> dict[str, str]:
    return {"detail": words} if words else {}


def _get(of: Mapping[str, Any], name: str) -> Json:
    return as_object(of.get(name))
