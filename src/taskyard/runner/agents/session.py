"""One session: its agent, its prompts, its log, its death and return."""

import asyncio
import logging
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
from taskyard.runner.agents.journal import Journal
from taskyard.runner.agents.tui.launching import LATEST
from taskyard.runner.agents.turns import CANCEL_SECONDS, Turns, local_message
from taskyard.runner.masking import Mask
from taskyard.runner.terminals import WatchedTerminal

__all__ = ["Session"]

log = logging.getLogger(__name__)

#: A prompt for an agent that is down starts it again, but not more often than this.
RETRY_SECONDS: Final = 5.0
#: An agent that changes sides has this long to write down what was said.
SIDES_SECONDS: Final = 2.0

#: A limit may have ended: the agent is asked, not us.
_READY: Final[frozenset[SessionState]] = frozenset({"idle", "limited"})
_DOWN: Final[frozenset[SessionState]] = frozenset({"exited", "error", "auth_required"})


@final
class Session:
    """Owns a driver at a time; a dead agent is replaced by a new driver that resumes."""

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
            tells_questions=lambda: transport == "acp" or not self._turns.running
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
        self._turns = Turns(
            session_id=session_id,
            journal=journal,
            clock=clock,
            supervisor=supervisor,
            driver=lambda: self._driver,
            tell=self._event,
            before_rest=self._write_down,
            on_rest=self._rest,
        )
        self._driver: Driver | None = None
        self._candidate: Driver | None = None  # while it starts
        self._state: SessionState = "starting"
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
        ready = self._state in _READY and not self._turns.running
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
            if self._turns.running:
                await driver.cancel()
                await self._turns.ended_within(min(grace_seconds, 5.0))
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
        if self._turns.running or self._state not in _READY:
            raise Busy(f"the agent is {self._state}")
        await self._turns.begin(message_id, text)

    async def say(self, text: str) -> None:
        """A prompt from inside the workspace: it has no message of the server.

        Returns when the agent has taken it. Raises `Busy` or `NotStarted`.
        """
        await self.prompt(local_message(), text)
        if not await self._turns.was_taken():
            raise NotStarted("the agent did not react to the message")

    async def answer(self, request: str, option_id: str) -> None:
        """Answer a permission request; one that is not open is ignored."""
        await self.driver.answer_permission(request, option_id)

    async def steer(self, message_id: str, text: str) -> None:
        """Put words into the running turn. Raises `Unsupported` or `Busy`."""
        if not self._turns.running:
            await self.prompt(message_id, text)
            return
        await self.driver.steer(text)
        self._turns.report_user(message_id, text)

    async def write_raw(self, data: bytes) -> None:
        """Type into the agent's terminal."""
        await self.driver.write_raw(data)

    async def cancel(self) -> None:
        """End the running turn; the agent itself is ended when it does not listen."""
        if self._driver is not None:
            await self._turns.cancel(self._driver)

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
        if self._turns.running and not cancel_turn:
            raise Busy("a turn is running: cancel it, or wait until it has ended")
        if self._turns.running:
            await self.cancel()
            if not await self._turns.ended_within(CANCEL_SECONDS * 2):
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
        if self._state not in _DOWN:
            return  # another try, asked for at the same time, has brought it back
        self._starting = True  # nobody else does, while the old one ends
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
        await self._turns.settle_the_past()
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
        elif kind == "turn_ended":
            data = self._turns.stamped(key, data)
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

    async def _write_down(self) -> None:
        """Who is told that the agent waits finds its answer, whatever happens."""
        if self._history is not None:
            await self._history.save()

    def _rest(self) -> None:
        self.transcript.changed()
        self._buffer.flush()

    def _remember(self, work: Any) -> None:
        self._supervisor.start(work, name=f"journal {self.id}")

    def _send(self, events: list[SessionEvent]) -> None:
        self._emit_durable(
            {"name": "session_events", "session_id": self.id, "events": events}
        )
