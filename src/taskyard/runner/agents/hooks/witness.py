"""What the hooks have told of one agent, folded into events and into what it does now.

Facts come nearly in order: a hook is a process, and two of them may overtake one another.
So nothing older overrides what is newer: a tool that has ended does not run again, a turn
that is over stays over, and the parts of a message are put in order.
"""

import asyncio
import uuid
from collections import deque
from dataclasses import replace
from typing import Any, Final, Literal, assert_never, final

from taskyard.protocol.sessions import StopReason
from taskyard.runner.agents.driver import Emit
from taskyard.runner.agents.hooks.facts import (
    Asked,
    Begun,
    Failed,
    HookFact,
    Interrupted,
    Prompted,
    Rested,
    Said,
    ToolCall,
    Used,
)
from taskyard.runner.agents.hooks.speech import Speech
from taskyard.runner.agents.hooks.tools import event_data

__all__ = ["Activity", "Witness"]

Activity = Literal["unknown", "running", "rested", "failed"]

_TURNS_REMEMBERED: Final = 64
_TOOLS_REMEMBERED: Final = 500
_ASKED_AT_ONCE: Final = 20
_ADDED: Final = 20
#: Of a command or a path, to find it on a screen that breaks its lines.
_LANDMARK: Final = 24
_ENDED: Final = frozenset({"completed", "failed"})
#: What is known of a tool, and what is told of it later.
_NO_NEWS: Final = frozenset(
    (known, told)
    for known in ("completed", "failed")
    for told in ("pending", "in_progress", "completed", "failed")
    if (known, told) != ("completed", "failed")
)


