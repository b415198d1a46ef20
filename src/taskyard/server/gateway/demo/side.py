"""Requests that agents make for themselves: titles, classifiers, suggestions, summaries."""

import json
import re
from typing import Final

from taskyard.server.gateway.anthropic import Answer, MessagesRequest, text_of
from taskyard.server.gateway.demo.conversation import Conversation
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
_MAX_SUBJECT: Final = 2000
_MAX_LOOKED_AT: Final = 100_000
_TITLE_WORDS: Final = 5


def side_answer(request: MessagesRequest, conversation: Conversation) -> Answer | None:
    """None = this is the conversation itself."""
    if _SEVERITY in request.stop_sequences:
        # The agent's safety classifier; the sandbox is what protects.
        return Answer(text="<severity>0", stop_sequence=_SEVERITY)

    newest = text_of(request.messages[-1].content)[:_MAX_LOOKED_AT]
    if request.wanted_schema is not None:
        values = instance(request.wanted_schema, text=_title(newest))
        return Answer(text=json.dumps(values))

    if request.messages[-1].role == "user" and _SUGGESTION.search(newest):
        return Answer(text="run the tests")

    if _SUMMARY.search(newest):
        said = "\n".join(f"- {text}" for text in conversation.earlier)
        return Answer(text=f"<summary>\nThe user asked, in order:\n{said}\n</summary>")

    if re.search(r"\btitle\b", request.system_text[-4000:]) and not request.tools:
        return Answer(text=_title(newest))
    return None


def _title(text: str) -> str:
    """A few words of what the session is about."""
    inside = text.partition("<session>")[2].partition("</session>")[0]
    words = (inside or text)[:_MAX_SUBJECT].split()[:_TITLE_WORDS]
    title = " ".join(words).strip(" .,:;\"'")
    return title[:1].upper() + title[1:] if title else "Demo task"
