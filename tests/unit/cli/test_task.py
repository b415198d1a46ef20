"""`taskyard task …` against a fake server."""

import json

import pytest

from tests.support import wire
from tests.support.fake_api import FakeApi, frame, refusal
from tests.unit.cli.conftest import Taskyard


def test_the_list_has_coders_columns(api: FakeApi, taskyard: Taskyard) -> None:
    api.on("GET /tasks", {"tasks": [wire.task()], "count": 1})

    ran = taskyard("task", "list")

    header, row = ran.out.splitlines()
    assert header.split("  ")[0] == "NAME"
    assert [word for word in row.split("  ") if word][:3] == [
        "tidy-up",
        "active",
        "idle",
    ]
    assert api.asked[-1].query == {"q": 'owner:"me"'}


def test_the_list_as_json_is_the_wires_array(api: FakeApi, taskyard: Taskyard) -> None:
    task = wire.task()
    api.on("GET /tasks", {"tasks": [task], "count": 1})

    ran = taskyard("task", "ls", "--json", "--all", "--status", "active")

    (listed,) = json.loads(ran.out)
    assert listed["id"] == str(task.id)
    assert listed["current_state"]["state"] == "idle"
    assert api.asked[-1].query == {"q": 'status:"active"'}


def test_chosen_columns_are_the_only_ones(api: FakeApi, taskyard: Taskyard) -> None:
    api.on("GET /tasks", {"tasks": [wire.task()], "count": 1})

    ran = taskyard("task", "list", "-c", "name,template")

    assert ran.out.split() == ["NAME", "TEMPLATE", "tidy-up", "tasks-local"]


def test_an_unknown_column_is_refused_with_the_known_ones(
    api: FakeApi, taskyard: Taskyard
) -> None:
    api.on("GET /tasks", {"tasks": [wire.task()], "count": 1})

    ran = taskyard("task", "list", "-c", "colour")

    assert ran.code == 2
    assert "'colour'" in ran.err
    assert "name, status" in ran.err


def test_what_an_agent_reports_cannot_steer_the_terminal(
    api: FakeApi, taskyard: Taskyard
) -> None:
    hostile = "\x1b]0;owned\x07\x1b[2Jdone\r\nagain\u202e"
    task = wire.task(current_state=wire.state("idle", hostile))
    api.on("GET /tasks", {"tasks": [task], "count": 1})

    ran = taskyard("task", "list", "-c", "message")

    assert ran.out == "MESSAGE\ndone again\n"


def test_a_created_task_is_followed_through_its_build(
    api: FakeApi, taskyard: Taskyard
) -> None:
    template = wire.template()
    build = wire.build()
    workspace = wire.workspace(latest_build=build)
    task = wire.task("starting", workspace_id=workspace.id)
    path = f"/tasks/ada/{task.id}"
    api.on("GET /templates", [template])
    api.on(f"GET /templateversions/{template.active_version_id}/presets", [])
    api.on("POST /tasks/me", task)
    api.on(f"GET /workspaces/{workspace.id}", workspace)
    api.on(f"GET /workspacebuilds/{build.id}", build)
    api.sockets[f"/workspacebuilds/{build.id}/logs"] = [
        wire.log_line(1, "Plan", "1 to add").model_dump_json().encode(),
        wire.log_line(2, "Apply", "looking", log_level="debug")
        .model_dump_json()
        .encode(),
        wire.log_line(3, "Apply", "created").model_dump_json().encode(),
    ]
    working = task.model_copy(update={"work": wire.work("working"), "demo_model": True})
    api.streams[f"{path}/events"] = [frame(working, "status")]

    ran = taskyard("task", "create", "tidy up")

    assert ran.code == 0, ran.err
    assert ran.out == "ada/tidy-up\n"
    assert "==> Plan\n    1 to add\n==> Apply\n    created\n" in ran.err
    assert "demo model" in ran.err
    assert json.loads(api.bodies("POST /tasks/me")[0])["input"] == "tidy up"


