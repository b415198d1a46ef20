"""Running a program, with shell scripts in Terraform's place."""

import asyncio
import os
from pathlib import Path

import pytest

from taskyard.provisioner.engine.process import Program, run_program
from taskyard.provisioner.engine.stop import Stop
from taskyard.provisioner.errors import Canceled, LeaseLost, TimedOut
from tests.support.processes import wait_until_gone

pytestmark = pytest.mark.asyncio


async def _run(
    script: str, directory: Path, stop: Stop | None = None, grace: float = 5
) -> tuple[int, list[str]]:
    path = directory / "program"
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(0o755)
    lines: list[str] = []
    code = await run_program(
        Program(kind="binary", path=path),
        ["argument"],
        directory=directory,
        environment={"PATH": "/usr/bin:/bin", "GIVEN": "yes"},
        on_line=lines.append,
        stop=stop or Stop(),
        grace=grace,
    )
    return code, lines


async def test_lines_exit_code_directory_and_environment(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TASKYARD_NOT_GIVEN", "x")

    code, lines = await _run(
        'echo "$1 $GIVEN $TASKYARD_NOT_GIVEN"; pwd; echo err >&2; printf end; exit 3',
        tmp_path,
    )

    assert code == 3
    assert lines == ["argument yes ", str(tmp_path), "err", "end"]


async def test_what_cannot_be_run_says_so(tmp_path: Path) -> None:
    lines: list[str] = []

    code = await run_program(
        Program(kind="binary", path=tmp_path / "nothing"),
        [],
        directory=tmp_path,
        environment={},
        on_line=lines.append,
        stop=Stop(),
        grace=0,
    )

    assert code == 127
    assert lines == [f"{tmp_path}/nothing cannot be run: No such file or directory"]


async def test_a_line_without_end_is_cut(tmp_path: Path) -> None:
    _, lines = await _run(
        "head -c 3000000 /dev/zero | tr '\\0' x; echo; echo z", tmp_path
    )

    assert [line[:1] for line in lines] == ["x", "z"]
    assert len(lines[0]) == 1 << 20


async def test_bytes_that_are_no_text_do_not_hurt(tmp_path: Path) -> None:
    _, lines = await _run("printf 'a\\377b\\n'", tmp_path)

    assert lines == ["a\N{REPLACEMENT CHARACTER}b"]


async def test_asked_it_gets_the_chance_to_finish(tmp_path: Path) -> None:
    stop = Stop()
    os.mkfifo(tmp_path / "ready")
    script = (
        "trap 'echo finishing; exit 4' INT; echo > ready; while :; do sleep 0.05; done"
    )

    async with asyncio.TaskGroup() as group:
        running = group.create_task(_run(script, tmp_path, stop))
        await asyncio.to_thread((tmp_path / "ready").read_text)
        stop.cancel()

    assert running.result() == (4, ["finishing"])
    with pytest.raises(Canceled):
        stop.check()


async def test_one_that_does_not_listen_is_killed_with_its_children(
    tmp_path: Path,
) -> None:
    stop = Stop()
    os.mkfifo(tmp_path / "ready")
    script = "trap '' INT; sleep 600 & echo $! > ready; wait; sleep 600"

    async with asyncio.TaskGroup() as group:
        running = group.create_task(_run(script, tmp_path, stop, grace=0.1))
        child = int(await asyncio.to_thread((tmp_path / "ready").read_text))
        stop.time_out(1, "The build")

    assert running.result()[0] == -9
    with pytest.raises(TimedOut, match="did not end within 1 seconds"):
        stop.check()
    await asyncio.to_thread(wait_until_gone, child)


async def test_a_lost_lease_kills_at_once(tmp_path: Path) -> None:
    stop = Stop()
    os.mkfifo(tmp_path / "ready")
    script = "trap '' INT; echo > ready; while :; do sleep 600; done"

    async with asyncio.TaskGroup() as group:
        running = group.create_task(_run(script, tmp_path, stop, grace=3600))
        await asyncio.to_thread((tmp_path / "ready").read_text)
        stop.lose_lease()

    assert running.result()[0] == -9
    with pytest.raises(LeaseLost):
        stop.check()


async def test_what_it_leaves_in_the_background_goes_with_it(tmp_path: Path) -> None:
    _, [child] = await _run("sleep 600 & echo $!", tmp_path)

    await asyncio.to_thread(wait_until_gone, int(child))


async def test_when_the_caller_is_cancelled_nothing_runs_on(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "ready")

    async with asyncio.TaskGroup() as group:
        running = group.create_task(_run("echo $$ > ready; exec sleep 600", tmp_path))
        pid = int(await asyncio.to_thread((tmp_path / "ready").read_text))
        running.cancel()

    await asyncio.to_thread(wait_until_gone, pid)


async def test_the_first_reason_to_stop_is_the_one() -> None:
    stop = Stop()

    stop.cancel("first")
    stop.time_out(1, "The build")

    with pytest.raises(Canceled, match="first"):
        stop.check()
