"""The demo model: answers Anthropic Messages requests from scripts, without any state."""

import uuid
from collections.abc import Iterator
from typing import Final

from taskyard.server.gateway.anthropic import (
    Answer,
    MessagesRequest,
    events,
    message_body,
)
from taskyard.server.gateway.demo.conversation import read
from taskyard.server.gateway.demo.replay import NOTE, next_move
from taskyard.server.gateway.demo.scripts.choice import choose
from taskyard.server.gateway.demo.side import side_answer

__all__ = ["MODEL_ID", "answer", "body", "count_tokens", "models_body", "stream"]

MODEL_ID: Final = "taskyard-demo"
_DISPLAY_NAME: Final = "Taskyard demo model (a script, not an AI)"
#: Answers name no real date: the script has none.
_CREATED_AT: Final = "2026-01-01T00:00:00Z"


def answer(request: MessagesRequest) -> Answer:
    """What the model says next: a pure function of the request, apart from the ids."""
    conversation = read(request)
    chosen = side_answer(request, conversation)
    if chosen is None and not request.tools:
        chosen = Answer(
            text=f"I am a demo and can only work through an agent's tools.\n\n{NOTE}"
        )
    if chosen is None:
        chosen = next_move(choose(conversation.prompt), conversation)

    ids = (f"msg_{_hex()}", *(f"toolu_{_hex()}" for _ in chosen.calls))
    return Answer(
        text=chosen.text,
        calls=chosen.calls,
        stop_sequence=chosen.stop_sequence,
        ids=ids,
    )


def body(request: MessagesRequest, request_bytes: int) -> dict[str, object]:
    return message_body(
        answer(request), model=MODEL_ID, input_tokens=count_tokens(request_bytes)
    )


def stream(request: MessagesRequest, request_bytes: int) -> Iterator[bytes]:
    return events(
        answer(request), model=MODEL_ID, input_tokens=count_tokens(request_bytes)
    )


def count_tokens(request_bytes: int) -> int:
    """An estimate: about four bytes a token."""
    return max(1, request_bytes // 4)


def models_body() -> dict[str, object]:
    model = {
        "type": "model",
        "id": MODEL_ID,
        "display_name": _DISPLAY_NAME,
        "created_at": _CREATED_AT,
    }
    return {
        "data": [model],
        "has_more": False,
        "first_id": MODEL_ID,
        "last_id": MODEL_ID,
    }


def _hex() -> str:
    return uuid.uuid4().hex[:24]
