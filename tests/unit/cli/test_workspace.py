"""`taskyard workspace …` against a fake server."""

import json

from tests.support import wire
from tests.support.fake_api import FakeApi, refusal
from tests.unit.cli.conftest import Taskyard


def test_only_ones_own_workspaces_are_listed_at_first(
    api: FakeApi, taskyard: Taskyard
) -> None:
    api.on("GET /workspaces", {"workspaces": [wire.workspace()], "count": 1})

    mine = taskyard("workspace", "list", "-c", "name,status")
    everybodys = taskyard("workspace", "list", "--all", "--json")

    assert mine.out.splitlines()[1].split() == ["tidy-up", "running"]
    assert json.loads(everybodys.out)[0]["name"] == "tidy-up"
    assert [each.query for each in api.asked] == [{"q": "owner:me"}, {}]


def test_a_workspace_is_found_by_owner_and_name_or_by_id(
    api: FakeApi, taskyard: Taskyard
) -> None:
    workspace = wire.workspace()
    api.on("GET /users/bob/workspace/box", workspace)
    api.on(f"GET /workspaces/{workspace.id}", workspace)

    by_name = taskyard("workspace", "show", "bob/box")
    by_id = taskyard("workspace", "show", str(workspace.id))

    assert by_name.out == by_id.out
    assert "Status:    running (build 1, initiator)" in by_name.out


def test_stopping_follows_the_build_and_says_what_came_of_it(
    api: FakeApi, taskyard: Taskyard
) -> None:
    workspace = wire.workspace()
    build = wire.build(transition="stop", status="stopped")
    api.on("GET /users/me/workspace/box", workspace)
    api.on(f"POST /workspaces/{workspace.id}/builds", build)
    api.on(f"GET /workspacebuilds/{build.id}", build)

    ran = taskyard("workspace", "stop", "box", "-y")

    assert ran.code == 0, ran.err
    assert "is stopped" in ran.err
    sent = json.loads(api.bodies(f"POST /workspaces/{workspace.id}/builds")[0])
    assert (sent["transition"], sent["reason"]) == ("stop", "cli")


def test_a_running_build_is_a_conflict(api: FakeApi, taskyard: Taskyard) -> None:
    workspace = wire.workspace()
    busy = refusal(409, "build_active", "A workspace build is already active.")
    api.on("GET /users/me/workspace/box", workspace)
    api.on(f"POST /workspaces/{workspace.id}/builds", busy)

    ran = taskyard("workspace", "start", "box")

    assert ran.code == 5
    assert "already active" in ran.err


def test_the_build_log_is_printed_whole(api: FakeApi, taskyard: Taskyard) -> None:
    workspace = wire.workspace()
    api.on("GET /users/me/workspace/box", workspace)
    api.on(
        f"GET /workspacebuilds/{workspace.latest_build.id}/logs",
        [wire.log_line(1, "Plan", "1 to add"), wire.log_line(2, "Apply", "done")],
    )

    ran = taskyard("workspace", "logs", "box")

    assert ran.out == "12:00:00 Plan: 1 to add\n12:00:00 Apply: done\n"
