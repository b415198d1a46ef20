"""The list of models, of which there is one, as each vendor writes it."""

from collections.abc import Mapping
from typing import Any, Final

from taskyard.server.gateway.demo.protocols.parts import MODEL_ID
from taskyard.server.gateway.dialects import DialectName

__all__ = ["LISTINGS"]

_DISPLAY_NAME: Final = "Taskyard demo model (a script, not an AI)"
#: It has no real date: it is a script.
_CREATED: Final = 1767225600
_CREATED_AT: Final = "2026-01-01T00:00:00Z"

LISTINGS: Final[Mapping[DialectName, Mapping[str, Any]]] = {
    "anthropic": {
        "data": [
            {
                "type": "model",
                "id": MODEL_ID,
                "display_name": _DISPLAY_NAME,
                "created_at": _CREATED_AT,
            }
        ],
        "has_more": False,
        "first_id": MODEL_ID,
        "last_id": MODEL_ID,
    },
    "openai": {
        "object": "list",
        "data": [
            {
                "id": MODEL_ID,
                "object": "model",
                "created": _CREATED,
                "owned_by": "taskyard",
            }
        ],
    },
    "gemini": {
        "models": [
            {
                "name": f"models/{MODEL_ID}",
                "displayName": _DISPLAY_NAME,
                "supportedGenerationMethods": ["generateContent", "countTokens"],
            }
        ]
    },
}
