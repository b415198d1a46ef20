"""The other resources and the presets."""

from collections.abc import Iterator

import pytest

from taskyard.provisioner.provider.coder.inside import APP, DEVCONTAINER, ENV, SCRIPT
from taskyard.provisioner.provider.coder.outside import AI_TASK, METADATA
from taskyard.provisioner.provider.coder.preset import PRESET
from taskyard.provisioner.provider.coder.provider import PROVIDER
from taskyard.provisioner.provider.coder.run import CoderRun
from taskyard.provisioner.provider.coder.schedule import overlap
from taskyard.provisioner.provider.diagnostics import Diagnostic, Problem
from taskyard.provisioner.provider.schema import DataSource, Resource
from taskyard.provisioner.provider.values import UNKNOWN, Object

TASK_ID = "2deba295-060e-4e9a-8e01-744466247bf5"


def test_the_provider_has_every_word_of_the_genuine_one() -> None:
    assert len(PROVIDER.resources) == 9
    assert len(PROVIDER.data_sources) == 9
    assert len(PROVIDER.schema()) > 5_000


def _problems(
    kind: Resource[CoderRun] | DataSource[CoderRun], config: Object
) -> Iterator[Diagnostic]:
    yield from kind.block.problems(config)
    if kind.validate:
        yield from kind.validate(config)


_WRONG: list[tuple[Resource[CoderRun] | DataSource[CoderRun], Object, str]] = [
    (APP, {"slug": "Not Good"}, "single inner hyphens"),
    (APP, {"slug": "a--b"}, "single inner hyphens"),
    (APP, {"slug": "a", "display_name": "x" * 65}, "Too long"),
    (APP, {"slug": "a", "share": "world"}, '"authenticated"'),
    (APP, {"slug": "a", "open_in": "window"}, '"tab"'),
    (APP, {"slug": "a", "tooltip": "x" * 2049}, "Too long"),
    (APP, {"command": "x", "url": "y"}, '"command" has no "url"'),
    (APP, {"command": "x", "url": UNKNOWN}, '"command" has no "url"'),
    (APP, {"external": True, "share": "owner"}, '"external" has no "share"'),
    (APP, {"external": True, "healthcheck": [{}]}, '"external" has no "healthcheck"'),
    (APP, {"healthcheck": [{"interval": 0}]}, "Must be 1 or more"),
    (ENV, {"name": "9X"}, "be the name of an environment variable"),
    (ENV, {"name": "X", "merge_strategy": "join"}, '"append"'),
    (SCRIPT, {}, "at least one of"),
    (SCRIPT, {"cron": "not cron", "run_on_stop": True}, "must have six fields"),
    (SCRIPT, {"run_on_stop": True, "start_blocks_login": True}, 'Add "run_on_start'),
    (SCRIPT, {"cron": "0 8 * * *"}, '"0 0 8 * * *" runs at second 0'),
    (SCRIPT, {"run_on_start": True, "timeout": -1}, "Must be 0 or more"),
    (AI_TASK, {"app_id": "web"}, "is not a UUID"),
    (AI_TASK, {"app_id": UNKNOWN, "sidebar_app": [{"id": UNKNOWN}]}, 'Keep "app_id"'),
    (METADATA, {"item": [{"key": "a"}, {"key": "a"}]}, "its own key"),
    (PRESET, {"name": "x", "description": "x" * 129}, "Too long"),
    (PRESET, {"name": "x", "parameters": {"a": ""}}, '"a" has an empty value'),
    (PRESET, {"prebuilds": [{"instances": -1}]}, "Must be 0 or more"),
    (
        PRESET,
        {"prebuilds": [{"expiration_policy": [{"ttl": 60}]}]},
        "Must be 0 (never) or from 3600",
    ),
    (
        PRESET,
        {"prebuilds": [{"scheduling": [{"timezone": "Mars/Olympus", "schedule": []}]}]},
        "is not a time zone",
    ),
    (
        PRESET,
        {"prebuilds": [{"scheduling": [{"schedule": [{"cron": "5 8 * * *"}]}]}]},
        'the minute is always "*"',
    ),
    (
        PRESET,
        {
            "prebuilds": [
                {
                    "scheduling": [
                        {
                            "schedule": [
                                {"cron": "* 8-12 * * 1-5"},
                                {"cron": "* 12 * * *"},
                            ]
                        }
                    ]
                }
            ]
        },
        "both match at some hour",
    ),
]


