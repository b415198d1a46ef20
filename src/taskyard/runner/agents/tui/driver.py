"""Drive an agent that only has a terminal: type into it, read from it, judge its state."""

import asyncio
import logging
import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any, Final, final

from taskyard.kit.supervisor import Supervisor
from taskyard.protocol.terminal import TerminalSize
from taskyard.runner.agents.driver import (
    AgentFailed,
    AgentTerminal,
    Capabilities,
    Emit,
    Launch,
    PermissionPolicy,
    Unsupported,
)
from taskyard.runner.agents.hooks.facts import HookFact
from taskyard.runner.agents.hooks.hearing import Hearing
from taskyard.runner.agents.recall import Told
from taskyard.runner.agents.tui.complaints import Complaint
from taskyard.runner.agents.tui.emulators import open_terminal
from taskyard.runner.agents.tui.evidence import (
    STABLE_SECONDS,
    Evidence,
    Verdict,
    judge,
    works,
)
from taskyard.runner.agents.tui.keyboard import NotTaken, add_message, type_message
from taskyard.runner.agents.tui.launching import command_line
from taskyard.runner.agents.tui.live import LiveTerminal
from taskyard.runner.agents.tui.profiles import Profile, profile_of
from taskyard.runner.agents.tui.pty import TerminalProcess
from taskyard.runner.agents.tui.questions import Questions
from taskyard.runner.agents.tui.screen import Screen
from taskyard.runner.agents.tui.settings import apply, option_of
from taskyard.runner.agents.tui.testimony import asked_soon, weigh
from taskyard.runner.agents.tui.turn import Turn

__all__ = ["TuiDriver"]

log = logging.getLogger(__name__)

#: From the start of the process to a sign of readiness; a cold start of a large agent
#: took 20 s on a busy machine.
START_SECONDS: Final = 120.0
#: The key is pressed again when the turn goes on: the first may have closed a hint. By
#: then stillness has ended a turn that the first one has cancelled.
CANCEL_AGAIN_SECONDS: Final = STABLE_SECONDS + 1.0
#: An agent may take no key right after it has drawn a dialog, against slips of the hand.
ANSWER_AGAIN_SECONDS: Final = 1.0
#: A state whose source alone changes is told again after this time only.
SAME_STATE_SECONDS: Final = 1.0
#: After the last thing that was drawn, files are looked into for this long.
AWAKE_SECONDS: Final = 2.0
_LAST_SCREEN_CHARACTERS: Final = 2000
_SETTLED: Final = frozenset({"idle", "requires_action", "auth_required", "limited"})
_ACTIONS: Final = {"auth_required": "login", "limited": "wait"}


