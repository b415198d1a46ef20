"""Kill one process at one moment of a task's life: nothing lost, nothing done twice."""

from collections.abc import Callable, Iterator

import pytest

from taskyard.testing.installation import Installation, installed
from taskyard.testing.processes import Process, children, descendants, kill

pytestmark = [
    pytest.mark.e2e,
    pytest.mark.agents("claude-code"),
    pytest.mark.timeout(300),
]

PROMPT = "document the project structure"


@pytest.fixture(scope="module")
def taskyard() -> Iterator[Installation]:
    # Slow enough that "working" lasts for seconds.
    with installed(TASKYARD_DEMO_PAUSE="PT0.1S") as installation:
        installation.starter()
        yield installation


def server(taskyard: Installation) -> None:
    taskyard.kill()
    taskyard.start()


def provisioner(taskyard: Installation) -> None:
    for process in children(taskyard.pid, "provisioner"):
        kill(process)


def postgres(taskyard: Installation) -> None:
    [postmaster] = children(taskyard.pid, "postgres")
    kill(postmaster)


def runner(taskyard: Installation) -> None:
    for process in _in_workspaces(taskyard, "run --child"):
        kill(process)


def agent(taskyard: Installation) -> None:
    for process in _in_workspaces(taskyard, "claude-agent-acp"):
        kill(process)


@pytest.mark.parametrize(
    ("moment", "victim"),
    [
        ("pending", server),
        ("starting", server),
        ("working", server),
        ("pending", provisioner),
        ("starting", postgres),
        ("working", postgres),
        ("starting", runner),
        ("working", runner),
        ("idle", runner),
        ("working", agent),
        ("idle", agent),
    ],
    ids=lambda value: value if isinstance(value, str) else value.__name__,
)
def test_a_task_survives_the_death_of_any_process(
    taskyard: Installation, moment: str, victim: Callable[[Installation], None]
) -> None:
    name = taskyard.create_task(PROMPT)["name"]
    if moment != "pending":
        taskyard.until_work(name, moment)

    victim(taskyard)

    try:
        taskyard.until(
            "its turn ends all the same", lambda: _done(taskyard, name), seconds=120
        )
        taskyard.post(f"/api/v2/tasks/me/{name}/messages", {"input": "thanks"})
        taskyard.until(
            "it answers after that",
            lambda: "thanks" in taskyard.said_by_user(name) and _done(taskyard, name),
            seconds=60,
        )
        assert taskyard.said_by_user(name) == [PROMPT, "thanks"]
        seqs = [event["seq"] for event in taskyard.events(name)]
        assert seqs == list(range(1, len(seqs) + 1))
    finally:
        taskyard.delete(f"/api/v2/tasks/me/{name}")
        taskyard.until("all is cleared", lambda: not taskyard.homes(), seconds=60)
    assert taskyard.sandbox_processes() == []


def _done(taskyard: Installation, name: str) -> bool:
    prompts = taskyard.said_by_user(name)
    turns = [e for e in taskyard.events(name) if e["kind"] == "turn_ended"]
    idle = taskyard.detail(name)["work"]["status"] == "idle"
    return bool(prompts) and len(turns) == len(prompts) and idle


def _in_workspaces(taskyard: Installation, containing: str) -> list[Process]:
    return descendants(set(taskyard.supervisors()), containing)
