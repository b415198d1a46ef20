"""Options and permission policies: set now, and again at every start."""

from http import HTTPStatus
from typing import Any

import pytest
from typing_extensions import override

from taskyard.protocol.link import Command, Reply
from taskyard.testing.runners import BusyRunner, FakeRunner, MuteRunner, RefusingRunner
from tests.support.provisioning import ok
from tests.support.tasks import Active, Bench

pytestmark = pytest.mark.asyncio

OPTIONS = [
    {
        "id": "mode",
        "name": "Mode",
        "category": "mode",
        "type": "select",
        "value": "default",
        "choices": [
            {"value": "default", "name": "Ask", "description": "Ask before tools"},
            {"value": "plan", "name": "Plan"},
        ],
    },
    {
        "id": "model",
        "name": "Model",
        "category": "model",
        "type": "select",
        "value": "sonnet",
        "choices": [{"value": v, "name": v.title()} for v in ("opus", "sonnet")],
    },
    {"id": "fast", "name": "Fast", "category": "", "type": "boolean", "value": False},
]


class ObedientRunner(FakeRunner):
    """Answers as the real one: with the options as they are then, or the policy."""

    @override
    def answer(self, command: Command) -> Reply | None:
        args = command["args"]
        result: dict[str, Any] = {}
        if command["name"] == "set_option":
            value = (
                args["value"] == "true"
                if args["option_id"] == "fast"
                else args["value"]
            )
            result["options"] = [
                {**o, "value": value} if o["id"] == args["option_id"] else o
                for o in OPTIONS
            ]
        if command["name"] == "set_policy":
            result["permission_policy"] = args["policy"] or "allow_edits"
        return Reply(type="reply", id=command["id"], ok=True, result=result)


class SelfWilledRunner(FakeRunner):
    """Its agent refuses every option."""

    @override
    def answer(self, command: Command) -> Reply | None:
        return Reply(
            type="reply",
            id=command["id"],
            ok=False,
            code="unsupported",
            error="the agent refused model=opus: no such model",
        )


async def _with_options(
    bench: Bench, kind: type[FakeRunner] = ObedientRunner, **fields: Any
) -> Active:
    active = await bench.active(kind=kind, **fields)
    active.runner.session_event(active.session, "options", "options", options=OPTIONS)
    await active.runner.settled()
    return active


async def _set(active: Active, option: str, value: object) -> Any:
    return await active.bench.client.put(
        f"{active.path}/options/{option}", json={"value": value}
    )


async def _set_policy(active: Active, policy: str | None) -> Any:
    return await active.bench.client.patch(
        f"{active.path}/permission-policy", json={"policy": policy}
    )


def _values(answer: Any) -> dict[str, Any]:
    return {option["id"]: option["value"] for option in answer["options"]}


# -- options --------------------------------------------------------------------------


async def test_the_options_are_those_the_agent_told_last(bench: Bench) -> None:
    active = await _with_options(bench)

    shown = ok(await bench.client.get(f"{active.path}/options"))

    assert shown["session_id"] == str(active.session)
    assert shown["agent"] == "claude-code"
    assert _values(shown) == {"mode": "default", "model": "sonnet", "fast": False}
    [mode, model, fast] = shown["options"]
    assert mode["choices"][0]["description"] == "Ask before tools"
    assert [choice["value"] for choice in model["choices"]] == ["opus", "sonnet"]
    assert (fast["type"], fast["choices"], fast["chosen"]) == ("boolean", [], False)


async def test_before_an_agent_has_spoken_there_are_none(bench: Bench) -> None:
    task = await bench.task()

    shown = await bench.get(f"/tasks/me/{task['id']}/options")

    assert shown == {"session_id": None, "agent": "", "options": []}


async def test_a_choice_reaches_the_agent_and_is_remembered(bench: Bench) -> None:
    active = await _with_options(bench)

    answer = ok(await _set(active, "model", "opus"))

    command = await active.runner.command("set_option")
    assert command["args"] == {
        "session_id": str(active.session),
        "option_id": "model",
        "value": "opus",
    }
    assert _values(answer)["model"] == "opus"
    assert [o["id"] for o in answer["options"] if o["chosen"]] == ["model"]
    assert answer == ok(await bench.client.get(f"{active.path}/options"))


@pytest.mark.parametrize("value", [True, "true"])
async def test_a_switch_takes_true_and_false(bench: Bench, value: object) -> None:
    active = await _with_options(bench)

    answer = ok(await _set(active, "fast", value))

    assert _values(answer)["fast"] is True


@pytest.mark.parametrize(
    ("option", "value", "code", "says"),
    [
        ("volume", "11", "no_such_option", "It offers: mode, model, fast."),
        ("model", "gpt", "no_such_choice", "Choose one of: opus, sonnet."),
        ("fast", "perhaps", "no_such_choice", "Choose one of: true, false."),
    ],
)
async def test_what_is_not_offered_is_refused_with_the_choices(
    bench: Bench, option: str, value: str, code: str, says: str
) -> None:
    active = await _with_options(bench)

    answer = await _set(active, option, value)

    assert answer.status_code == HTTPStatus.BAD_REQUEST
    assert (answer.json()["code"], answer.json()["detail"]) == (code, says)
    assert not active.runner.acted_on