def test_a_failed_build_ends_with_its_reason_and_status_7(
    api: FakeApi, taskyard: Taskyard
) -> None:
    template = wire.template()
    build = wire.build(job=wire.job(status="failed", error="main.tf:3: no such image"))
    workspace = wire.workspace(latest_build=build)
    api.on("GET /organizations/default/templates/broken", template)
    api.on(f"GET /templateversions/{template.active_version_id}/presets", [])
    api.on("POST /tasks/me", wire.task("starting", workspace_id=workspace.id))
    api.on(f"GET /workspaces/{workspace.id}", workspace)
    api.on(f"GET /workspacebuilds/{build.id}", build)

    ran = taskyard("task", "create", "go", "--template", "broken")

    assert ran.code == 7
    assert "main.tf:3: no such image" in ran.err


def test_a_quiet_create_prints_the_id_alone(api: FakeApi, taskyard: Taskyard) -> None:
    template = wire.template()
    first, usual = wire.preset("big"), wire.preset("usual", default=True)
    task = wire.task("pending")
    api.on("GET /templates", [template])
    api.on(
        f"GET /templateversions/{template.active_version_id}/presets", [first, usual]
    )
    api.on("POST /tasks/me", task)

    ran = taskyard("task", "create", "--stdin", "-q", stdin="from a pipe\n")

    assert ran.out == f"{task.id}\n"
    assert ran.err == ""
    sent = json.loads(api.bodies("POST /tasks/me")[0])
    assert sent["input"] == "from a pipe\n"
    assert sent["template_version_preset_id"] == str(usual.ID)


def test_several_templates_ask_for_a_choice(api: FakeApi, taskyard: Taskyard) -> None:
    api.on("GET /templates", [wire.template(name="a"), wire.template(name="b")])

    ran = taskyard("task", "create", "go")

    assert ran.code == 2
    assert "--template: a, b" in ran.err


def test_an_unknown_preset_is_refused_with_the_known_ones(
    api: FakeApi, taskyard: Taskyard
) -> None:
    template = wire.template()
    path = f"GET /templateversions/{template.active_version_id}/presets"
    api.on("GET /templates", [template])
    api.on(path, [wire.preset("small")])

    ran = taskyard("task", "create", "go", "--preset", "huge")

    assert ran.code == 3
    assert "Presets: small" in ran.err


def test_an_empty_prompt_is_refused(taskyard: Taskyard) -> None:
    ran = taskyard("task", "create", "  ")

    assert ran.code == 2
    assert "The prompt is empty." in ran.err


@pytest.mark.parametrize(
    ("flags", "delivery"), [([], "queue"), (["--now"], "now"), (["--steer"], "steer")]
)
def test_a_message_is_sent_as_its_flags_say(
    api: FakeApi, taskyard: Taskyard, flags: list[str], delivery: str
) -> None:
    api.on("POST /tasks/bob/fix/messages", MESSAGE)

    ran = taskyard("task", "send", "bob/fix", "and the tests", *flags)

    assert ran.code == 0, ran.err
    assert "queued" in ran.err
    assert json.loads(api.bodies("POST /tasks/bob/fix/messages")[0]) == {
        "input": "and the tests",
        "delivery": delivery,
        "resume": False,
    }


def test_a_conflict_shows_the_servers_words_and_ends_with_5(
    api: FakeApi, taskyard: Taskyard
) -> None:
    refused = refusal(
        409, "task_paused", "Task is paused.", "Resume the task to send messages."
    )
    api.on("POST /tasks/me/fix/messages", refused)

    ran = taskyard("task", "send", "fix", "hello")

    assert ran.code == 5
    assert "Error: Task is paused.\nResume the task to send messages.\n" in ran.err
    assert ran.out == ""


def test_pausing_needs_a_yes_without_a_terminal(
    api: FakeApi, taskyard: Taskyard
) -> None:
    ran = taskyard("task", "pause", "fix")

    assert ran.code == 2
    assert "--yes" in ran.err
    assert api.asked == []


