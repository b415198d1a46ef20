from uuid import UUID

import pytest

from taskyard.provisioner.provider.coder.run import CoderRun, configure
from taskyard.provisioner.provider.coder.workspace import (
    EXTERNAL_AUTH,
    OWNER,
    PROVISIONER,
    SECRET,
    TASK,
    WORKSPACE,
)
from taskyard.provisioner.provider.diagnostics import Problem
from taskyard.provisioner.provider.values import Object

TASK_ID = "2deba295-060e-4e9a-8e01-744466247bf5"


def _run(**environment: str) -> CoderRun:
    run = CoderRun(environment={f"CODER_{k}": v for k, v in environment.items()})
    configure(run)
    return run


@pytest.mark.parametrize(
    ("transition", "count"), [("start", 1), ("stop", 0), ("destroy", 0), ("", 1)]
)
def test_only_a_start_counts(transition: str, count: int) -> None:
    state = WORKSPACE.read(_run(WORKSPACE_TRANSITION=transition), {})

    assert state["start_count"] == count


@pytest.mark.parametrize(
    ("url", "port"),
    [
        ("http://127.0.0.1:7080/", 7080),
        ("https://taskyard.example", 443),
        ("http://taskyard.example", 80),
    ],
)
def test_the_address_has_no_slash_and_always_a_port(url: str, port: int) -> None:
    state = WORKSPACE.read(_run(AGENT_URL=url), {})

    assert state["access_url"] == url.rstrip("/")
    assert state["access_port"] == port


def test_a_build_without_its_template_is_refused() -> None:
    with pytest.raises(Problem, match="CODER_WORKSPACE_TEMPLATE_ID is missing"):
        WORKSPACE.read(_run(WORKSPACE_BUILD_ID="b"), {})


@pytest.mark.parametrize(
    ("prebuild", "claim", "expected"),
    [
        ("true", "", (True, False, 1)),
        ("TRUE", "true", (False, True, 0)),
        ("", "", (False, False, 0)),
    ],
)
def test_a_claimed_prebuild_is_none(
    prebuild: str, claim: str, expected: tuple[bool, bool, int]
) -> None:
    run = _run(WORKSPACE_IS_PREBUILD=prebuild, WORKSPACE_IS_PREBUILD_CLAIM=claim)

    state = WORKSPACE.read(run, {})

    names = ("is_prebuild", "is_prebuild_claim", "prebuild_count")
    assert tuple(state[name] for name in names) == expected


@pytest.mark.parametrize(
    ("id_", "enabled"),
    [(TASK_ID, True), ("", False), ("x", False), (str(UUID(int=0)), False)],
)
def test_a_workspace_without_a_task_has_it_disabled(id_: str, *, enabled: bool) -> None:
    state = TASK.read(_run(TASK_ID=id_, TASK_PROMPT="do it"), {})

    assert state["enabled"] is enabled
    assert (state["id"] == id_) is enabled
    assert UUID(state["id"])
    assert state["prompt"] == "do it"


def test_an_owner_has_fallbacks() -> None:
    state = OWNER.read(_run(), {})

    assert (state["name"], state["email"]) == ("default", "default@example.com")
    assert (state["groups"], state["rbac_roles"]) == ([], [])


def test_an_owner_is_who_the_server_says() -> None:
    run = _run(
        WORKSPACE_OWNER="alice",
        WORKSPACE_OWNER_NAME="Alice A",
        WORKSPACE_OWNER_GROUPS='["dev"]',
        WORKSPACE_OWNER_SESSION_TOKEN="token",
    )

    state = OWNER.read(run, {})

    assert (state["name"], state["full_name"]) == ("alice", "Alice A")
    assert (state["groups"], state["session_token"]) == (["dev"], "token")


def test_the_provisioner_is_this_machine() -> None:
    state = PROVISIONER.read(_run(), {})

    assert state["os"] in {"linux", "darwin", "windows"}
    assert "_" not in state["arch"]


def test_an_access_token_is_of_its_provider() -> None:
    run = _run(EXTERNAL_AUTH_ACCESS_TOKEN_github="gh")

    assert EXTERNAL_AUTH.read(run, {"id": "github"})["access_token"] == "gh"
    assert EXTERNAL_AUTH.read(run, {"id": "other"})["access_token"] == ""


@pytest.mark.parametrize(
    ("config", "value"),
    [
        ({"env": "KEY", "file": None}, "by name"),
        ({"env": None, "file": "~/.k"}, "by path"),
    ],
)
def test_a_secret_is_found_by_name_or_by_path(config: Object, value: str) -> None:
    run = _run(SECRET_ENV_KEY="by name", SECRET_FILE_7e2f2e6b="by path")

    assert SECRET.read(run, {**config, "help_message": "?"})["value"] == value


def test_a_missing_secret_stops_a_start_with_its_help() -> None:
    run = _run(WORKSPACE_BUILD_ID="b", WORKSPACE_TRANSITION="start")
    config = {"env": "KEY", "file": None, "help_message": "Ask Bob for it."}

    with pytest.raises(Problem) as raised:
        SECRET.read(run, config)

    assert raised.value.diagnostic.detail == "Ask Bob for it."
    run = _run(WORKSPACE_BUILD_ID="b", WORKSPACE_TRANSITION="stop")
    assert SECRET.read(run, config)["value"] == ""


@pytest.mark.parametrize(("env", "file"), [(None, None), ("A", "/a")])
def test_a_secret_is_one_thing(env: str | None, file: str | None) -> None:
    assert SECRET.validate

    [found] = SECRET.validate({"env": env, "file": file})

    assert "exactly one" in found.detail


def test_an_empty_url_is_refused() -> None:
    with pytest.raises(Problem, match="empty"):
        configure(CoderRun(config={"url": ""}))
