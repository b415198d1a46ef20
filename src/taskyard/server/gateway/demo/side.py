"""Requests that agents make for themselves: titles, classifiers, suggestions, summaries."""

import json
import re
from typing import Final

from taskyard.server.gateway.demo.asked import Answer, Asked
from taskyard.server.gateway.demo.conversation import Conversation
from taskyard.server.gateway.demo.edit_blocks import takes_edit_blocks
from taskyard.server.gateway.demo.json_schema import instance

__all__ = ["side_answer"]

_SEVERITY: Final = "</severity>"
_SUGGESTION: Final = re.compile(
    r"\[SUGGESTION MODE|reply with only the suggestion", re.IGNORECASE
)
_SUMMARY: Final = re.compile(
    r"(?:create|write|provide) a (?:detailed |concise |brief )?summary of (?:the|our|this) "
    r"conversation",
    re.IGNORECASE,
)
#: Qwen Code lets a second conversation write down what it learned about the user.
_MEMORY: Final = re.compile(r"\bmanaged memory\b")
#: Codex and OpenCode put rules before what the title is to be made of.
_FIRST_MESSAGE: Final = re.compile(
    r"first message:|title for this conversation:", re.IGNORECASE
)
_MAX_RULES: Final = 4000
_MAX_SUBJECT: Final = 2000
_MAX_LOOKED_AT: Final = 100_000
_TITLE_WORDS: Final = 5


def side_answer(asked: Asked, conversation: Conversation) -> Answer | None:
    """None = this is the conversation itself."""
    if _SEVERITY in asked.stop_sequences:
        # The agent's safety classifier; the sandbox is what protects.
        return Answer(text="<severity>0", stop_sequence=_SEVERITY)

    newest = asked.newest[:_MAX_LOOKED_AT]
    if asked.wanted_schema is not None:
        values = instance(asked.wanted_schema, text=_title(newest))
        return Answer(text=json.dumps(values))

    is_users = bool(asked.turns) and asked.turns[-1].role == "user"
    if is_users and _SUGGESTION.search(newest):
        return Answer(text="run the tests")

    if _SUMMARY.search(newest):
        said = "\n".join(f"- {text}" for text in conversation.earlier)
        text = f"The user asked, in order:\n\n{said}"
        wants_tags = "<summary>" in newest
        return Answer(text=f"<summary>\n{text}\n</summary>" if wants_tags else text)
    return _by_rules(asked, newest)


def _by_rules(asked: Asked, newest: str) -> Answer | None:
    """What the agent's system prompt asks for, beside the conversation."""
    if _MEMORY.search(asked.system[:_MAX_RULES]):
        return Answer(text="There is nothing to remember.")
    if asked.tools or takes_edit_blocks(asked):
        return None

    rules = asked.system[-_MAX_RULES:]
    if re.search(r"\bcommit messages?\b", rules):
        return Answer(text="Change what was asked for")
    return Answer(text=_title(newest)) if re.search(r"\btitle\b", rules) else None


def _title(text: str) -> str:
    """A few words of what the session is about."""
    inside = text.partition("<session>")[2].partition("</session>")[0]
    after = _FIRST_MESSAGE.split(text, maxsplit=1)[-1]
    words = (inside or after)[:_MAX_SUBJECT].split()[:_TITLE_WORDS]
    title = " ".join(words).strip(" .,:;\"'")
    return title[:1].upper() + title[1:] if title else "Demo task"