@pytest.mark.parametrize(("kind", "config", "error"), _WRONG)
def test_what_is_wrong_is_said_with_what_to_do(
    kind: Resource[CoderRun] | DataSource[CoderRun], config: Object, error: str
) -> None:
    [found] = _problems(kind, config)

    assert error in found.detail


_RIGHT: list[tuple[Resource[CoderRun] | DataSource[CoderRun], Object]] = [
    (APP, {"slug": "a-1", "url": "http://localhost", "healthcheck": [{"interval": 5}]}),
    (APP, {"slug": "a", "command": "htop"}),
    (APP, {"slug": "a", "url": "https://x", "external": True}),
    (ENV, {"name": "_X9"}),
    (SCRIPT, {"cron": "0 30 8 * * 1-5"}),
    (SCRIPT, {"run_on_start": True, "start_blocks_login": True}),
    (SCRIPT, {"run_on_start": UNKNOWN}),
    (AI_TASK, {"app_id": UNKNOWN}),
    (AI_TASK, {"app_id": None, "sidebar_app": [{"id": TASK_ID}]}),
    (METADATA, {"item": UNKNOWN}),
    (PRESET, {"name": "x", "prebuilds": [{"expiration_policy": [{"ttl": 0}]}]}),
]


@pytest.mark.parametrize(("kind", "config"), _RIGHT)
def test_what_is_right_is_taken(
    kind: Resource[CoderRun] | DataSource[CoderRun], config: Object
) -> None:
    assert list(_problems(kind, config)) == []


def test_a_task_has_the_id_and_the_prompt_of_its_task() -> None:
    run = CoderRun(environment={"CODER_TASK_ID": TASK_ID, "CODER_TASK_PROMPT": "do it"})

    state = AI_TASK.create(run, {"app_id": "a", "sidebar_app": []})

    assert (state["id"], state["enabled"], state["prompt"]) == (TASK_ID, True, "do it")


def test_a_workspace_that_is_no_task_has_it_disabled() -> None:
    state = AI_TASK.create(CoderRun(), {"app_id": "a", "sidebar_app": []})

    assert (state["enabled"], state["prompt"]) == (False, None)


def test_the_older_form_names_the_same_app() -> None:
    planned: Object = {"app_id": UNKNOWN, "sidebar_app": [{"id": "a"}]}

    assert AI_TASK.create(CoderRun(), planned)["app_id"] == "a"


def test_a_task_without_an_app_cannot_be_made() -> None:
    with pytest.raises(Problem, match="'app_id' must be set"):
        AI_TASK.create(CoderRun(), {"app_id": UNKNOWN, "sidebar_app": []})


def test_a_value_that_is_not_there_is_told_from_an_empty_one() -> None:
    planned: Object = {"item": [{"key": "a", "value": None}, {"key": "b", "value": ""}]}

    state = METADATA.create(CoderRun(), planned)

    assert [item["is_null"] for item in state["item"]] == [True, False]


def test_a_dev_container_has_an_agent_of_its_own() -> None:
    state = DEVCONTAINER.create(CoderRun(), {})

    assert state["subagent_id"] != state["id"]


@pytest.mark.parametrize(
    ("one", "other", "meet"),
    [
        ("* 8-11 * * *", "* 12-18 * * *", False),
        ("* 8-12 * * *", "* 12-18 * * *", True),
        ("* * * * 1-5", "* * * * 6,0", False),
        ("* * * * mon-fri", "* * * * fri", True),
        ("* * 1 * *", "* * 2 * *", False),
        ("* * * jan *", "* * * 2 *", False),
        ("* */6 * * *", "* 1-5 * * *", False),
        ("* */6 * * *", "* 12 * * *", True),
    ],
)
def test_schedules_that_meet_are_found(one: str, other: str, *, meet: bool) -> None:
    assert overlap([one, other]) == ((one, other) if meet else None)
