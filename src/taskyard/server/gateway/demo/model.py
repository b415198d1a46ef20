"""The demo model: answers requests from scripts, without any state."""

from dataclasses import replace

from taskyard.server.gateway.demo.asked import Answer, Asked
from taskyard.server.gateway.demo.conversation import Conversation, read
from taskyard.server.gateway.demo.edit_blocks import edits, takes_edit_blocks
from taskyard.server.gateway.demo.replay import next_move
from taskyard.server.gateway.demo.scripts.choice import choose
from taskyard.server.gateway.demo.side import side_answer

__all__ = ["answer", "note"]


def answer(asked: Asked, *, key_setting: str) -> Answer:
    """What the model says next: a pure function of the request.

    `key_setting` is what an administrator sets to have a real model in its place.
    """
    conversation = read(asked)
    chosen = side_answer(asked, conversation) or _move(asked, conversation)
    if not chosen.is_final:
        return chosen
    return replace(chosen, text=f"{chosen.text.rstrip()}\n\n{note(key_setting)}")


def note(key_setting: str) -> str:
    """Ends every final answer, so that nobody takes the script for a model."""
    return (
        "*(Taskyard's built-in demo model answered: a script, not an AI. "
        f"Set `{key_setting}` on the server for a real model.)*"
    )


def _move(asked: Asked, conversation: Conversation) -> Answer:
    script = choose(conversation.prompt)
    if asked.tools:
        return next_move(script, conversation)
    if takes_edit_blocks(asked):
        return edits(script)
    return Answer(
        text="I am a demo and can only work through an agent's tools.", is_final=True
    )
