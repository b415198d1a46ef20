"""One session: its agent, its prompts, its log, its death and return."""

import asyncio
import logging
import uuid
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any, Final, Literal, final

from taskyard.kit.clock import Clock
from taskyard.kit.supervisor import Supervisor
from taskyard.protocol.link import DurableEvent
from taskyard.protocol.sessions import (
    Controller,
    EventKind,
    SessionEvent,
    SessionState,
    SessionTerminal,
)
from taskyard.runner.agents.baton import Baton
from taskyard.runner.agents.conversation import (
    Busy,
    NotStarted,
    Problem,
    Status,
    Transcript,
)
from taskyard.runner.agents.deaths import Deaths
from taskyard.runner.agents.driver import AgentFailed, Driver, Emit, Hears, Launch
from taskyard.runner.agents.events import EventBuffer
from taskyard.runner.agents.exchanges import Exchanges
from taskyard.runner.agents.history import History
from taskyard.runner.agents.hooks.facts import HookFact
from taskyard.runner.agents.journal import Journal, StoredPrompt
from taskyard.runner.agents.tui.launching import LATEST
from taskyard.runner.masking import Mask
from taskyard.runner.terminals import WatchedTerminal

__all__ = ["Session"]

log = logging.getLogger(__name__)

#: A prompt for an agent that is down starts it again, but not more often than this.
RETRY_SECONDS: Final = 5.0
#: A cancelled turn must end within this time; then the agent is ended instead.
CANCEL_SECONDS: Final = 30.0
#: An agent that changes sides has this long to write down what was said.
SIDES_SECONDS: Final = 2.0

#: A limit may have ended: the agent is asked, not us.
_READY: Final[frozenset[SessionState]] = frozenset({"idle", "limited"})
_DOWN: Final[frozenset[SessionState]] = frozenset({"exited", "error", "auth_required"})


