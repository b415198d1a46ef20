"""`taskyard task options|policy|artifacts` against a fake server."""

import json
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from fastapi import Response

from taskyard.protocol.api.tasks import (
    Artifact,
    ArtifactDetail,
    Artifacts,
    OptionChoice,
    TaskOption,
    TaskOptions,
    TaskPermissionPolicy,
)
from tests.support import wire
from tests.support.fake_api import FakeApi, refusal
from tests.unit.cli.conftest import Taskyard

AT = datetime(2026, 1, 1, tzinfo=UTC)
FIRST, SECOND = uuid4(), uuid4()


def told() -> TaskOptions:
    return TaskOptions(
        session_id=uuid4(),
        agent="claude-code",
        options=[
            TaskOption(
                id="model",
                name="Model",
                value="opus",
                chosen=True,
                choices=[OptionChoice(value=v, name=v) for v in ("opus", "sonnet")],
            ),
            TaskOption(id="fast", name="Fast", type="boolean", value=False),
        ],
    )


def artifact(id_: UUID, path: str) -> Artifact:
    return Artifact(
        id=id_,
        path=path,
        kind="edited",
        changes=2,
        additions=3,
        deletions=1,
        tool="Write",
        first_at=AT,
        last_at=AT,
        first_seq=1,
        last_seq=9,
    )


def detail(id_: UUID, path: str, *, text: str | None = "new\n") -> ArtifactDetail:
    return ArtifactDetail(
        **artifact(id_, path).model_dump(),
        diff="--- a/x\n+++ b/x\n@@ -1 +1 @@\n-old\n+new\x1b[2J\n",
        text=text,
        text_is_whole=False,
    )


# -- options --------------------------------------------------------------------------


def test_options_are_listed_with_their_choices(
    api: FakeApi, taskyard: Taskyard
) -> None:
    api.on("GET /tasks/me/tidy-up/options", told())

    ran = taskyard("task", "options", "tidy-up")

    _, model, fast = ran.out.splitlines()
    assert model.split() == ["model", "opus", "opus,", "sonnet", "yes"]
    assert fast.split() == ["fast", "false", "true,", "false"]


def test_an_agent_without_options_is_said(api: FakeApi, taskyard: Taskyard) -> None:
    api.on("GET /tasks/me/tidy-up/options", TaskOptions(session_id=None, options=[]))

    ran = taskyard("task", "options", "tidy-up")

    assert (ran.code, ran.out) == (0, "")
    assert "nothing" in ran.err or "anything to choose" in ran.err


def test_an_option_is_set(api: FakeApi, taskyard: Taskyard) -> None:
    api.on("PUT /tasks/me/tidy-up/options/model", told())

    ran = taskyard("task", "options", "tidy-up", "model", "opus")

    [body] = api.bodies("PUT /tasks/me/tidy-up/options/model")
    assert json.loads(body) == {"value": "opus"}
    assert "model is opus" in ran.err


def test_an_option_without_a_value_is_refused_here(
    api: FakeApi, taskyard: Taskyard
) -> None:
    ran = taskyard("task", "options", "tidy-up", "model")

    assert ran.code == 2
    assert "lists the choices" in ran.err
    assert not api.asked


def test_the_servers_choices_are_shown_when_it_refuses(
    api: FakeApi, taskyard: Taskyard
) -> None:
    answer = refusal(400, "no_such_choice", "The option 'model' cannot be 'gpt'.")
    api.on("PUT /tasks/me/tidy-up/options/model", answer)

    ran = taskyard("task", "options", "tidy-up", "model", "gpt")

    assert ran.code != 0
    assert "cannot be 'gpt'" in ran.err


# -- policy ---------------------------------------------------------------------------


@pytest.mark.parametrize(("word", "sent"), [("ask", "ask"), ("default", None)])
def test_a_policy_is_set(
    api: FakeApi, taskyard: Taskyard, word: str, sent: str | None
) -> None:
    now = TaskPermissionPolicy(policy="ask", source="task", in_force=False)
    api.on("PATCH /tasks/me/tidy-up/permission-policy", now)

    ran = taskyard("task", "policy", "tidy-up", word)

    [body] = api.bodies("PATCH /tasks/me/tidy-up/permission-policy")
    assert json.loads(body) == {"policy": sent}
    assert "from its next start on" in ran.err