def test_pausing_follows_the_build(api: FakeApi, taskyard: Taskyard) -> None:
    build = wire.build(transition="stop", status="stopped")
    api.on("POST /tasks/me/fix/pause", {"workspace_build": build})
    api.on(f"GET /workspacebuilds/{build.id}", build)
    api.sockets[f"/workspacebuilds/{build.id}/logs"] = [
        wire.log_line(1, "Stop", "gone").model_dump_json().encode()
    ]

    ran = taskyard("task", "pause", "fix", "-y")

    assert ran.code == 0, ran.err
    assert "==> Stop\n    gone\n" in ran.err
    assert "is paused" in ran.err


def test_deleting_takes_several_tasks(api: FakeApi, taskyard: Taskyard) -> None:
    api.on("DELETE /tasks/me/one", None)
    api.on("DELETE /tasks/bob/two", None)

    ran = taskyard("task", "rm", "one", "bob/two", "-y")

    assert ran.code == 0, ran.err
    assert [each.path for each in api.asked] == ["/tasks/me/one", "/tasks/bob/two"]


def test_the_conversation_is_shown_as_it_was_said(
    api: FakeApi, taskyard: Taskyard
) -> None:
    api.on(
        "GET /tasks/me/fix/events/page",
        [
            wire.event(1, "message", "m1", role="user", text="tidy up"),
            wire.event(2, "message_chunk", "m2", role="agent", text="I lo"),
            wire.event(3, "message_chunk", "m2", role="agent", text="ok."),
            wire.event(4, "tool", "t1", title="ls", status="pending"),
            wire.event(5, "tool", "t1", title="ls", status="completed"),
            wire.event(6, "message", "m3", role="agent", kind="thought", text="hm"),
        ],
    )

    ran = taskyard("task", "logs", "fix")

    assert ran.out == ("> tidy up\nI look.\n  [tool] ls ok\n(thinking) hm\n")


def test_following_goes_on_where_a_lost_connection_stopped(
    api: FakeApi, taskyard: Taskyard
) -> None:
    said = [
        wire.event(n, "message", f"m{n}", role="agent", text=f"line {n}")
        for n in (1, 2, 3)
    ]
    paused = wire.task("paused")
    api.streams["/tasks/me/fix/events"] = [
        frame(said[0]) + frame(said[1]) + b"data: {half",
        frame(said[2]) + frame(paused, "status"),
    ]

    ran = taskyard("task", "logs", "--follow", "fix", "--json")

    assert [json.loads(line)["seq"] for line in ran.out.splitlines()] == [1, 2, 3]
    assert [each.query["after"] for each in api.asked] == ["0", "2"]


def test_waiting_ends_when_the_task_is_idle_and_nothing_is_queued(
    api: FakeApi, taskyard: Taskyard
) -> None:
    queued = wire.task("idle", queued_messages=1)
    api.streams["/tasks/me/fix/events"] = [
        frame(queued, "status") + frame(wire.task("idle"), "status")
    ]

    ran = taskyard("task", "wait", "fix", "--json")

    assert ran.code == 0, ran.err
    assert json.loads(ran.out)["queued_messages"] == 0


def test_waiting_for_a_task_that_fails_ends_with_7(
    api: FakeApi, taskyard: Taskyard, caplog: pytest.LogCaptureFixture
) -> None:
    crashed = wire.task("crashed", work=wire.work("crashed", detail="exit status 137"))
    api.streams["/tasks/me/fix/events"] = [frame(crashed, "status")]
    api.holds_streams = True

    ran = taskyard("task", "wait", "fix")

    assert ran.code == 7
    assert ran.err == "Error: The task tidy-up crashed.\nexit status 137\n"
    assert [each.message for each in caplog.records if each.name == "asyncio"] == []


def test_waiting_for_a_task_that_is_deleted_ends_with_7(
    api: FakeApi, taskyard: Taskyard
) -> None:
    working = frame(wire.task("working"), "status")
    api.streams["/tasks/me/fix/events"] = [working + b"event: end\ndata: {}\n\n"]

    ran = taskyard("task", "wait", "fix")

    assert ran.code == 7
    assert "was deleted" in ran.err


def test_a_watched_status_ends_when_the_task_stops_working(
    api: FakeApi, taskyard: Taskyard
) -> None:
    working, idle = wire.task("working"), wire.task("idle")
    api.streams["/tasks/me/fix/events"] = [
        frame(working, "status") + frame(working, "status") + frame(idle, "status")
    ]

    ran = taskyard("task", "status", "fix", "--watch", "-c", "work")

    assert ran.code == 0, ran.err
    assert ran.out.split() == ["WORK", "working", "WORK", "idle"]