@final
class TuiDriver:
    """See `Driver`. `verbatim`: start the command as it was given, add no arguments."""

    def __init__(
        self,
        *,
        emit: Emit,
        verbatim: bool = False,
        start_seconds: float = START_SECONDS,
    ) -> None:
        self._emit = emit
        self._verbatim = verbatim
        self._start_seconds = start_seconds
        self._supervisor = Supervisor()
        self._profile: Profile = profile_of("")
        self._process: TerminalProcess | None = None
        self._screen: Screen | None = None
        self._live = LiveTerminal()
        self._hearing = Hearing(emit)
        self._witness = self._hearing.witness
        self._questions = Questions(emit, self._write, self._witness.take_asked)
        self._keyboard = asyncio.Lock()  # two messages typed at once are none
        self._turn: Turn | None = None
        self._complaint: Complaint | None = None  # at the end of the last turn
        self._external_id = ""
        self._shown = ("", "", "")  # state, detail and source, as last emitted
        self._shown_at = 0.0
        self._settled = asyncio.Event()
        self._ended = asyncio.Event()
        self._end_reason = ""
        self._is_ready = False
        self._options: dict[str, dict[str, Any]] = {}  # what was set at the terminal

    @property
    def capabilities(self) -> Capabilities:
        return Capabilities(
            resume=bool(self._profile.resume or self._profile.resume_newest),
            steer=self._profile.takes_words,
            permissions=True,
            terminal=True,
        )

    @property
    def external_id(self) -> str:
        return self._witness.conversation or self._external_id

    @property
    def screen(self) -> str:
        """What the terminal shows; after the end, what it showed last."""
        return "" if self._screen is None else self._screen.text

    @property
    def terminal(self) -> AgentTerminal:
        return self._live

    def take_told(self) -> Sequence[Told]:
        return ()

    # -- beginning and end ------------------------------------------------------------

    async def start(self, launch: Launch) -> None:
        self._profile = profile_of(launch.agent)
        self._questions.policy = launch.permission_policy
        self._live.resize(TerminalSize(launch.columns, launch.rows))
        self._state("starting", "driver")
        if launch.hooks is not None and not self._verbatim:
            await self._hearing.open(launch.hooks)
        self._supervisor.start(self._listen(), name="tui hooks")
        await self._open(launch)
        if self._end_reason and launch.resume and not self._verbatim:
            self._error(
                "the earlier conversation could not be resumed, the agent begins anew: "
                + self._end_reason
            )
            await self._close_process(0)
            self._ended.clear()
            self._end_reason = ""
            await self._open(replace(launch, resume=""))
        if self._end_reason:
            raise AgentFailed(
                f"{self._end_reason}; its last screen: {self._last_words()}"
            )

    async def wait(self) -> str:
        await self._ended.wait()
        return self._end_reason

    async def close(self, grace_seconds: float) -> None:
        if self._process is not None and grace_seconds > 0 and not self._ended.is_set():
            # Most agents leave at the second Ctrl-C; the rest are ended.
            for _ in range(2):
                self._process.try_write(b"\x03")
                await asyncio.sleep(0.1)
        await self._close_process(min(grace_seconds, 2.0))
        await self._supervisor.close()

    # -- talking ----------------------------------------------------------------------

    async def prompt(
        self, turn: str, text: str, *, taken: Callable[[], None] | None = None
    ) -> None:
        screen, process = self._living()
        running = Turn(
            turn, profile=self._profile, said=text, screen=screen, emit=self._emit
        )
        self._turn, self._complaint = running, None
        self._witness.expect(text)
        self._state("running", "driver")
        try:
            async with self._keyboard:
                await type_message(screen, process.write, text)
            running.was_taken = True
            if taken is not None:
                taken()
            screen.look()
            await running.over.wait()
        except NotTaken as exc:
            if running.stop_reason != "cancelled":  # whose key may have erased it
                self._error(str(exc))
                running.stop_reason = "error"
        finally:
            self._turn = None
        failure = self._witness.failure
        if failure is not None:
            running.complaint = Complaint("error", failure.detail)
        self._witness.settle(running.stop_reason)
        if self._end_reason:
            raise AgentFailed(self._end_reason)
        if not self._witness.has_told:
            self._witness.give_up(running.answer)
        running.finish(screen.whole(), is_told=self._witness.has_told)
        self._complaint = running.complaint
        if running.verdict is not None:
            self._show(running.verdict)
        else:
            screen.look()
        await self._hearing.forget()

    def heard(self, fact: HookFact) -> None:
        """One of the agent's hooks has told something. Any time, any order, never waits."""
        self._hearing.hear(fact)

    async def steer(self, text: str) -> None:
        """Type it while the agent works; it takes it at once or before it rests."""
        turn = self._turn
        if not self._profile.takes_words:
            raise Unsupported(
                "this agent takes no words while it works: queue the message"
            )
        if turn is None:
            raise Unsupported("the agent is idle: send it as a prompt")
        async with self._keyboard:
            if turn is not self._turn or not turn.was_taken:
                raise Unsupported("the agent is idle: send it as a prompt")
            if self._shown[0] != "running":
                raise Unsupported("the agent waits for an answer: give that first")
            screen, process = self._living()
            turn.add(text)
            self._witness.expect_also(text)
            name = self._profile.name
            if not await add_message(name, screen, process.write, text):
                raise Unsupported(
                    "the agent takes no words just now: queue the message"
                )

    async def cancel(self) -> None:
        if self._turn is None or self._process is None:
            return
        self._turn.stop_reason = "cancelled"
        self._process.try_write(self._profile.cancel)
        self._supervisor.start(self._insist(self._turn), name="tui cancel")

    async def answer_permission(self, request: str, option_id: str) -> None:
        self._questions.answer(request, option_id, cancel=self._profile.cancel)

    async def set_policy(self, policy: PermissionPolicy) -> None:
        """Its dialogs are answered by it at once; its command line has it at the next start."""
        self._questions.reconsider(policy)

    async def set_option(self, option: str, value: str) -> Sequence[Mapping[str, Any]]:
        """By the agent's own command, where it confirms that. Raises `Unsupported`."""
        setting = self._profile.settings.get(option)
        if setting is None:
            raise Unsupported(
                f"{option} cannot be set at this agent's terminal: use its own command there"
            )
        if self._turn is not None or self._shown[0] != "idle":
            raise Unsupported(
                f"{option} is set at a prompt: wait until the agent rests"
            )
        screen, process = self._living()
        async with self._keyboard:
            await apply(setting, value, screen, process.write)
        self._options[option] = option_of(option, setting, value)
        return list(self._options.values())

    async def write_raw(self, data: bytes) -> None:
        self._living()[1].write(data)

    # -- the process ------------------------------------------------------------------

    async def _open(self, launch: Launch) -> None:
        """Start the process; returns when it wants something, or has ended."""
        size = self._live.size
        screen = Screen(open_terminal(*size), self._look, self._profile.dialogs)
        words = launch.command
        if not self._verbatim:
            words, self._external_id = command_line(self._profile, launch)
        if self._screen is not None:
            self._screen.close()
        self._screen = screen
        self._settled.clear()
        try:
            self._process = await TerminalProcess.start(
                words,
                environment=_with_hooks(launch),
                directory=launch.directory,
                size=size,
                on_output=self._received,
            )
        except BaseException:
            screen.close()
            self._screen = None
            raise
        self._live.show(screen, self._process)
        self._supervisor.start(self._insist_on_answers(screen), name="tui answers")
        if self._profile.wake:
            self._process.try_write(self._profile.wake)
        self._supervisor.start(self._watch(self._process), name="tui watch")
        screen.look()
        try:
            async with asyncio.timeout(self._start_seconds):
                await self._settled.wait()
        except TimeoutError as exc:
            raise AgentFailed(
                f"the agent did not ask for input in {self._start_seconds:g} s; "
                f"its screen: {self._last_words()}"
            ) from exc

    async def _watch(self, process: TerminalProcess) -> None:
        reason = await process.wait()
        if self._process is not process:
            return
        if self._screen is not None:
            self._screen.look()
        self._end_reason = reason
        self._ended.set()
        self._settled.set()
        self._questions.drop()
        if self._turn is not None:
            self._turn.over.set()
        else:
            self._witness.settle("interrupted")

    async def _close_process(self, grace_seconds: float) -> None:
        if self._process is not None:
            await self._process.end(grace_seconds)
        if self._screen is not None:
            self._screen.close()
        if self._turn is not None:
            self._end_reason = self._end_reason or "the agent was ended"
            self._turn.over.set()

    def _received(self, data: bytes) -> None:
        if self._screen is None:
            return
        if (answer := self._screen.feed(data)) and self._process is not None:
            self._process.try_write(answer)
        self._live.drawn(data)

    async def _listen(self) -> None:
        while True:
            was_told = await self._hearing.next()
            if self._screen is not None and (was_told or self._is_awake(self._screen)):
                self._screen.look()  # and after it into the files again

    def _is_awake(self, screen: Screen) -> bool:
        """Whether its files may say more though it draws nothing; at rest they do not."""
        at_work = self._turn is not None or self._witness.activity == "running"
        return at_work or screen.text_age < AWAKE_SECONDS

    # -- judging ----------------------------------------------------------------------

    def _look(self) -> None:
        """After every look at the screen: what does it mean?"""
        screen, turn = self._screen, self._turn
        if screen is None or self._ended.is_set():
            return
        self._hearing.look()
        verdict = self._judge(screen, turn)
        if verdict.again is not None:
            screen.look_in(verdict.again)
            waits = turn is None or self._shown[0] == "running"
            if self._is_ready and waits and verdict.source != "hook":
                self._drawn(screen, turn)
                return
        if turn is None:
            # What was ready once does not start again: somebody looks at its help.
            if not (self._is_ready and verdict.state == "starting"):
                self._show(verdict)
            if self._witness.has_terminal_turn and _is_over(verdict):
                self._witness.settle("end_turn")
            return
        if _is_over(verdict):
            if turn.was_taken and turn.is_over(screen):
                turn.verdict = verdict
                turn.over.set()
            return
        turn.goes_on()
        asked = self._show(verdict)
        if not self._witness.is_alive and (asked or verdict.dialog is None):
            # Nothing is said while a dialog waits, though the agent may go on blinking.
            turn.follow(screen, self._profile.busy, at_once=asked)

    def _drawn(self, screen: Screen, turn: Turn | None) -> None:
        """That alone changes nothing, but it may be a part of the answer."""
        if turn is not None and not self._witness.is_wired and not screen.has_dialog:
            turn.follow(screen, self._profile.busy)

    def _judge(self, screen: Screen, turn: Turn | None) -> Verdict:
        hooked = self._witness.activity == "running"
        evidence = Evidence(
            screen=screen.text,
            title=screen.title,
            screen_age=screen.text_age,
            title_age=screen.title_age,
            dialog_age=screen.dialog_age,
            has_rung=turn is not None and screen.bells > turn.bells,
            has_worked=hooked or (turn is not None and turn.has_worked),
            is_prompted=hooked or turn is not None,
        )
        if turn is not None and turn.was_taken and works(self._profile, evidence):
            turn.has_worked = True
        verdict = judge(self._profile, evidence)
        if not self._questions.knows(verdict.dialog):
            wait = asked_soon(verdict, self._witness, evidence)
            if wait:
                verdict = Verdict(state="running", source="hook", again=wait)
        return weigh(
            verdict,
            self._witness,
            self._profile,
            evidence,
            heard_age=asyncio.get_running_loop().time() - self._witness.heard_at,
            is_cancelled=turn is not None and turn.stop_reason == "cancelled",
        )

    def _show(self, verdict: Verdict) -> bool:
        """Tell the state; True when it came with a new dialog."""
        if verdict.state != "idle":
            self._complaint = None
        elif self._complaint is not None:
            verdict = self._complaint.about(verdict)
        asked = self._questions.see(verdict.dialog, self.screen)
        more = {"detail": verdict.detail} if verdict.detail else {}
        if verdict.state in _ACTIONS:
            more["action"] = _ACTIONS[verdict.state]
        self._state(verdict.state, verdict.source, **more)
        if verdict.state in _SETTLED:
            self._is_ready = True
            self._settled.set()
        return asked

    def _state(self, state: str, source: str, **more: str) -> None:
        """Only what differs is told, and better knowledge of the same not too often."""
        now = asyncio.get_running_loop().time()
        shown = (state, more.get("detail", ""), source)
        recent = now - self._shown_at < SAME_STATE_SECONDS
        if shown == self._shown or (recent and shown[:2] == self._shown[:2]):
            return
        self._shown, self._shown_at = shown, now
        self._emit("state", "state", {"state": state, "source": source, **more})

    # -- small things -----------------------------------------------------------------

    async def _insist(self, turn: Turn) -> None:
        """Not at a prompt: what cancels a turn may leave the program there (Ctrl-C)."""
        await asyncio.sleep(CANCEL_AGAIN_SECONDS)
        waits = self._profile.waits
        if self._turn is turn and not (waits and waits.search(self.screen)):
            self._write(self._profile.cancel)

    async def _insist_on_answers(self, screen: Screen) -> None:
        """Answers are typed again while the very same dialog stays on the screen."""
        while True:
            await self._questions.typed.wait()
            if self._screen is not screen:
                return  # another process draws; another one of us watches that
            self._questions.typed.clear()
            for _ in range(3):
                await asyncio.sleep(ANSWER_AGAIN_SECONDS)
                if screen.dialog_age < ANSWER_AGAIN_SECONDS:
                    break
                self._questions.press_again()

    def _living(self) -> tuple[Screen, TerminalProcess]:
        if self._screen is None or self._process is None or self._ended.is_set():
            raise AgentFailed(self._end_reason or "the agent is not there")
        return self._screen, self._process

    def _write(self, data: bytes) -> None:
        if self._process is not None:
            self._process.try_write(data)

    def _error(self, detail: str) -> None:
        words = self._last_words()
        data = {"detail": detail, **({"stderr": words} if words else {})}
        self._emit("error", str(uuid.uuid4()), data)

    def _last_words(self) -> str:
        return self.screen.strip()[-_LAST_SCREEN_CHARACTERS:] or "(empty)"


def _is_over(verdict: Verdict) -> bool:
    """Whether a turn ends with it: a hook may also tell that the vendor refused."""
    refused = verdict.state in ("limited", "auth_required") and verdict.source == "hook"
    return verdict.state == "idle" or refused


def _with_hooks(launch: Launch) -> Mapping[str, str]:
    return {
        **launch.environment,
        **(launch.hooks.environment if launch.hooks is not None else {}),
    }