@final
class Witness:
    """`conversation` is the agent's id of it; empty while no hook has told."""

    def __init__(self, emit: Emit) -> None:
        self._emit = emit
        self._speech = Speech(emit)
        self._tools: dict[str, ToolCall] = {}
        self._over: deque[str] = deque(maxlen=_TURNS_REMEMBERED)
        self._turn: str = ""  # the agent's id of the turn under way
        self._prompt = ""  # that began it, as the hook told
        self._expected: str | None = None  # typed by us, not yet told by the hook
        self._added: list[str] = []  # typed by us into a turn, not yet told by the hook
        self._is_ours = False  # the turn under way is one that we typed
        self._terminal_turn = ""  # else: our id of it
        self._began = 0.0
        self.is_wired = False  # the agent was started with hooks of ours
        self.conversation = ""
        self.activity: Activity = "unknown"
        self.failure: Failed | None = None
        self.asked: list[ToolCall] = []  # a dialog about each is on the screen, or soon
        self.heard_at = 0.0  # the last fact about a turn
        self.has_told = False  # anything of the turn that we typed

    @property
    def is_alive(self) -> bool:
        """Whether this agent's hooks reach us at all."""
        return bool(self.conversation)

    @property
    def tools_under_way(self) -> bool:
        return any(tool.status not in _ENDED for tool in self._tools.values())

    @property
    def has_terminal_turn(self) -> bool:
        """Whether somebody prompted the agent at its terminal."""
        return bool(self._terminal_turn)

    def take_asked(self, screen: str) -> ToolCall | None:
        """The tool that the dialog on this screen is about; it is not asked about again.

        Of several, the one whose command or path is shown: to show a person another one
        than the agent runs would be worse than to show none.
        """
        shown = _bare(screen)
        fitting = [t for t in self.asked if _landmark(t) in shown]
        if len(self.asked) > 1 and len(fitting) != 1:
            return None
        tool = next(iter(fitting or self.asked), None)
        self.asked = [other for other in self.asked if other is not tool]
        return tool

    # -- our own turns ----------------------------------------------------------------

    def expect(self, text: str) -> None:
        """We are about to type a prompt: the hook will tell of it, and we have told."""
        self._expected = text
        self._speech.replace("")
        self._is_ours, self.has_told = True, False
        self.activity, self.failure = "unknown", None

    def expect_also(self, text: str) -> None:
        """We are about to type more into the turn: we have told of it as well."""
        self._added = [*self._added, text][-_ADDED:]

    def give_up(self, answer: str) -> None:
        """The screen has told the answer of our turn, as message `answer`.

        A hook that comes after all tells the same, and exactly.
        """
        self._speech.replace(answer)

    def settle(self, stop_reason: StopReason) -> None:
        """The turn is over, by whatever evidence: close what it has left open."""
        self._speech.end(None)
        for tool in self._tools.values():
            if tool.status not in _ENDED:
                self._tell_tool(replace(tool, status="failed"))
        self._tools.clear()
        self.asked = []
        if self._turn:
            self._over.append(self._turn)
        if self._terminal_turn:
            took = round((_now() - self._began) * 1000)
            data: dict[str, Any] = {"stop_reason": stop_reason, "duration_ms": took}
            if self.failure is not None:
                data |= {"stop_reason": "error", "detail": self.failure.detail}
            self._emit("turn_ended", self._terminal_turn, data)
        self._turn = ""
        self._terminal_turn = ""
        self._is_ours = False
        if self.activity == "running":
            self.activity = "unknown"

    # -- facts ------------------------------------------------------------------------

    def hear(self, fact: HookFact) -> None:
        """Take in a fact. One of another conversation is no business of ours."""
        if isinstance(fact, Begun):
            self._bind(fact)
        elif not self.conversation:
            self.conversation = fact.conversation
        if fact.conversation != self.conversation or isinstance(fact, Begun):
            return
        if self._is_late(fact):
            return
        self.heard_at = _now()
        self.has_told = True
        if isinstance(fact, Said | Used | Asked):
            self._works(fact)
        self._fold(fact)

    def _fold(
        self, fact: Prompted | Said | Used | Asked | Rested | Interrupted | Failed
    ) -> None:
        match fact:
            case Prompted():
                self._prompted(fact)
            case Said():
                self._speech.hear(fact)
            case Used():
                self._used(fact)
            case Asked():
                self._asked(fact)
            case Rested():
                self._speech.end(fact.text)
                self._rest("rested")
            case Interrupted():
                self._rest("rested")
            case Failed():
                self._failed(fact)
            case _:
                assert_never(fact)

    def _bind(self, fact: Begun) -> None:
        """The first conversation is ours; another one only when the agent changes over.

        An agent that is started by a tool of ours has our environment, and its hooks tell
        of its own conversation: it begins while a tool runs.
        """
        changes = fact.is_switch and not self.tools_under_way
        if not self.conversation or changes:
            self.conversation = fact.conversation

    def _is_late(self, fact: HookFact) -> bool:
        """A turn that is over says only what became of its tools."""
        return (
            bool(fact.turn) and fact.turn in self._over and not isinstance(fact, Used)
        )

    def _prompted(self, fact: Prompted) -> None:
        same_turn = fact.turn == self._turn and self.activity == "running"
        if same_turn and (fact.turn or fact.text == self._prompt):
            return  # told twice
        ours = self._expected is not None and _same(self._expected, fact.text)
        # Several may come as one.
        added = [text for text in self._added if _same(text, fact.text)]
        self._added = [text for text in self._added if text not in added]
        self._turn, self._prompt = fact.turn, fact.text
        self.activity, self.failure = "running", None
        key = f"typed-{fact.turn or uuid.uuid4()}"
        if ours:
            # Perhaps so late that our turn was given up: then its answer is one of its own.
            self._expected = None
        elif not added:
            self._speech.replace("")
            said = {"role": "user", "kind": "text", "text": fact.text}
            self._emit("message", key, said)
        if not self._is_ours and not self._terminal_turn:
            self._terminal_turn = f"turn-{key}"
            self._began = _now()

    def _works(self, fact: Said | Used | Asked) -> None:
        if fact.turn in self._over or self.activity == "failed":
            return
        self._turn = self._turn or fact.turn
        if fact.turn or self.activity != "rested":
            self.activity = "running"

    def _used(self, fact: Used) -> None:
        call = fact.tool.call or self._call_like(fact.tool) or str(uuid.uuid4())
        tool = replace(fact.tool, call=call)
        known = self._tools.get(call)
        # Only that it failed may be known later than that it has ended.
        if known is not None and (known.status, tool.status) in _NO_NEWS:
            return
        if known == tool:
            return
        if known is None and fact.turn in self._over:
            return
        if tool.status in _ENDED:
            self.asked = [asked for asked in self.asked if asked.call != call]
        if len(self._tools) < _TOOLS_REMEMBERED or call in self._tools:
            self._tools[call] = tool
        self._tell_tool(tool)

    def _asked(self, fact: Asked) -> None:
        call = fact.tool.call or self._call_like(fact.tool)
        known = self._tools.get(call)
        tool = replace(known or fact.tool, call=call, status="pending")
        self.asked = [*self.asked, tool][-_ASKED_AT_ONCE:]
        if known is not None:
            self._tools[call] = tool
            self._tell_tool(tool)

    def _call_like(self, tool: ToolCall) -> str:
        """The call that is meant where the agent gives no id: it is still under way."""
        under_way = [call for call, t in self._tools.items() if t.status not in _ENDED]
        same = [call for call in under_way if _alike(self._tools[call], tool)]
        return (same or [""])[0]

    def _tell_tool(self, tool: ToolCall) -> None:
        self._emit("tool", tool.call, event_data(tool))

    def _failed(self, fact: Failed) -> None:
        self.failure = fact
        self._rest("failed")

    def _rest(self, activity: Activity) -> None:
        self.asked = []
        self.activity = activity
        if self._turn:
            self._over.append(self._turn)


def _now() -> float:
    return asyncio.get_running_loop().time()


def _same(typed: str, told: str) -> bool:
    """Whether the agent tells of what we typed; it may add to it or shorten a paste."""
    ours, theirs = "".join(typed.split()), "".join(told.split())
    return ours[:16] == theirs[:16] or ours in theirs


def _alike(one: ToolCall, other: ToolCall) -> bool:
    same_input = one.given == other.given or _subject(one) == _subject(other) != ""
    return one.kind == other.kind and same_input


def _landmark(tool: ToolCall) -> str:
    return _bare(_subject(tool))[:_LANDMARK]


def _bare(text: str) -> str:
    """Without what a screen puts between words, and frames around them."""
    return "".join(filter(str.isalnum, text))


def _subject(tool: ToolCall) -> str:
    place: Any = tool.locations[0].get("path") if tool.locations else ""
    return str(place).rpartition("/")[2] or str(tool.given.get("command") or "")