@final
class Session:
    """Owns a driver at a time; a dead agent is replaced by a new driver that resumes.

    A prompt is written to the disk before the agent sees it, and again when its turn is
    over. A crash between the two never sends it again: the turn is reported as interrupted.
    A crash before the first leaves the command unanswered, and the server repeats it.
    """

    def __init__(
        self,
        *,
        session_id: str,
        key: str,
        agent: str,
        transport: Literal["acp", "pty"],
        launch: Callable[[str, Controller], Awaitable[Launch]],
        make_driver: Callable[[Emit, Controller], Driver],
        emit: Callable[[DurableEvent], None],
        on_identified: Callable[[str], Awaitable[None]],
        journal: Journal,
        mask: Mask,
        clock: Clock,
        supervisor: Supervisor,
        external_id: str = "",
        terminal: SessionTerminal = "none",
        boot: str = "",
        keeps_history: bool = False,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self.id = session_id
        self.key = key
        self.transcript = Transcript(
            tells_questions=lambda: transport == "acp" or self._turn is None
        )
        self._agent = agent
        self._transport: Literal["acp", "pty"] = transport
        self._launch = launch
        self._make_driver = make_driver
        self._emit_durable = emit
        self._on_identified = on_identified
        self._journal = journal
        self._clock = clock
        self._supervisor = supervisor
        self._external_id = external_id
        self._history = (
            History(journal, session_id, self.transcript) if keeps_history else None
        )
        self._sleep = sleep
        self.baton = Baton(
            self, journal=journal, session_id=session_id, terminal=terminal, boot=boot
        )
        self.watched = WatchedTerminal()
        self._exchanges = Exchanges(journal, session_id, write=self._remember)
        self._buffer = EventBuffer(send=self._send, mask=mask, clock=clock)
        self._driver: Driver | None = None
        self._candidate: Driver | None = None  # while it starts
        self._state: SessionState = "starting"
        self._turn: StoredPrompt | None = None
        self._submitting: asyncio.Task[None] | None = None
        self._was_taken = False  # by the agent, of the turn that runs or ran last
        self._begun = asyncio.Event()  # it was taken, or the turn is over
        self._quiet = asyncio.Event()
        self._quiet.set()
        self._cancelling = False
        self._closing = False
        self._starting = False
        self._tried_at = float("-inf")
        self._deaths = Deaths()

    # -- what others see --------------------------------------------------------------

    @property
    def agent(self) -> str:
        return self._agent

    @property
    def transport(self) -> Literal["acp", "pty"]:
        return self._transport

    @property
    def state(self) -> SessionState:
        return self._state

    @property
    def external_id(self) -> str:
        return self._external_id

    @property
    def status(self) -> Status:
        ready = self._state in _READY and self._turn is None
        return "stable" if ready and not self.baton.refusal else "running"

    @property
    def screen(self) -> str:
        return "" if self._driver is None else self._driver.screen

    @property
    def has_terminal(self) -> bool:
        """Whether the agent is, or is about to be, at a terminal."""
        return self._transport == "pty" or self.baton.controller == "terminal"

    @property
    def problems(self) -> Sequence[Problem]:
        """None: they are in the log of events, for readers that know them."""
        return ()

    @property
    def driver(self) -> Driver:
        """The driver of the living agent. Raises `Busy` when there is none."""
        if self._driver is None:
            raise Busy(f"the agent is not there: {self._state}")
        return self._driver

    # -- beginning and end ------------------------------------------------------------

    async def start(self) -> None:
        """Start or resume the agent. Raises `AgentFailed`; the state says so as well."""
        if self._history is not None:
            await self._history.restore()
            self._supervisor.start(self._history.follow(), name=f"history {self.id}")
        await self._exchanges.load()
        await self._settle_the_past()
        await self.baton.restore()
        try:
            await self._start_on_its_side()
        except AgentFailed as exc:
            self._state_event("error", f"{exc}", action="restart")
            self._buffer.flush()
            raise

    async def _start_on_its_side(self) -> None:
        try:
            await self._start_agent()
        except AgentFailed as exc:
            if self.baton.controller == "chat" or self._transport == "pty":
                raise
            await self.baton.fall_back(str(exc))
            await self._start_agent()

    async def close(self, grace_seconds: float) -> None:
        """End the agent; a running turn is cancelled first. The transcript stays."""
        self._closing = True
        if self._candidate is not None:
            await self._candidate.close(0)
        driver = self._driver
        if driver is not None:
            if self._turn is not None:
                await driver.cancel()
                await self._turn_ended_within(min(grace_seconds, 5.0))
            await driver.close(grace_seconds)
            self._driver = None
            self._state_event("exited", "the workspace is stopping")
        self.watched.close("the workspace is stopping")
        self._buffer.flush()

    # -- talking ----------------------------------------------------------------------

    async def prompt(self, message_id: str, text: str) -> None:
        """Take a prompt; returns when that is on the disk itself. Raises `Busy`.

        The same message id is taken once.
        """
        await self.baton.settled()
        if self.baton.refusal:
            raise Busy(self.baton.refusal)
        if self._state in _DOWN:
            loop = asyncio.get_running_loop()
            if loop.time() - self._tried_at > RETRY_SECONDS:
                self._tried_at = loop.time()
                self._supervisor.start(self._try_again(), name=f"restart {self.id}")
            raise Busy(f"the agent is being started again ({self._state})")
        if self._turn is not None or self._state not in _READY:
            raise Busy(f"the agent is {self._state}")
        prompt = StoredPrompt(
            message_id=message_id,
            session_id=self.id,
            turn=str(uuid.uuid4()),
            text=text,
        )
        # Taken before the first await: a second prompt that comes meanwhile finds us busy.
        self._take(prompt)
        # Whoever asks may be cancelled (its connection is lost) while the disk writes.
        # What is written must then be carried out all the same: asked again, it would
        # count as known.
        task = asyncio.get_running_loop().create_task(self._submit(prompt))
        self._submitting = task
        await asyncio.shield(task)

    async def _submit(self, prompt: StoredPrompt) -> None:
        try:
            fresh = await self._journal.submit(prompt)
        except BaseException:
            self._take(None)
            raise
        if fresh:
            self._supervisor.start(self._run_turn(prompt), name=f"turn {self.id}")
        else:
            self._take(None)

    async def say(self, text: str) -> None:
        """A prompt from inside the workspace: it has no message of the server.

        Returns when the agent has taken it. Raises `Busy` or `NotStarted`.
        """
        await self.prompt(f"local:{uuid.uuid4()}", text)
        await self._begun.wait()
        if not self._was_taken:
            raise NotStarted("the agent did not react to the message")

    async def answer(self, request: str, option_id: str) -> None:
        """Answer a permission request; one that is not open is ignored."""
        await self.driver.answer_permission(request, option_id)

    async def steer(self, message_id: str, text: str) -> None:
        """Put words into the running turn. Raises `Unsupported` or `Busy`."""
        if self._turn is None:
            await self.prompt(message_id, text)
            return
        await self.driver.steer(text)
        self._report_user(message_id, text)

    async def write_raw(self, data: bytes) -> None:
        """Type into the agent's terminal."""
        await self.driver.write_raw(data)

    async def cancel(self) -> None:
        """End the running turn; the agent itself is ended when it does not listen."""
        if self._driver is None or self._turn is None:
            return
        self._cancelling = True
        await self._driver.cancel()
        self._supervisor.start(self._insist(self._turn), name=f"cancel {self.id}")

    def report(self, state: str, summary: str, link: str) -> None:
        """The agent's own words, through the report tool."""
        self._event(
            "report", "report", {"state": state, "summary": summary, "link": link}
        )
        self._buffer.flush()

    def hear(self, fact: HookFact) -> None:
        """What a hook of the agent says, for the driver that watches its terminal."""
        driver = self._driver or self._candidate
        if isinstance(driver, Hears):
            driver.heard(fact)

    # -- turns ------------------------------------------------------------------------

    async def _run_turn(self, prompt: StoredPrompt) -> None:
        driver = self._driver
        if driver is None:
            self._take(None)
            return
        self._report_user(prompt.message_id, prompt.text)
        began = self._clock.now()
        try:
            await driver.prompt(prompt.turn, prompt.text, taken=self._agent_has_it)
        except AgentFailed as exc:
            reason = "cancelled" if self._cancelling else "interrupted"
            duration = round((self._clock.now() - began).total_seconds() * 1000)
            self._event(
                "turn_ended",
                prompt.turn,
                {"stop_reason": reason, "detail": str(exc), "duration_ms": duration},
            )
        finally:
            if self._history is not None:
                # Who is told that the agent waits finds its answer, whatever happens.
                await self._history.save()
            self._take(None)
            self._cancelling = False
            self._buffer.flush()
        await self._journal.finish(prompt.message_id)

    def _take(self, turn: StoredPrompt | None) -> None:
        self._turn = turn
        if turn is None:
            self._quiet.set()
            self._begun.set()
            self.transcript.changed()
        else:
            self._quiet.clear()
            self._begun.clear()
            self._was_taken = False

    def _agent_has_it(self) -> None:
        self._was_taken = True
        self._begun.set()

    def _report_user(self, message_id: str, text: str) -> None:
        data: dict[str, Any] = {"role": "user", "kind": "text", "text": text}
        if not message_id.startswith("local:"):
            data["message_id"] = message_id
        self._event("message", f"user-{message_id}", data)

    async def _insist(self, turn: StoredPrompt) -> None:
        if not await self._turn_ended_within(CANCEL_SECONDS) and self._turn is turn:
            log.warning(
                "the agent did not end its turn in %s s: ending it", CANCEL_SECONDS
            )
            await self.driver.close(0)

    async def _turn_ended_within(self, seconds: float) -> bool:
        try:
            async with asyncio.timeout(seconds):
                await self._quiet.wait()
        except TimeoutError:
            return False
        return True

    # -- for the baton ----------------------------------------------------------------

    async def come_to_rest(self, *, cancel_turn: bool) -> None:
        """See `Holder`."""
        if self._starting:
            raise Busy("the agent is starting: try again when it is there")
        in_terminal = self.baton.controller == "terminal"
        works = self._state in ("running", "requires_action")
        if in_terminal and self._transport == "acp":
            if works and not cancel_turn:
                raise Busy(
                    "the agent works in its terminal: cancel the turn, or wait until "
                    "it has ended"
                )
            return  # its program ends, and what it does with it
        if self._turn is not None and not cancel_turn:
            raise Busy("a turn is running: cancel it, or wait until it has ended")
        if self._turn is not None:
            await self.cancel()
            if not await self._turn_ended_within(CANCEL_SECONDS * 2):
                raise Busy("the agent does not end its turn")

    async def change_sides(self, controller: Controller) -> None:
        """See `Holder`."""
        old, self._driver = self._driver, None
        if old is not None:
            await old.close(SIDES_SECONDS)
        if controller == "chat":
            self.watched.close("the chat has control of the agent again")
        try:
            await self._start_agent()
        except AgentFailed as exc:
            if controller == "chat":
                self._state_event("error", f"{exc}", action="restart")
                self._buffer.flush()
            raise

    def tell(self, kind: EventKind, key: str, data: dict[str, Any]) -> None:
        """See `Holder`."""
        self._event(kind, key, data)
        self._buffer.flush()

    # -- the agent's life -------------------------------------------------------------

    async def _start_agent(self) -> None:
        side = self.baton.controller
        self._starting = True
        try:
            launch = await self._launch(self._external_id, side)
            columns, rows = self.watched.size
            launch = replace(
                launch,
                recall=self.baton.is_returning or self._exchanges.is_empty,
                columns=columns,
                rows=rows,
            )
            if self._closing:
                raise AgentFailed("the workspace is stopping")
            driver = self._make_driver(self._event, side)
            self._candidate = driver
            if driver.terminal is not None:
                # From the beginning: a person may have to answer before it is ready.
                self.watched.plug(driver.terminal)
            try:
                await driver.start(launch)
            except AgentFailed:
                self.watched.unplug()
                await driver.close(0)
                raise
        finally:
            self._starting = False
            self._candidate = None
        self._driver = driver
        self._identify()
        await self._recall(driver)
        self._buffer.flush()
        self._supervisor.start(self._outlive(driver), name=f"outlive {self.id}")

    async def _recall(self, driver: Driver) -> None:
        """Append what the agent tells of its time in the terminal, and nothing twice."""
        told = driver.take_told()
        if self.baton.is_returning:
            for event in self._exchanges.news(told):
                self._event(event.kind, event.key, event.data)
            self._buffer.flush()
            await self.baton.returned()
        elif self._exchanges.is_empty:
            self._exchanges.learn(told)

    async def _outlive(self, driver: Driver) -> None:
        """Wait for the agent's end and bring it back, unless it dies too often."""
        reason = await driver.wait()
        if self._closing or self._driver is not driver:
            return

        if self.baton.controller == "terminal" and self._transport == "acp":
            await self.baton.came_back(reason)
            return
        self._driver = None
        self.watched.unplug()
        self._state_event("exited", reason)
        await driver.close(0)
        pause = self._deaths.another(asyncio.get_running_loop().time())
        if pause is None:
            detail = (
                f"the agent ended {self._deaths.count} times within minutes: {reason}"
            )
            self._state_event("error", detail, action="restart")
            return
        await self._sleep(pause)
        if self._driver is None:
            await self._try_again()

    async def _try_again(self) -> None:
        if self._starting or self._closing or self.baton.is_moving:
            return
        # A login that was wanted is asked for again by a fresh process.
        if self._driver is not None:
            old, self._driver = self._driver, None
            await old.close(1.0)
        try:
            await self._start_agent()
        except AgentFailed as exc:
            self._state_event("error", str(exc), action="restart")

    async def _settle_the_past(self) -> None:
        """Report what a runner that died could not: the turn it was in is over."""
        for request in await self._journal.open_requests(self.id):
            self._event(
                "permission_resolved",
                request,
                {"outcome": "cancelled", "by": "timeout"},
            )
        for prompt in await self._journal.unfinished(self.id):
            over: dict[str, Any] = {"stop_reason": "interrupted", "duration_ms": 0}
            if not prompt.message_id.startswith("local:"):
                over["message_id"] = prompt.message_id
            # It may have been told already; the server keeps it once, by its key.
            self._report_user(prompt.message_id, prompt.text)
            self._event("turn_ended", prompt.turn, over)
            await self._journal.finish(prompt.message_id)
        self._buffer.flush()

    # -- events -----------------------------------------------------------------------

    def _state_event(self, state: SessionState, detail: str, **more: str) -> None:
        self._event(
            "state",
            "state",
            {"state": state, "source": "process", "detail": detail, **more},
        )

    def _event(self, kind: EventKind, key: str, data: Mapping[str, Any]) -> None:
        if kind == "state":
            self._state = data["state"]
        elif (
            kind == "turn_ended"
            and self._turn is not None
            and not data.get("message_id")
        ):
            if not self._turn.message_id.startswith("local:"):
                data = {**data, "message_id": self._turn.message_id}
        elif kind == "permission_requested":
            self._remember(self._journal.asked(self.id, key))
        elif kind == "permission_resolved":
            self._remember(self._journal.resolved(key))
        self._identify()
        self._exchanges.fold(kind, key, data)
        self.transcript.fold(kind, key, data, self._clock.now().isoformat())
        self._buffer.add(kind, key, data)

    def _identify(self) -> None:
        """The agent's own id of the conversation may come late, or change at its terminal."""
        known = self._driver.external_id if self._driver is not None else ""
        if known == LATEST and self._transport == "acp":
            return  # nothing by which the chat would find it
        if known and known != self._external_id:
            self._external_id = known
            self._remember(self._on_identified(known))

    def _remember(self, work: Any) -> None:
        self._supervisor.start(work, name=f"journal {self.id}")

    def _send(self, events: list[SessionEvent]) -> None:
        self._emit_durable(
            {"name": "session_events", "session_id": self.id, "events": events}
        )
