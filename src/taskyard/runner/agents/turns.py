"""The prompts of one session: written down, carried out one at a time, settled."""

import asyncio
import logging
import uuid
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Final, final

from taskyard.kit.clock import Clock
from taskyard.kit.supervisor import Supervisor
from taskyard.runner.agents.driver import AgentFailed, Driver, Emit
from taskyard.runner.agents.journal import Journal, StoredPrompt

__all__ = ["CANCEL_SECONDS", "Turns", "local_message"]

log = logging.getLogger(__name__)

#: A cancelled turn must end within this time; then the agent is ended instead.
CANCEL_SECONDS: Final = 30.0
_LOCAL: Final = "local:"


def local_message() -> str:
    """An id for a prompt from inside the workspace: the server has no message of it."""
    return f"{_LOCAL}{uuid.uuid4()}"


@final
class Turns:
    """A prompt is written to the disk before the agent sees it, and when its turn is over.

    A crash between the two never sends it again: the turn is reported as interrupted. A
    crash before the first leaves the command unanswered, and the server repeats it.
    """

    def __init__(
        self,
        *,
        session_id: str,
        journal: Journal,
        clock: Clock,
        supervisor: Supervisor,
        driver: Callable[[], Driver | None],
        tell: Emit,
        before_rest: Callable[[], Awaitable[None]],
        on_rest: Callable[[], None],
    ) -> None:
        """`before_rest` runs while the turn still counts, `on_rest` once it is over."""
        self._session_id = session_id
        self._journal = journal
        self._clock = clock
        self._supervisor = supervisor
        self._driver = driver
        self._tell = tell
        self._before_rest = before_rest
        self._on_rest = on_rest
        self._running: StoredPrompt | None = None
        self._submitting: asyncio.Task[None] | None = None
        self._was_taken = False  # by the agent, of the turn that runs or ran last
        self._begun = asyncio.Event()  # it was taken, or the turn is over
        self._quiet = asyncio.Event()
        self._quiet.set()
        self._is_cancelled = False

    @property
    def running(self) -> bool:
        return self._running is not None

    async def begin(self, message_id: str, text: str) -> None:
        """Begin a turn where none runs; returns when the prompt is on the disk itself.

        The same message id is taken once.
        """
        prompt = StoredPrompt(
            message_id=message_id,
            session_id=self._session_id,
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

    async def was_taken(self) -> bool:
        """Wait until the agent has the prompt, or its turn is over without."""
        await self._begun.wait()
        return self._was_taken

    async def cancel(self, driver: Driver) -> None:
        """End the running turn; the agent itself is ended when it does not listen."""
        if self._running is None:
            return
        self._is_cancelled = True
        await driver.cancel()
        self._supervisor.start(
            self._insist(self._running, driver), name=f"cancel {self._session_id}"
        )

    async def ended_within(self, seconds: float) -> bool:
        try:
            async with asyncio.timeout(seconds):
                await self._quiet.wait()
        except TimeoutError:
            return False
        return True

    def report_user(self, message_id: str, text: str) -> None:
        data = {"role": "user", "kind": "text", "text": text, **_named(message_id)}
        self._tell("message", f"user-{message_id}", data)

    def stamped(self, turn: str, data: Mapping[str, Any]) -> Mapping[str, Any]:
        """The end of a turn, with the message that began it if that is ours."""
        if self._running is None or self._running.turn != turn:
            return data
        return {**data, **_named(self._running.message_id)}

    async def settle_the_past(self) -> None:
        """Report what a runner that died could not: the turn it was in is over."""
        for prompt in await self._journal.unfinished(self._session_id):
            over = {
                "stop_reason": "interrupted",
                "duration_ms": 0,
                **_named(prompt.message_id),
            }
            # It may have been told already; the server keeps it once, by its key.
            self.report_user(prompt.message_id, prompt.text)
            self._tell("turn_ended", prompt.turn, over)
            await self._journal.finish(prompt.message_id)

    async def _submit(self, prompt: StoredPrompt) -> None:
        try:
            fresh = await self._journal.submit(prompt)
        except BaseException:
            self._take(None)
            raise
        if fresh:
            self._supervisor.start(self._run(prompt), name=f"turn {self._session_id}")
        else:
            self._take(None)

    async def _run(self, prompt: StoredPrompt) -> None:
        self.report_user(prompt.message_id, prompt.text)
        began = self._clock.now()
        try:
            await self._carry_out(prompt)
        except AgentFailed as exc:
            reason = "cancelled" if self._is_cancelled else "interrupted"
            duration = round((self._clock.now() - began).total_seconds() * 1000)
            self._tell(
                "turn_ended",
                prompt.turn,
                {"stop_reason": reason, "detail": str(exc), "duration_ms": duration},
            )
        finally:
            await self._before_rest()
            self._take(None)
        await self._journal.finish(prompt.message_id)

    async def _carry_out(self, prompt: StoredPrompt) -> None:
        """Hand it to the agent; it may have gone, or the turn be cancelled, meanwhile."""
        driver = self._driver()
        if driver is None:
            raise AgentFailed("the agent ended before it had the prompt")
        if self._is_cancelled:
            raise AgentFailed("it was cancelled before the agent had the prompt")
        try:
            await driver.prompt(prompt.turn, prompt.text, taken=self._agent_has_it)
        except AgentFailed:
            raise
        except Exception as exc:
            # Nobody knows what state it is in: a new one takes its place.
            log.exception("the driver failed in a turn")
            await driver.close(0)
            raise AgentFailed(f"the runner failed: {exc!r}") from exc

    def _take(self, prompt: StoredPrompt | None) -> None:
        self._running = prompt
        self._is_cancelled = False
        if prompt is None:
            self._quiet.set()
            self._begun.set()
            self._on_rest()
        else:
            self._quiet.clear()
            self._begun.clear()
            self._was_taken = False

    def _agent_has_it(self) -> None:
        self._was_taken = True
        self._begun.set()

    async def _insist(self, prompt: StoredPrompt, driver: Driver) -> None:
        if not await self.ended_within(CANCEL_SECONDS) and self._running is prompt:
            log.warning(
                "the agent did not end its turn in %s s: ending it", CANCEL_SECONDS
            )
            await driver.close(0)


def _named(message_id: str) -> dict[str, str]:
    """The server's message of a prompt, where it has one."""
    return {} if message_id.startswith(_LOCAL) else {"message_id": message_id}
