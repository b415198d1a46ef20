"""What an ACP agent lets one choose, and how it is told of a choice.

Agents of today tell `configOptions`; older ones `modes` and `models`, each with a method
of its own. Both look the same from outside.
"""

import re
from collections.abc import Iterable, Mapping
from typing import Any, Final, NamedTuple, final

from taskyard.kit.shapes import as_object, as_objects
from taskyard.runner.agents.driver import Unsupported

__all__ = ["Options", "option_text"]

Json = dict[str, Any]


#: What OpenCode ("vendor/model") and Qwen Code ("$runtime|openai|model(openai)") put
#: around a model's name.
_AROUND: Final = re.compile(r"^.*[/|]|\(\w+\)$")


class _Older(NamedTuple):
    """An option that has a method of its own; its id is also its category."""

    field: str
    name: str
    current: str
    available: str
    choice: str
    method: str
    argument: str


_OLDER: Final[Mapping[str, _Older]] = {
    "mode": _Older(
        field="modes",
        name="Mode",
        current="currentModeId",
        available="availableModes",
        choice="id",
        method="session/set_mode",
        argument="modeId",
    ),
    "model": _Older(
        field="models",
        name="Model",
        current="currentModelId",
        available="availableModels",
        choice="modelId",
        method="session/set_model",
        argument="modelId",
    ),
}


@final
class Options:
    """The options as the agent told them last."""

    def __init__(self) -> None:
        self._told: list[Json] = []
        self._older: dict[str, Json] = {}

    @property
    def known(self) -> list[Json]:
        """In the shape of an `options` event."""
        categories = {option["category"] for option in self._told}
        older = [o for o in self._older.values() if o["category"] not in categories]
        return [*self._told, *older]

    def take(self, result: Mapping[str, Any]) -> bool:
        """Read the answer to `session/new` and its like; False when it names none."""
        told = [_option(option) for option in as_objects(result.get("configOptions"))]
        older = {
            id_: _older(id_, older, state)
            for id_, older in _OLDER.items()
            if (state := as_object(result.get(older.field)))
        }
        self._told = told or self._told
        self._older |= older
        return bool(told or older)

    def has_become(self, category: str, value: str) -> None:
        """The agent said by itself that this is the value now."""
        for option in self.known:
            if option["category"] == category:
                option["value"] = value

    def request(self, id_: str, value: str) -> tuple[str, Json]:
        """The method and its parameters, without the session. Raises `Unsupported`.

        The value need not be offered: agents know more models than they list.
        """
        option = self._find(id_)
        if option["type"] == "boolean":
            is_on = {"true": True, "false": False}.get(value)
            if is_on is None:
                raise Unsupported(f"{id_} is true or false, not {value!r}")
            params = {"configId": id_, "type": "boolean", "value": is_on}
            return "session/set_config_option", params
        if option is self._older.get(id_):
            older = _OLDER[id_]
            return older.method, {older.argument: value}
        return "session/set_config_option", {"configId": id_, "value": value}

    def meant(self, id_: str, value: str) -> str:
        """The choice that a bare name stands for: `opus` may be `vendor/opus` here."""
        option = self._find(id_)
        values = [str(choice["value"]) for choice in option["choices"]]
        if value not in values:
            for choice in (str(option["value"]), *values):
                if _AROUND.sub("", choice) == value:
                    return choice
        return value

    def answered(self, id_: str, value: str, result: Mapping[str, Any]) -> None:
        """The agent took a choice; some answer with all options, some with nothing."""
        option = self._find(id_)
        option["value"] = value == "true" if option["type"] == "boolean" else value
        self.take(result)

    def mode_for(self, wanted: str) -> Json | None:
        """The option that sets the mode, if it offers `wanted`."""
        for option in self.known:
            values = [choice["value"] for choice in option["choices"]]
            if option["category"] == "mode" and wanted in values:
                return option
        return None

    def next_after(self, seen: set[str]) -> Json | None:
        """The first option that was not seen; None when all were."""
        return next((o for o in self.known if o["id"] not in seen), None)

    def _find(self, id_: str) -> Json:
        known = self.known
        for option in known:
            if option["id"] == id_:
                return option
        offered = ", ".join(option["id"] for option in known) or "none"
        raise Unsupported(f"the agent has no option {id_!r}; it offers {offered}")


def option_text(value: object) -> str:
    """A value as it travels: switches are `true` and `false`."""
    return str(value).lower() if isinstance(value, bool) else str(value)


def _option(given: Json) -> Json:
    option: Json = {
        "id": str(given.get("id", "")),
        "name": str(given.get("name", "")),
        "category": str(given.get("category") or ""),
        "type": str(given.get("type") or "select"),
        "value": given.get("currentValue"),
        "choices": list(_choices(as_objects(given.get("options")))),
    }
    return _described(option, given)


def _older(id_: str, older: _Older, state: Json) -> Json:
    return {
        "id": id_,
        "name": older.name,
        "category": id_,
        "type": "select",
        "value": state.get(older.current),
        "choices": [
            _described(
                {"value": choice.get(older.choice), "name": choice.get("name")}, choice
            )
            for choice in as_objects(state.get(older.available))
        ],
    }


def _choices(given: list[Json]) -> Iterable[Json]:
    """Choices may be grouped; groups are flattened."""
    for choice in given:
        if "options" in choice:
            yield from _choices(as_objects(choice.get("options")))
        else:
            shown = {"value": choice.get("value"), "name": choice.get("name")}
            yield _described(shown, choice)


def _described(shown: Json, given: Json) -> Json:
    if description := given.get("description"):
        shown["description"] = str(description)[:300]
    return shown
