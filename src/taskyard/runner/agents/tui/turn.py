"""One turn at a terminal: what is said in it, as events, and how it ends."""

import asyncio
import re
from typing import Any, Final, final

from taskyard.protocol.sessions import StopReason
from taskyard.runner.agentapi.messages.echo import without_echo
from taskyard.runner.agents.driver import Emit
from taskyard.runner.agents.tui.answer import Answer
from taskyard.runner.agents.tui.complaints import Complaint, complaint_in
from taskyard.runner.agents.tui.evidence import Verdict
from taskyard.runner.agents.tui.profiles import Profile
from taskyard.runner.agents.tui.screen import Screen

__all__ = ["Turn"]

#: After words that were added an agent rests for a moment before it turns to them.
ADDED_SECONDS: Final = 1.0
#: A reader follows at this pace; a longer answer is told less often, for it is told whole
#: whenever the agent redraws it.
FOLLOW_SECONDS: Final = 0.5
_CHARACTERS_A_SECOND: Final = 16 * 1024


@final
class Turn:
    def __init__(
        self, turn: str, *, profile: Profile, said: str, screen: Screen, emit: Emit
    ) -> None:
        self._id = turn
        self.answer = f"{turn}-answer"  # the key of what it says
        self._agent = profile.name
        self._answer = Answer(profile, screen.whole(), said)
        self._trouble = profile.trouble
        self._emit = emit
        self._loop = asyncio.get_running_loop()
        self._began = self._loop.time()
        self._told = ""
        self._next = self._began + FOLLOW_SECONDS
        self.bells = screen.bells  # rung before it began
        self.was_taken = False
        self.has_worked = False
        self.stop_reason: StopReason = "end_turn"
        self.verdict: Verdict | None = None  # that ended it
        self.complaint: Complaint | None = None  # the agent could not do it
        self.over = asyncio.Event()
        self._added: list[str] = []  # words put into it while it ran
        self._rested_at: float | None = None

    def add(self, words: str) -> None:
        """More was said: its echo is no answer, and the turn may go on where it seemed over."""
        self._added.append(words)

    def is_over(self, screen: Screen) -> bool:
        """Whether a rest that is seen now is the turn's end."""
        if not self._added:
            return True
        now = self._loop.time()
        self._rested_at = self._rested_at or now
        left = self._rested_at + ADDED_SECONDS - now
        if left > 0:
            screen.look_in(left)
        return left <= 0

    def goes_on(self) -> None:
        """It is seen to work again."""
        self._rested_at = None

    def _words(self) -> str:
        text = self._answer.text()
        for words in self._added:
            text = without_echo(self._agent, text, words)
        return text

    def follow(
        self, screen: Screen, busy: re.Pattern[str], *, at_once: bool = False
    ) -> None:
        """Tell what has been said so far, if it is time; lines about being busy are not said."""
        if screen.is_alternate:
            # What leaves such a screen is gone: see every state of it.
            self._answer.see(screen.text)
        if not self.was_taken:
            return
        if self._loop.time() < self._next and not at_once:
            screen.look_in(self._next - self._loop.time())
            return
        if not screen.is_alternate:
            self._answer.see(screen.whole())
        if not self._answer.has_begun:
            return
        text = "\n".join(
            line for line in self._words().split("\n") if not busy.search(line)
        )
        self._tell(text.rstrip())
        pause = max(FOLLOW_SECONDS, len(text) / _CHARACTERS_A_SECOND)
        self._next = self._loop.time() + pause

    def finish(self, whole: str, *, is_told: bool = False) -> None:
        """Tell the rest, if hooks have not told it, and that the turn has ended."""
        self._answer.see(whole)
        if not is_told:
            self._tell(self._words())
        if self.complaint is None:
            self.complaint = complaint_in(self._trouble, self._answer.text())
        data: dict[str, Any] = {
            "stop_reason": self.stop_reason,
            "duration_ms": round((self._loop.time() - self._began) * 1000),
        }
        if self.complaint is not None and self.stop_reason == "end_turn":
            data |= {"stop_reason": "error", "detail": self.complaint.words}
        self._emit("turn_ended", self._id, data)

    def _tell(self, text: str) -> None:
        if text == self._told:
            return
        said = {"role": "agent", "kind": "text"}
        if self._told and text.startswith(self._told):
            more = text[len(self._told) :]
            self._emit("message_chunk", self.answer, {**said, "text": more})
        else:
            self._emit("message", self.answer, {**said, "text": text})
        self._told = text
