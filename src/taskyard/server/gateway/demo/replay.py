"""Find the next move of a script: run it again over what has already happened.

The model keeps nothing between requests. The agent sends the whole conversation every
time, so a retry, a resumed session or a second server continue where it stands.
"""

from collections import deque
from collections.abc import Sequence
from typing import Final

from taskyard.server.gateway.demo.asked import Answer
from taskyard.server.gateway.demo.conversation import Conversation, Done
from taskyard.server.gateway.demo.outcomes import Outcome
from taskyard.server.gateway.demo.steps import (
    Report,
    Script,
    Step,
    call_for,
    is_report,
)

__all__ = ["MAX_TURNS", "next_move"]

#: A conversation that no script foresaw ends here instead of going round for ever.
MAX_TURNS: Final = 40


_UNAVAILABLE: Final = Outcome(text="this agent has no tool for that", failed=True)


def next_move(script: Script, conversation: Conversation) -> Answer:
    """What to say or call now. Steps without a tool fail at once and cost no turn."""
    if conversation.notice:
        return _final(f"Noted: {conversation.notice}.")
    if conversation.turns >= MAX_TURNS:
        return _final("I stop here: this took more turns than a demo should.")

    happened = deque(conversation.done)
    try:
        step = next(script)
        while True:
            call = call_for(step, conversation)
            if call is None or _came_later(step, happened):
                step = script.send(_UNAVAILABLE)
            elif happened:
                step = script.send(happened.popleft().outcome)
            else:
                return Answer(text=step.say, calls=(call,))
    except StopIteration as end:
        return _final(str(end.value))


def _came_later(step: Step, happened: Sequence[Done]) -> bool:
    """True when the report tool appeared after this step had been passed without it."""
    return bool(
        isinstance(step, Report) and happened and not is_report(happened[0].name)
    )


def _final(text: str) -> Answer:
    return Answer(text=text, is_final=True)
