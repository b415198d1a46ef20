"""The owner of a PostgreSQL: against everything that may have happened to it."""

import asyncio
import os
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from taskyard.kit.postgres import (
    THROWAWAY,
    EmbeddedPostgres,
    EmbeddedPostgresError,
)

pytestmark = pytest.mark.asyncio


@pytest.fixture
def data() -> Iterator[Path]:
    path = Path(tempfile.mkdtemp(prefix="taskyard-pg-"))
    path.chmod(0o755)
    yield path
    shutil.rmtree(path, ignore_errors=True)


def owner_of(data: Path) -> EmbeddedPostgres:
    return EmbeddedPostgres(data=data, settings=THROWAWAY)


def is_there(pid: int) -> bool:
    """Also while it is a zombie that nobody has buried: then its command line is empty."""
    try:
        return bool(Path(f"/proc/{pid}/cmdline").read_bytes())
    except OSError:
        return False


async def execute(postgres: EmbeddedPostgres, statement: str) -> object:
    connection = await psycopg.AsyncConnection.connect(postgres.url(), autocommit=True)
    async with connection:
        cursor = await connection.execute(statement.encode())
        return await cursor.fetchone() if cursor.description else None


async def test_data_outlives_a_stop_and_a_start(data: Path) -> None:
    async with owner_of(data).running() as postgres:
        await execute(postgres, "create table t as select 42 as n")
    async with owner_of(data).running() as postgres:
        assert await execute(postgres, "select n from t") == (42,)


async def test_a_second_owner_is_refused(data: Path) -> None:
    async with owner_of(data).running():
        with pytest.raises(EmbeddedPostgresError, match="in use by another"):
            async with owner_of(data).running():
                pass


async def test_a_killed_postmaster_is_noticed_and_started_again(data: Path) -> None:
    async with owner_of(data).running() as postgres:
        assert postgres.pid is not None
        os.kill(postgres.pid, signal.SIGKILL)
        code = await postgres.wait()
        await postgres.start()

        assert code == -signal.SIGKILL
        assert await execute(postgres, "select 1") == (1,)


async def test_a_stale_pid_file_that_names_a_stranger_harms_nobody(data: Path) -> None:
    async with owner_of(data).running() as postgres:
        pid_file = postgres.cluster / "postmaster.pid"
        lines = pid_file.read_text().splitlines()
    stranger = await asyncio.create_subprocess_exec(
        sys.executable, "-c", "input()", stdin=subprocess.PIPE
    )
    pid_file.write_text("\n".join([str(stranger.pid), *lines[1:]]))

    async with owner_of(data).running() as postgres:
        alive = await execute(postgres, "select 1")

    assert (alive, stranger.returncode) == ((1,), None)
    stranger.kill()
    await stranger.wait()


async def test_it_ends_with_an_owner_that_is_killed(data: Path) -> None:
    program = (
        "import asyncio, sys\n"
        "from pathlib import Path\n"
        "from taskyard.kit.postgres import EmbeddedPostgres\n"
        "async def main():\n"
        "    async with EmbeddedPostgres(data=Path(sys.argv[1])).running() as postgres:\n"
        "        print(postgres.pid, flush=True)\n"
        "        await postgres.wait()\n"
        "asyncio.run(main())\n"
    )
    owner = await asyncio.create_subprocess_exec(
        sys.executable, "-c", program, str(data), stdout=subprocess.PIPE
    )
    assert owner.stdout is not None
    pid = int(await owner.stdout.readline())

    owner.kill()
    await owner.wait()

    async with asyncio.timeout(10):
        while is_there(pid):  # noqa: ASYNC110 - it is not our child: nobody tells us
            await asyncio.sleep(0.02)


async def test_a_half_made_cluster_is_made_anew(data: Path) -> None:
    (data / "cluster.new").mkdir()
    (data / "cluster.new" / "PG_VERSION").write_text("18")

    async with owner_of(data).running() as postgres:
        assert await execute(postgres, "select 1") == (1,)


async def test_a_cluster_of_another_version_is_refused_with_what_to_do(
    data: Path,
) -> None:
    async with owner_of(data).running() as postgres:
        cluster = postgres.cluster
    (cluster / "PG_VERSION").write_text("9")

    with pytest.raises(EmbeddedPostgresError, match="TASKYARD_POSTGRES_BIN"):
        async with owner_of(data).running():
            pass


async def test_a_long_path_gets_its_socket_elsewhere(data: Path) -> None:
    long = data / ("x" * 100)

    async with owner_of(long).running() as postgres:
        assert await execute(postgres, "select 1") == (1,)
        assert postgres.socket_dir.stat().st_mode & 0o077 == 0
    assert not postgres.socket_dir.exists()
