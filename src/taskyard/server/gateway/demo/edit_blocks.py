"""For agents without tools that read edits from text, as Aider does."""

from typing import Final

from taskyard.server.gateway.demo.asked import Answer, Asked
from taskyard.server.gateway.demo.outcomes import Outcome
from taskyard.server.gateway.demo.steps import Edit, Script, Write

__all__ = ["edits", "takes_edit_blocks"]

_MARK: Final = "SEARCH/REPLACE"
_NO_TOOL: Final = Outcome(text="this agent has no tools", failed=True)


def takes_edit_blocks(asked: Asked) -> bool:
    told = (asked.system, *(turn.text for turn in asked.turns if turn.role == "user"))
    return not asked.tools and any(_MARK in text for text in told)


def edits(script: Script) -> Answer:
    """The first thing that the script writes, as blocks; else what it says at its end.

    What happened to the blocks is never told to the model, so nothing is claimed of them.
    """
    try:
        step = next(script)
        while not isinstance(step, Write | Edit):
            step = script.send(_NO_TOOL)
    except StopIteration as end:
        return Answer(text=str(end.value), is_final=True)

    said = step.say or f"I change `{step.path}`."
    return Answer(text=f"{said}\n\n{_block(step)}", is_final=True)


def _block(step: Write | Edit) -> str:
    """An empty search stands for a new file."""
    old, new = ("", step.content) if isinstance(step, Write) else (step.old, step.new)
    return (
        f"{step.path}\n```\n<<<<<<< SEARCH\n{_line(old)}=======\n{_line(new)}"
        ">>>>>>> REPLACE\n```"
    )


def _line(text: str) -> str:
    return text if not text or text.endswith("\n") else f"{text}\n"
