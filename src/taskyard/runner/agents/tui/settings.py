"""Options of an agent on a terminal, set by its own command where that can be relied on."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from taskyard.runner.agents.driver import Unsupported
from taskyard.runner.agents.tui.keyboard import NotTaken, type_message
from taskyard.runner.agents.tui.screen import Screen

__all__ = ["Setting", "apply", "option_of"]

CONFIRM_SECONDS: Final = 10.0
#: Names of models and levels; nothing that could be another command.
_VALUE: Final = re.compile(r"[\w][\w.:/@\[\]-]{0,150}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """`command` is typed, with `{value}`; `confirms` is on the screen once more after it."""

    name: str
    category: str
    command: str
    confirms: re.Pattern[str]


async def apply(
    setting: Setting, value: str, screen: Screen, write: Callable[[bytes], None]
) -> None:
    """Type the command and wait for its confirmation. Raises `Unsupported`."""
    if not _VALUE.fullmatch(value):
        raise Unsupported(
            f"{value!r} cannot be typed as the {setting.name} of an agent"
        )
    command = setting.command.format(value=value)
    before = _confirmations(setting, screen)
    try:
        await type_message(screen, write, command)
    except NotTaken as exc:
        raise Unsupported(f"{command}: {exc}") from exc
    if not await screen.until(
        lambda: _confirmations(setting, screen) != before, CONFIRM_SECONDS
    ):
        raise Unsupported(f"the agent did not confirm {command}: see its terminal")


def option_of(option: str, setting: Setting, value: str) -> dict[str, Any]:
    """An option that was set, as agents that speak ACP tell theirs."""
    return {
        "id": option,
        "name": setting.name,
        "category": setting.category,
        "type": "select",
        "value": value,
        "choices": [],
    }


def _confirmations(setting: Setting, screen: Screen) -> int:
    return len(setting.confirms.findall(screen.whole()))
