"""What an agent lets one choose, as it told: from a workspace, so never trusted."""

from collections.abc import Mapping, Sequence
from typing import Any, Final, cast

from taskyard.kit.errors import InvalidRequest, Validation
from taskyard.protocol.api.tasks import OptionChoice, TaskOption
from taskyard.server.runners.sanitise import one_line

__all__ = ["check_choice", "options_of"]

_MAX_OPTIONS: Final = 100
_MAX_CHOICES: Final = 1000
_MAX_TEXT: Final = 500


class NoSuchOption(InvalidRequest):
    """The agent does not offer this option."""


class NoSuchChoice(InvalidRequest):
    """The option cannot have this value."""


def options_of(
    offered: Sequence[Any], chosen: Mapping[str, str] | None
) -> list[TaskOption]:
    """The wire's shape of an `options` event, which came from a workspace."""
    found = [cast("Mapping[str, Any]", o) for o in offered if isinstance(o, dict)]
    return [
        _option(option, chosen or {}) for option in found[:_MAX_OPTIONS] if _id(option)
    ]


def _option(option: Mapping[str, Any], chosen: Mapping[str, str]) -> TaskOption:
    is_switch = option.get("type") == "boolean"
    value = option.get("value")
    return TaskOption(
        id=_id(option),
        name=_line(option.get("name")) or _id(option),
        description=_line(option.get("description")),
        category=_line(option.get("category")),
        type="boolean" if is_switch else "select",
        value=value
        if isinstance(value, bool)
        else None
        if value is None
        else str(value),
        choices=[] if is_switch else _choices(option.get("choices")),
        chosen=_id(option) in chosen,
    )


def _choices(given: Any) -> list[OptionChoice]:
    items = cast("list[Any]", given) if isinstance(given, list) else []
    found = [cast("Mapping[str, Any]", c) for c in items if isinstance(c, dict)]
    return [
        OptionChoice(
            value=str(choice["value"]),
            name=_line(choice.get("name")) or str(choice["value"]),
            description=_line(choice.get("description")),
        )
        for choice in found[:_MAX_CHOICES]
        if choice.get("value") is not None
    ]


def check_choice(options: Sequence[TaskOption], id_: str, *, value: str | bool) -> str:
    """The value as it travels. Raises NoSuchOption, NoSuchChoice."""
    option = next((o for o in options if o.id == id_), None)
    if option is None:
        offered = ", ".join(o.id for o in options) or "none"
        raise NoSuchOption(
            f"The agent has no option {id_!r}.", detail=f"It offers: {offered}."
        )
    if option.type == "boolean":
        choices = ["true", "false"]
        wanted = str(value).lower()
    else:
        choices = [choice.value for choice in option.choices]
        wanted = value if isinstance(value, str) else str(value).lower()
    if wanted not in choices:
        raise NoSuchChoice(
            f"The option {id_!r} cannot be {wanted!r}.",
            detail=f"Choose one of: {', '.join(choices)}.",
            validations=[Validation("value", "is not offered")],
        )
    return wanted


def _id(option: Mapping[str, Any]) -> str:
    id_ = option.get("id")
    return id_ if isinstance(id_, str) and len(id_) <= _MAX_TEXT else ""


def _line(value: Any) -> str:
    return one_line(value, _MAX_TEXT) if isinstance(value, str) else ""
