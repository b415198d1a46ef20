"""Real sandboxes of this machine; skipped, with the reason, where it refuses them."""

import json
import os
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest

from taskyard.provisioner.isolation.bubblewrap import BubblewrapIsolation
from taskyard.provisioner.isolation.sandboxd.plan import StateRecord
from taskyard.provisioner.isolation.sandboxd.processes import Process
from taskyard.provisioner.isolation.spec import (
    HOME,
    Sandbox,
    SandboxRefused,
    SandboxSpec,
)

PYTHON = "/opt/taskyard/python/bin/python3"

#: Runs what comes through one pipe in the home, answers through another.
_LISTENER = f"""
import contextlib, io
while True:
    with open("{HOME}/.ask") as file:
        code = file.read()
    out = io.StringIO()
    with contextlib.redirect_stdout(out):
        try:
            exec(code, {{"__name__": "asked"}})
        except BaseException as error:
            print(type(error).__name__ + ":", error, end="")
    with open("{HOME}/.answer", "w") as file:
        file.write(out.getvalue())
"""


class Inside:
    """A running sandbox that does what it is asked."""

    def __init__(self, yard: "Yard", spec: SandboxSpec) -> None:
        spec.home.mkdir(parents=True, exist_ok=True)
        for name in (".ask", ".answer"):
            if not (spec.home / name).exists():
                os.mkfifo(spec.home / name)
        self.spec = replace(spec, command=(PYTHON, "-c", _LISTENER))
        self.sandbox = yard.create(self.spec)

    def run(self, code: str) -> str:
        """What the Python code prints, or the exception it raises."""
        _ = (self.spec.home / ".ask").write_text(code)
        return (self.spec.home / ".answer").read_text().strip()

    def value(self, expression: str, *imports: str) -> Any:
        """What the expression is, through JSON."""
        lines = [f"import {name}" for name in ("json", *imports)]
        text = self.run("\n".join([*lines, f"print(json.dumps({expression}))"]))
        try:
            return json.loads(text)
        except ValueError:
            raise AssertionError(text) from None


class Yard:
    """An isolation with a data directory of its own."""

    def __init__(self, data: Path, isolation: BubblewrapIsolation) -> None:
        self.data = data
        self.isolation = isolation
        self._made: list[UUID] = []

    def spec(self, *command: str, **changes: Any) -> SandboxSpec:
        spec = SandboxSpec(
            id=uuid4(),
            workspace_id=uuid4(),
            hostname="box",
            command=command or ("sleep", "1000"),
            environment={},
            home=self.data / "volumes" / uuid4().hex,
            access_url="http://127.0.0.1:7080",
            server_address="127.0.0.1:1",
            stop_grace_seconds=5,
        )
        return replace(spec, **changes)

    def create(self, spec: SandboxSpec) -> Sandbox:
        self._made.append(spec.id)
        return self.isolation.create(spec)

    def inside(self, **changes: Any) -> Inside:
        return Inside(self, self.spec(**changes))

    def output(self, *command: str, **changes: Any) -> tuple[int, str]:
        """Exit status and printed text of a command that ends by itself."""
        spec = self.spec(*command, **changes)
        sandbox = self.create(spec)
        if sandbox.running:
            process = Process(sandbox.supervisor_pid, sandbox.supervisor_started)
            assert process.wait(30)
        directory = self.directory(spec.id)
        status: int = json.loads((directory / "exit.json").read_text())["status"]
        console = directory / "console.log"
        return status, console.read_text() if console.exists() else ""

    def directory(self, sandbox_id: UUID) -> Path:
        return self.data / "sandboxes" / str(sandbox_id)

    def state(self, sandbox_id: UUID) -> StateRecord:
        state: StateRecord = json.loads(
            (self.directory(sandbox_id) / "state.json").read_text()
        )
        return state

    def init_of(self, sandbox_id: UUID) -> Process:
        """Pid 1 of the workspace, as the host sees it."""
        state = self.state(sandbox_id)
        return Process(state["init_pid"], state["init_started"])

    def close(self) -> None:
        for sandbox_id in self._made:
            self.isolation.forget(sandbox_id)


@pytest.fixture(scope="session")
def _possible(tmp_path_factory: pytest.TempPathFactory) -> str:
    """Why this machine refuses; empty when it does not."""
    data = tmp_path_factory.mktemp("probe")
    try:
        _ = BubblewrapIsolation(data, data / "agents").probe()
    except SandboxRefused as refused:
        return str(refused)
    return ""


MakeYard = Callable[..., Yard]


@pytest.fixture
def make_yard(tmp_path: Path, _possible: str) -> Iterator[MakeYard]:
    if _possible:
        pytest.skip(_possible)
    made: list[Yard] = []

    def make(**options: Any) -> Yard:
        data = tmp_path / "data"
        yard = Yard(data, BubblewrapIsolation(data, data / "agents", **options))
        made.append(yard)
        return yard

    yield make
    for yard in made:
        yard.close()


@pytest.fixture(scope="session")
def _shared(tmp_path_factory: pytest.TempPathFactory, _possible: str) -> Yard:
    data = tmp_path_factory.mktemp("yard") / "data"
    return Yard(data, BubblewrapIsolation(data, data / "agents"))


@pytest.fixture
def yard(_shared: Yard, _possible: str) -> Iterator[Yard]:
    """One for all tests, which looks for what the machine can do only once."""
    if _possible:
        pytest.skip(_possible)
    mine = Yard(_shared.data, _shared.isolation)
    yield mine
    mine.close()


@pytest.fixture
def fresh_yard(make_yard: MakeYard) -> Yard:
    """For tests that look at the whole data directory."""
    return make_yard()


@pytest.fixture(scope="module")
def anyone(_shared: Yard, _possible: str) -> Iterator[Inside]:
    """A sandbox like any other, for tests that change nothing in it."""
    if _possible:
        pytest.skip(_possible)
    mine = Yard(_shared.data, _shared.isolation)
    yield mine.inside()
    mine.close()
