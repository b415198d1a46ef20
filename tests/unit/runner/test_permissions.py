"""Which requests a policy answers."""

import pytest

from taskyard.protocol.sessions import PermissionOption
from taskyard.runner.agents.driver import PermissionPolicy
from taskyard.runner.agents.permissions import choose, options_of

OPTIONS: list[PermissionOption] = [
    {"id": "p1", "name": "Always", "kind": "allow_always"},
    {"id": "p2", "name": "Yes", "kind": "allow_once"},
    {"id": "p3", "name": "No", "kind": "reject_once"},
]


@pytest.mark.parametrize(
    ("policy", "kind", "tool", "chosen"),
    [
        ("ask", "read", "Read", None),
        ("ask", "other", "report", "p2"),
        ("allow_edits", "read", "Read", "p2"),
        ("allow_edits", "edit", "Write", "p2"),
        ("allow_edits", "move", "mv", "p2"),
        ("allow_edits", "delete", "rm", None),
        ("allow_edits", "execute", "Bash", None),
        ("allow_edits", "fetch", "WebFetch", None),
        ("allow_edits", "other", "mcp__x__y", None),
        ("allow_edits", "other", "report", "p2"),
        ("allow_all", "execute", "Bash", "p2"),
    ],
)
def test_a_policy_decides_by_the_kind_of_the_tool(
    policy: PermissionPolicy, kind: str, tool: str, chosen: str | None
) -> None:
    option = choose(
        policy,
        tool_kind=kind,
        tool_name=tool,
        harmless_tools=frozenset({"report"}),
        options=OPTIONS,
    )

    assert (option["id"] if option else None) == chosen


def test_without_a_way_to_allow_a_person_is_asked() -> None:
    no_way = [OPTIONS[2]]

    assert (
        choose(
            "allow_all",
            tool_kind="edit",
            tool_name="",
            harmless_tools=frozenset(),
            options=no_way,
        )
        is None
    )


def test_only_always_is_taken_when_there_is_no_once() -> None:
    option = choose(
        "allow_all",
        tool_kind="edit",
        tool_name="",
        harmless_tools=frozenset(),
        options=OPTIONS[:1],
    )

    assert option == OPTIONS[0]


@pytest.mark.parametrize(
    "given", [None, "x", [1], [{"optionId": "a", "kind": "destroy"}]]
)
def test_strange_options_are_never_a_yes(given: object) -> None:
    assert all(option["kind"] == "reject_once" for option in options_of(given))
