"""Which permission requests need a person."""

from collections.abc import Mapping, Sequence
from typing import Any, Final, Literal

from taskyard.kit.shapes import as_objects
from taskyard.protocol.sessions import PermissionOption
from taskyard.runner.agents.driver import PermissionPolicy

__all__ = ["choose", "options_of"]

OptionKind = Literal["allow_once", "allow_always", "reject_once", "reject_always"]
_KINDS: Final[Mapping[str, OptionKind]] = {
    "allow_once": "allow_once",
    "allow_always": "allow_always",
    "reject_once": "reject_once",
    "reject_always": "reject_always",
}

#: What `allow_edits` lets through: looking at things and changing files of the workspace.
#: Commands, deletions and the network are for a person.
_EDITS: Final = frozenset({"read", "edit", "search", "think", "move"})


def choose(
    policy: PermissionPolicy,
    *,
    tool_kind: str,
    tool_name: str,
    harmless_tools: frozenset[str],
    options: Sequence[PermissionOption],
) -> PermissionOption | None:
    """The option to take without asking; None = ask a person.

    `harmless_tools` are ours (the report tool): asking about them would make every
    report wait. Options are chosen by kind, never by place or name; `allow_once` comes
    before `allow_always`, so that a policy changed later still counts.
    """
    allowed = (
        policy == "allow_all"
        or tool_name in harmless_tools
        or (policy == "allow_edits" and tool_kind in _EDITS)
    )
    if not allowed:
        return None
    for kind in ("allow_once", "allow_always"):
        for option in options:
            if option["kind"] == kind:
                return option
    return None


def options_of(given: Any) -> list[PermissionOption]:
    """The options of an ACP request; unknown kinds count as "no, once"."""
    return [
        {
            "id": str(option.get("optionId", "")),
            "name": str(option.get("name", "")),
            "kind": _KINDS.get(str(option.get("kind")), "reject_once"),
        }
        for option in as_objects(given)
    ]