def test_the_policy_is_shown(api: FakeApi, taskyard: Taskyard) -> None:
    api.on("GET /tasks/me/tidy-up/detail", wire.task(permission_policy="allow_all"))

    ran = taskyard("task", "policy", "tidy-up")

    assert ran.out == "allow_all\n"


# -- artifacts ------------------------------------------------------------------------


@pytest.fixture
def files(api: FakeApi) -> None:
    found = [artifact(FIRST, "/p/src/app.py"), artifact(SECOND, "/p/test/app.py")]
    api.on("GET /tasks/me/tidy-up/artifacts", Artifacts(artifacts=found, count=7))
    api.on(f"GET /tasks/me/tidy-up/artifacts/{FIRST}", detail(FIRST, "/p/src/app.py"))


@pytest.mark.usefixtures("files")
def test_files_are_listed(taskyard: Taskyard) -> None:
    ran = taskyard("task", "artifacts", "tidy-up", "-c", "path,kind,lines")

    assert ran.out.splitlines()[1].split() == ["/p/src/app.py", "edited", "+3", "-1"]
    assert "5 more" in ran.err


@pytest.mark.usefixtures("files")
@pytest.mark.parametrize(
    "named",
    [str(FIRST), "/p/src/app.py", "src/app.py"],
    ids=["id", "path", "end of the path"],  # the id is another one in every process
)
def test_a_file_is_named_by_id_or_path(taskyard: Taskyard, named: str) -> None:
    ran = taskyard("task", "artifacts", "tidy-up", "--diff", named)

    assert ran.out == "--- a/x\n+++ b/x\n@@ -1 +1 @@\n-old\n+new\n"


@pytest.mark.usefixtures("files")
def test_a_name_of_several_files_is_refused_with_them(taskyard: Taskyard) -> None:
    ran = taskyard("task", "artifacts", "tidy-up", "--diff", "app.py")

    assert ran.code == 2
    assert "/p/src/app.py, /p/test/app.py" in ran.err


@pytest.mark.usefixtures("files")
def test_what_was_written_is_printed(taskyard: Taskyard) -> None:
    ran = taskyard("task", "artifacts", "tidy-up", "--text", "src/app.py")

    assert ran.out == "new\n"
    assert "not the whole file" in ran.err


@pytest.mark.usefixtures("files")
def test_a_file_without_a_text_is_said(api: FakeApi, taskyard: Taskyard) -> None:
    gone = detail(FIRST, "/p/src/app.py", text=None)
    api.on(f"GET /tasks/me/tidy-up/artifacts/{FIRST}", gone)

    ran = taskyard("task", "artifacts", "tidy-up", "--text", "src/app.py")

    assert ran.code != 0
    assert "No text of /p/src/app.py was recorded" in ran.err


@pytest.mark.usefixtures("files")
def test_the_present_file_is_saved(
    api: FakeApi, taskyard: Taskyard, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    path = f"GET /tasks/me/tidy-up/artifacts/{FIRST}/content"
    api.on(path, Response(content=b"\0now"))

    saved = taskyard("task", "artifacts", "tidy-up", "--save", "src/app.py")
    again = taskyard("task", "artifacts", "tidy-up", "--save", "src/app.py")

    assert (tmp_path / "app.py").read_bytes() == b"\0now"
    assert (saved.code, again.code) == (0, 2)
    assert "Use --to" in again.err


@pytest.mark.usefixtures("files")
def test_a_place_that_cannot_be_written_to_is_named(
    api: FakeApi, taskyard: Taskyard, tmp_path: Path
) -> None:
    path = f"GET /tasks/me/tidy-up/artifacts/{FIRST}/content"
    api.on(path, Response(content=b"now"))
    there = tmp_path / "nowhere" / "app.py"

    ran = taskyard(
        "task", "artifacts", "tidy-up", "--save", str(FIRST), "--to", str(there)
    )

    assert ran.code == 2
    assert f"{there}: No such file or directory." in ran.err


def test_options_that_ask_for_different_things_are_refused(taskyard: Taskyard) -> None:
    both = taskyard("task", "artifacts", "tidy-up", "--diff", "a", "--text", "b")
    aimless = taskyard("task", "artifacts", "tidy-up", "--to", "here")

    assert (both.code, aimless.code) == (2, 2)
    assert "Use one at a time." in both.err
