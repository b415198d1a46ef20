from uuid import uuid4

from taskyard.protocol.provisioner import BuildInput, TaskInput
from taskyard.provisioner.contract import build_environment, import_environment
from taskyard.provisioner.provider.coder.run import (
    parameter_key,
    previous_parameter_key,
)
from taskyard.testing.provisioning import FakeServer

PROMPT = parameter_key("AI Prompt")


def _build(**changes: object) -> BuildInput:
    server = FakeServer()
    return server.build_of(server.import_of({})).model_copy(update=changes)


def test_a_delete_is_called_destroy() -> None:
    environment = build_environment(_build(transition="delete"))

    assert environment["CODER_WORKSPACE_TRANSITION"] == "destroy"


def test_values_go_by_the_hash_of_their_names() -> None:
    job = _build(parameters={"size": "2"}, previous_parameters={"size": "1"})

    environment = build_environment(job)

    assert environment[parameter_key("size")] == "2"
    assert environment[previous_parameter_key("size")] == "1"


def test_a_prompt_goes_both_ways() -> None:
    task = TaskInput(id=uuid4(), prompt="do it")

    environment = build_environment(_build(task=task))

    assert environment["CODER_TASK_PROMPT"] == environment[PROMPT] == "do it"
    assert environment["CODER_TASK_ID"] == str(task.id)


def test_a_prompt_that_was_given_as_a_parameter_stays() -> None:
    task = TaskInput(id=uuid4(), prompt="do it")

    environment = build_environment(_build(task=task, parameters={"AI Prompt": "that"}))

    assert environment[PROMPT] == "that"


def test_a_workspace_without_a_task_has_neither() -> None:
    environment = build_environment(_build())

    assert "CODER_TASK_ID" not in environment
    assert PROMPT not in environment


def test_an_import_has_a_task_and_no_build() -> None:
    task = uuid4()

    environment = import_environment(
        FakeServer().import_of({}), transition="stop", task=task
    )

    assert environment["CODER_TASK_ID"] == str(task)
    assert environment["CODER_WORKSPACE_TRANSITION"] == "stop"
    assert "CODER_WORKSPACE_BUILD_ID" not in environment
    assert environment["CODER_WORKSPACE_OWNER"] == "alice"
    assert "CODER_AGENT_SCRIPT_linux_amd64" in environment
