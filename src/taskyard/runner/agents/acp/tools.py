"""The tool calls of a turn: partial updates are completed, within bounds.

Codex's adapter sends the output of a command in pieces beside the update (`_meta`,
`terminal_output_delta`); they become the text of the call's content.
"""

from collections.abc import Mapping
from typing import Any, Final, final

from taskyard.kit.shapes import as_list, as_object

__all__ = ["ToolCalls", "characters", "tool_data"]

Json = dict[str, Any]

#: Calls that are remembered, and characters of all of them together: the oldest go first.
CALLS_REMEMBERED: Final = 2000
CHARACTERS_REMEMBERED: Final = 8 * 1024 * 1024
#: Of a command's output the end is kept, as a terminal does.
OUTPUT_CHARACTERS: Final = 48 * 1024
#: A call is told whole each time, so pieces are told when this part more has come.
_SHARE: Final = 4
_PIECES: Final = ("terminal_output_delta", "terminal_output")
_ENDED: Final = frozenset({"completed", "failed"})
_FIELDS: Final = {
    "title": "title",
    "kind": "kind",
    "status": "status",
    "content": "content",
    "locations": "locations",
    "rawInput": "raw_input",
    "rawOutput": "raw_output",
    "name": "name",
}


@final
class ToolCalls:
    def __init__(self) -> None:
        self._calls: dict[str, _Call] = {}
        self._size = 0

    def merge(self, call: str, update: Mapping[str, Any]) -> Json:
        """What is known of the call with this update; all of it."""
        known = self._calls.pop(call, None) or _Call()
        self._size -= known.size
        known.take(update)
        self._calls[call] = known
        self._size += known.size
        self._forget()
        return known.whole

    def news(self, call: str, update: Mapping[str, Any]) -> Json | None:
        """As `merge`; None when there is nothing, or too little, to tell of."""
        self.merge(call, update)
        return self._calls[call].untold()

    def turn_over(self) -> None:
        """Those that have ended are forgotten."""
        self._calls = {c: k for c, k in self._calls.items() if not k.has_ended}
        self._size = sum(known.size for known in self._calls.values())

    def _forget(self) -> None:
        while len(self._calls) > 1 and (
            len(self._calls) > CALLS_REMEMBERED or self._size > CHARACTERS_REMEMBERED
        ):
            self._size -= self._calls.pop(next(iter(self._calls))).size


class _Call:
    def __init__(self) -> None:
        self._data: Json = {
            "title": "",
            "kind": "other",
            "status": "pending",
            "content": [],
            "locations": [],
        }
        self._output = ""
        self._came = 0  # characters of output in all
        self._told: Json | None = None  # everything but the output, as told last
        self._told_came = 0
        self.size = 0

    @property
    def has_ended(self) -> bool:
        return self._data["status"] in _ENDED

    @property
    def whole(self) -> Json:
        if not self._output:
            return dict(self._data)
        left_out = self._came - len(self._output)
        head = f"[{left_out} characters before this are left out]\n" if left_out else ""
        text = {"type": "text", "text": head + self._output}
        output = {"type": "content", "content": text}
        return {**self._data, "content": [*as_list(self._data["content"]), output]}

    def take(self, update: Mapping[str, Any]) -> None:
        meta = as_object(update.get("_meta"))
        self._data = {**self._data, **tool_data(update)}
        exit_ = as_object(meta.get("terminal_exit"))
        if exit_.get("exit_code") is not None and "raw_output" not in self._data:
            self._data["raw_output"] = {"exit_code": exit_["exit_code"]}
        for name in _PIECES:
            piece = as_object(meta.get(name)).get("data")
            if isinstance(piece, str):
                self._came += len(piece)
                self._output = (self._output + piece)[-OUTPUT_CHARACTERS:]
                break
        self.size = characters(self._data) + len(self._output)

    def untold(self) -> Json | None:
        """The whole, if enough of it is news."""
        grown = self._came - self._told_came
        least = max(min(self._told_came, OUTPUT_CHARACTERS) // _SHARE, 1)
        enough = grown >= least or (self.has_ended and grown > 0)
        if self._data == self._told and not enough:
            return None
        self._told, self._told_came = dict(self._data), self._came
        return self.whole


def tool_data(update: Mapping[str, Any]) -> Json:
    """The fields of a tool call that are given (null means "unchanged")."""
    return {
        ours: update[theirs]
        for theirs, ours in _FIELDS.items()
        if update.get(theirs) is not None
    }


def characters(value: Any) -> int:
    """About how much it takes; texts count."""
    if isinstance(value, str):
        return len(value)
    if isinstance(value, dict):
        return sum(len(k) + characters(v) for k, v in as_object(value).items())
    if isinstance(value, list):
        return sum(characters(item) for item in as_list(value))
    return 8
