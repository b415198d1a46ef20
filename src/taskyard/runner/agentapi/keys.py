"""Keys of the chat page's "control" mode, for an agent without a terminal.

Escape and Ctrl-C end the turn. While the agent asks for permission, the question is a
menu: arrows move its cursor, a digit answers, Enter takes what the cursor is on.
"""

import asyncio
import re
from collections.abc import Iterator
from typing import Final

from taskyard.runner.agents.conversation import Conversation

__all__ = ["NoTerminal", "press"]

_KEY: Final = re.compile(r"\x1b(?:\[[0-9;]*[A-Za-z~]|O[A-Za-z])|.", re.DOTALL)
_CANCEL: Final = frozenset({"\x1b", "\x03"})
_STEPS: Final = {"\x1b[A": -1, "\x1bOA": -1, "\x1b[B": 1, "\x1bOB": 1, "\t": 1}
_ENTER: Final = frozenset({"\r", "\n"})
#: Other keys that move or delete something in a terminal; here there is nothing to move.
_IDLE: Final = re.compile(r"\x1b.+|[\b\x7f]", re.DOTALL)
#: An Enter that was meant for what was there before must not answer a question.
SETTLE_SECONDS: Final = 0.5


class NoTerminal(Exception):
    """The agent has no terminal to type that into; the text says what is understood."""


async def press(conversation: Conversation, typed: str) -> None:
    """Do what the keys mean. Raises `NoTerminal`, and what `Conversation` raises."""
    for key in _keys(typed):
        if key in _CANCEL:
            await conversation.cancel()
        elif key in _STEPS:
            conversation.transcript.move_cursor(_STEPS[key])
        elif key in _ENTER:
            await _take_chosen(conversation)
        elif key.isdecimal() and conversation.transcript.question is not None:
            await _choose(conversation, key)
            return  # what follows was typed to confirm it
        elif not _IDLE.fullmatch(key):
            raise NoTerminal(
                "this agent has no terminal: it understands Escape and Ctrl-C, and arrows, "
                "digits and Enter while it asks for permission"
            )


def _keys(typed: str) -> Iterator[str]:
    return (match[0] for match in _KEY.finditer(typed))


async def _take_chosen(conversation: Conversation) -> None:
    question = conversation.transcript.question
    if question is None or not question.options:
        return
    if asyncio.get_running_loop().time() - question.since >= SETTLE_SECONDS:
        option = question.options[question.chosen]
        await conversation.answer(question.request, option["id"])


async def _choose(conversation: Conversation, digit: str) -> None:
    question = conversation.transcript.question
    option = None if question is None else question.option_for(digit)
    if question is None or option is None:
        raise NoTerminal(f"there is no option {digit}")
    await conversation.answer(question.request, option["id"])
