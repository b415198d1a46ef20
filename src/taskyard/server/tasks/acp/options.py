"""What an agent lets a person choose, as config options and as the older modes."""

from collections.abc import Iterable

from taskyard.protocol.acp import Json
from taskyard.protocol.api.tasks import TaskOption

__all__ = ["config_options", "mode_of", "mode_option", "settings"]


def config_options(options: Iterable[TaskOption]) -> list[Json]:
    """Those that no editor could show are left out."""
    shown = list[Json]()
    for option in options:
        base: Json = {"id": option.id, "name": option.name}
        if option.description:
            base["description"] = option.description
        if option.category:
            base["category"] = option.category
        if option.type == "boolean" and isinstance(option.value, bool):
            shown.append({**base, "type": "boolean", "currentValue": option.value})
        elif option.choices:
            choices = [
                {"value": choice.value, **_described(choice.name, choice.description)}
                for choice in option.choices
            ]
            value = str(option.value)
            select = {"type": "select", "currentValue": value, "options": choices}
            shown.append({**base, **select})
    return shown


def mode_option(options: Iterable[TaskOption]) -> TaskOption | None:
    """The option that says how freely the agent acts."""
    for option in options:
        if option.category == "mode" and option.choices:
            return option
    return None


def mode_of(options: Iterable[TaskOption]) -> str:
    option = mode_option(options)
    return str(option.value) if option else ""


def settings(options: list[TaskOption]) -> Json:
    """The part of the answer to `session/new` and its like that is about options."""
    answer: Json = {}
    if shown := config_options(options):
        answer["configOptions"] = shown
    if (mode := mode_option(options)) is not None:
        answer["modes"] = {
            "currentModeId": str(mode.value),
            "availableModes": [
                {"id": choice.value, **_described(choice.name, choice.description)}
                for choice in mode.choices
            ],
        }
    return answer


def _described(name: str, description: str) -> Json:
    return {"name": name, "description": description} if description else {"name": name}