@pytest.mark.parametrize(
    ("kind", "status", "code"),
    [
        (SelfWilledRunner, HTTPStatus.BAD_REQUEST, "option_refused"),
        (BusyRunner, HTTPStatus.CONFLICT, "agent_away"),
        (RefusingRunner, HTTPStatus.BAD_GATEWAY, "agent_gone"),
    ],
)
async def test_what_an_agent_refuses_is_not_remembered(
    bench: Bench, kind: type[FakeRunner], status: HTTPStatus, code: str
) -> None:
    active = await _with_options(bench, kind)

    answer = await _set(active, "model", "opus")

    assert (answer.status_code, answer.json()["code"]) == (status, code)
    shown = ok(await bench.client.get(f"{active.path}/options"))
    assert not any(option["chosen"] for option in shown["options"])


async def test_an_agent_whose_runner_is_away_is_unreachable(bench: Bench) -> None:
    active = await _with_options(bench)
    await active.runner.drop()

    answer = await _set(active, "model", "opus")

    assert answer.status_code == HTTPStatus.BAD_GATEWAY
    assert answer.json()["code"] == "not_connected"


async def test_of_a_paused_task_they_can_be_read_and_not_set(bench: Bench) -> None:
    active = await _with_options(bench)
    await active.runner.drop()
    await active.pause()

    answer = await _set(active, "model", "opus")

    assert answer.status_code == HTTPStatus.CONFLICT
    assert answer.json()["detail"] == "The task is paused. Resume it first."
    shown = ok(await bench.client.get(f"{active.path}/options"))
    assert _values(shown)["model"] == "sonnet"


async def test_the_next_start_is_told_what_was_chosen(bench: Bench) -> None:
    active = await _with_options(bench)
    ok(await _set(active, "model", "opus"))
    ok(await _set(active, "fast", "true"))
    await active.runner.drop()
    await active.pause()
    await active.resume()

    runner = await bench.runner()

    assert runner.manifest is not None
    [seed] = runner.manifest["sessions"]
    assert seed.get("options") == {"model": "opus", "fast": "true"}


# -- the permission policy ------------------------------------------------------------


async def test_a_policy_counts_for_the_running_agent(bench: Bench) -> None:
    active = await _with_options(bench)

    answer = ok(await _set_policy(active, "ask"))

    assert answer == {"policy": "ask", "source": "task", "in_force": True}
    command = await active.runner.command("set_policy")
    assert command["args"] == {"session_id": str(active.session), "policy": "ask"}
    assert (await active.detail())["permission_policy"] == "ask"


async def test_it_counts_for_the_next_start_when_nothing_runs(bench: Bench) -> None:
    active = await _with_options(bench)
    await active.runner.drop()
    await active.pause()

    answer = ok(await _set_policy(active, "allow_all"))
    await active.resume()
    runner = await bench.runner()

    assert answer == {"policy": "allow_all", "source": "task", "in_force": False}
    assert runner.manifest is not None
    assert runner.manifest.get("task_permission_policy") == "allow_all"
    assert runner.manifest["permission_policy"] == "allow_edits"


async def test_it_counts_when_the_runner_is_back(bench: Bench) -> None:
    active = await _with_options(bench)
    await active.runner.drop()

    answer = ok(await _set_policy(active, "ask"))
    manifest = await active.runner.connect()

    assert answer["in_force"] is False
    assert manifest.get("task_permission_policy") == "ask"


async def test_a_task_can_be_made_with_one(bench: Bench) -> None:
    active = await bench.active(permission_policy="ask")

    assert active.runner.manifest is not None
    assert active.runner.manifest.get("task_permission_policy") == "ask"
    assert (await active.detail())["permission_policy"] == "ask"


async def test_null_gives_the_word_back_to_the_template(bench: Bench) -> None:
    active = await _with_options(bench, permission_policy="ask")

    answer = ok(await _set_policy(active, None))

    assert answer == {"policy": "allow_edits", "source": "template", "in_force": True}
    command = await active.runner.command("set_policy")
    assert command["args"]["policy"] == ""


async def test_a_module_that_asked_for_another_policy_is_named(bench: Bench) -> None:
    active = await bench.active(kind=ObedientRunner)
    active.runner.emit(
        {
            "name": "session_started",
            "session_id": str(active.session),
            "key": "ccw",
            "agent": "claude-code",
            "driver": "acp",
            "external_id": "",
            "resumed": True,
            "initial_prompt": "",
            "permission_policy": "allow_all",
        }
    )
    active.runner.state(active.session, "idle")
    await active.runner.settled()

    assert (await active.detail())["permission_policy"] == "allow_all"


async def test_a_policy_undoes_a_mode_that_was_chosen_before(bench: Bench) -> None:
    active = await _with_options(bench)
    ok(await _set(active, "mode", "plan"))
    ok(await _set(active, "model", "opus"))

    ok(await _set_policy(active, "allow_all"))

    shown = ok(await bench.client.get(f"{active.path}/options"))
    assert [o["id"] for o in shown["options"] if o["chosen"]] == ["model"]


async def test_an_agent_that_does_not_answer_gets_it_later(bench: Bench) -> None:
    active = await _with_options(bench, RefusingRunner)

    answer = ok(await _set_policy(active, "ask"))

    assert answer == {"policy": "ask", "source": "task", "in_force": False}


async def test_a_policy_that_does_not_exist_is_refused(bench: Bench) -> None:
    active = await bench.active(kind=MuteRunner)

    answer = await _set_policy(active, "everything")

    assert answer.status_code == HTTPStatus.BAD_REQUEST
