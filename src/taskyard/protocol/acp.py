"""What editors and the server say to each other: the Agent Client Protocol, version 1.

JSON-RPC 2.0, one message in each text frame of the WebSocket `/acp`. What editors ask is in
`protocol.api.acp`; here is what `taskyard acp` knows too, which must start fast.

Under `_meta.taskyard` the two sides tell each other what the protocol has no word for:

* every `session/update` carries `seq`, the number of the last event behind it;
* `session/resume`, `session/load` and `session/new` take `after`: such a number, to go on
  from there, nothing missed and nothing twice; and `mine`: ids of messages that the editor
  has sent, which are not told to it;
* `session/prompt` takes `messageId`: asked again with the same id it is sent once, and
  answered as often as it is asked;
* `session/new` takes `template`, `preset`, and `sessionId`, to have an id back that was
  given before.
"""

from typing import Any, Final, TypeAlias, TypedDict
from uuid import UUID, uuid5

__all__ = [
    "ALL_TASKS_PATH",
    "INTERNAL_ERROR",
    "INVALID_PARAMS",
    "INVALID_REQUEST",
    "MAX_FRAME_BYTES",
    "META",
    "METHOD_NOT_FOUND",
    "NOT_FOUND",
    "PARSE_ERROR",
    "PROTOCOL_VERSION",
    "REFUSED",
    "REQUEST_CANCELLED",
    "Json",
    "SessionInfo",
    "initial_message_id",
]

Json: TypeAlias = dict[str, Any]

PROTOCOL_VERSION: Final = 1
META: Final = "taskyard"
ALL_TASKS_PATH: Final = "/api/v2/acp"
#: A frame of either side; the usual limit of WebSocket clients.
MAX_FRAME_BYTES: Final = 1024 * 1024

PARSE_ERROR: Final = -32700
INVALID_REQUEST: Final = -32600
METHOD_NOT_FOUND: Final = -32601
INVALID_PARAMS: Final = -32602
INTERNAL_ERROR: Final = -32603
REQUEST_CANCELLED: Final = -32800
#: The protocol's own. (Its -32000 makes editors ask for a login: never sent.)
NOT_FOUND: Final = -32002
#: Ours: not allowed, or not in the state that things are in.
REFUSED: Final = -32004


def initial_message_id(task_id: UUID) -> UUID:
    """The id of the message that a task's prompt becomes: known before it exists."""
    return uuid5(task_id, "initial")


class SessionInfo(TypedDict):
    """A task in the answer to `session/list`."""

    sessionId: str
    cwd: str
    title: str
    updatedAt: str
    _meta: Json