def test_waiting_in_vain_ends_with_1(api: FakeApi, taskyard: Taskyard) -> None:
    api.streams["/tasks/me/fix/events"] = [b": nothing new\n\n"] * 9

    ran = taskyard("task", "wait", "fix", "--timeout", "0.2s")

    assert ran.code == 1
    assert "in time" in ran.err


def test_a_status_says_what_is_known_and_since_when(
    api: FakeApi, taskyard: Taskyard
) -> None:
    api.on("GET /tasks/me/fix/detail", wire.task("needs_input"))

    ran = taskyard("task", "status", "fix", "-c", "status,work,source,healthy")

    assert ran.out.splitlines()[1].split() == [
        "active",
        "needs_input",
        "driver",
        "true",
    ]


def test_a_status_says_what_one_can_do(api: FakeApi, taskyard: Taskyard) -> None:
    limited = wire.work(
        "limited",
        source="gateway",
        detail="The limit is reached.",
        action="wait",
        resets_at="2026-01-01T15:30:00Z",
    )
    api.on("GET /tasks/ada/fix/detail", wire.task("limited", work=limited))

    ran = taskyard("task", "status", "ada/fix")

    assert ran.err.splitlines() == [
        "The limit is reached. (says the gateway)",
        "Over at 2026-01-01 15:30 UTC.",
        "It goes on by itself, or after: taskyard task send ada/fix",
    ]


@pytest.mark.parametrize(
    ("source", "command"),
    [
        ("build", "taskyard workspace logs tidy-up"),
        ("process", "taskyard workspace logs tidy-up --scripts"),
    ],
)
def test_a_failure_leads_to_the_log_that_tells_of_it(
    api: FakeApi, taskyard: Taskyard, source: str, command: str
) -> None:
    failed = wire.work("failed", source=source, action="view_logs")
    api.on("GET /tasks/me/fix/detail", wire.task("failed", work=failed))

    ran = taskyard("task", "status", "fix")

    assert ran.err.endswith(f"{command}\n")


def test_a_sentence_is_not_said_twice(api: FakeApi, taskyard: Taskyard) -> None:
    idle = wire.work("idle", detail="Wrote it.")
    task = wire.task("idle", work=idle, current_state=wire.state("idle", "Wrote it."))
    api.on("GET /tasks/me/fix/detail", task)

    ran = taskyard("task", "status", "fix")

    assert "Wrote it." in ran.out
    assert ran.err == ""


def test_the_only_waiting_permission_is_approved_without_naming_it(
    api: FakeApi, taskyard: Taskyard
) -> None:
    asked = wire.permission()
    old = wire.permission(state="answered")
    answered = asked.model_copy(update={"state": "answered"})
    api.on("GET /tasks/me/fix/permissions", {"permissions": [old, asked]})
    api.on(f"POST /tasks/me/fix/permissions/{asked.id}", answered)

    ran = taskyard("task", "approve", "fix", "--json")

    assert ran.code == 0, ran.err
    assert json.loads(ran.out)["state"] == "answered"
    body = api.bodies(f"POST /tasks/me/fix/permissions/{asked.id}")[0]
    assert json.loads(body)["kind"] == "allow_once"


def test_two_waiting_permissions_must_be_named(
    api: FakeApi, taskyard: Taskyard
) -> None:
    both = [wire.permission(), wire.permission(title="Delete it")]
    api.on("GET /tasks/me/fix/permissions", {"permissions": both})

    ran = taskyard("task", "deny", "fix")

    assert ran.code == 2
    assert f"{both[1].id} Delete it" in ran.err


MESSAGE = {
    "id": "0" * 32,
    "task_id": "0" * 32,
    "author_id": None,
    "author_name": "ada",
    "input": "and the tests",
    "state": "queued",
    "kind": "follow_up",
    "position": 1,
    "created_at": wire.NOW,
    "delivered_at": None,
}
