"""The reference page of the settings, made from their definitions."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any, Final

from pydantic import AliasChoices, SecretStr
from pydantic.fields import FieldInfo

from taskyard.server.config import Config

__all__ = ["settings_reference"]

_HEAD: Final = """\
# Settings of the server

Made by `make docs` from `src/taskyard/server/config.py`; do not edit.

All are read from the environment when the server starts. Durations are seconds or
ISO 8601 (`PT12H`), sizes are bytes. Lists and objects are JSON.
"""


def settings_reference() -> str:
    """Markdown."""
    parts = [_HEAD]
    for name, field in Config.model_fields.items():
        parts.append(f"## `TASKYARD_{name.upper()}`\n")
        parts.append("\n".join(_facts(field)) + "\n")
        parts.append((field.description or "").strip() + "\n")
    return "\n".join(parts)


def _facts(field: FieldInfo) -> Iterator[str]:
    if isinstance(field.validation_alias, AliasChoices):
        others = [f"`{each}`" for each in field.validation_alias.choices[1:]]
        yield f"Also: {', '.join(others)}."
    if field.default_factory is not None:
        yield "Default: see below."
    elif field.default is None:
        yield "Default: not set."
    else:
        yield f"Default: `{_text(field.default)}`."


def _text(value: Any) -> str:
    match value:
        case bool():
            return str(value).lower()
        case timedelta():
            return f"{value.total_seconds():.0f}"
        case SecretStr():
            return "…"
        case _:
            return str(value)
