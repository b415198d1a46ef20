"""Write what an agent's files must say before it starts."""

import json
import logging
from pathlib import Path
from typing import Any, Final, cast

from taskyard.runner.agents.definition import AgentDefinition, Json, Place, Setting

__all__ = ["TEXT_MARK", "prepare"]

log = logging.getLogger(__name__)

#: First line of text files that are ours to write anew.
TEXT_MARK: Final = (
    "# Written by Taskyard at every start. Without this line it is yours."
)


def prepare(definition: AgentDefinition, *, home: Path, place: Place) -> None:
    """Write what keeps the agent from asking about trust, onboarding and models.

    What the user's files say already stays; what is no JSON object is moved aside.
    """
    for setting in definition.settings:
        path = home / setting.path
        try:
            content = setting.content(place)
            if isinstance(content, str):
                _write_text(path, content)
            elif content is not None:
                _merge_file(path, content, setting)
        except OSError as exc:
            log.warning("cannot write %s: %s", path, exc)
    if definition.repair is not None:
        try:
            definition.repair(home)
        except OSError as exc:
            log.warning("cannot repair the files of %s: %s", definition.name, exc)


def _write_text(path: Path, text: str) -> None:
    present = path.read_text(errors="replace") if path.exists() else TEXT_MARK
    if present.startswith(TEXT_MARK):
        _replace(path, f"{TEXT_MARK}\n{text}")


def _merge_file(path: Path, wanted: Json, setting: Setting) -> None:
    present: Json = {}
    if path.exists():
        found = _read(path)
        if isinstance(found, dict):
            present = cast("Json", found)
        else:
            path.replace(path.with_name(path.name + ".invalid"))
    merged = _merge(present, wanted) if setting.yields else _merge(wanted, present)
    if merged != present:
        _replace(path, json.dumps(merged, indent=2))


def _read(path: Path) -> Any:
    """What is no JSON is nothing."""
    try:
        return json.loads(path.read_text())
    except (ValueError, RecursionError):
        return None


def _replace(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    fresh = path.with_name(path.name + ".taskyard")
    fresh.write_text(text)
    fresh.chmod(0o600)
    fresh.replace(path)


def _merge(winner: Json, other: Json) -> Json:
    """`winner` wins; objects are merged, lists are joined."""
    merged = dict(other)
    for name, value in winner.items():
        theirs = merged.get(name)
        if isinstance(theirs, dict) and isinstance(value, dict):
            merged[name] = _merge(cast("Json", value), cast("Json", theirs))
        elif isinstance(theirs, list) and isinstance(value, list):
            known = cast("list[Any]", theirs)
            merged[name] = [
                *known,
                *(x for x in cast("list[Any]", value) if x not in known),
            ]
        else:
            merged[name] = value
    return merged
