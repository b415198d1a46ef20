"""Files that the server fetches: of the home and of the agent's directory, nothing else."""

import asyncio
import os
from pathlib import Path

import pytest

from taskyard.kit.mux.mux import StreamReset
from taskyard.runner.link.files import MAX_FILE_BYTES
from tests.integration.runner.workspace import TestWorkspace

pytestmark = pytest.mark.asyncio


async def fetch(workspace: TestWorkspace, session: str, path: str) -> bytes:
    reader = asyncio.StreamReader()
    target = {"service": "file", "session_id": session, "path": path}
    async with asyncio.timeout(20):
        await workspace.server.open(
            target, lambda: asyncio.StreamReaderProtocol(reader)
        )
        return await reader.read()


@pytest.mark.parametrize("size", [0, 5, 3 * 1024 * 1024])
async def test_a_file_arrives_whole(tmp_path: Path, size: int) -> None:
    async with TestWorkspace(tmp_path) as workspace:
        session = await workspace.begin()
        content = os.urandom(size)
        (tmp_path / "project/out.bin").write_bytes(content)

        absolute = await fetch(workspace, session, str(tmp_path / "project/out.bin"))
        relative = await fetch(workspace, session, "out.bin")

        assert absolute == relative == content


async def test_a_file_outside_of_the_home_but_in_the_agents_directory_is_theirs(
    tmp_path: Path,
) -> None:
    home, project = tmp_path / "home", tmp_path / "elsewhere"
    home.mkdir()
    async with TestWorkspace(home) as workspace:
        session = await workspace.begin(directory=str(project))
        (project / "a.txt").write_text("hello")

        assert await fetch(workspace, session, "a.txt") == b"hello"


@pytest.mark.parametrize(
    ("path", "code"),
    [
        ("/etc/passwd", "refused"),
        ("../../../../../../etc/passwd", "refused"),
        ("link-out", "refused"),
        ("/proc/self/environ", "refused"),
        ("~/.taskyard/runner/runner.db", "refused"),
        (".", "refused"),
        ("pipe", "refused"),
        ("missing.txt", "not_found"),
        ("a\0b", "not_found"),
        ("loop", "not_found"),
        ("huge.bin", "too_large"),
    ],
)
async def test_what_is_not_a_file_of_theirs_is_refused(
    tmp_path: Path, path: str, code: str
) -> None:
    async with TestWorkspace(tmp_path) as workspace:
        session = await workspace.begin()
        project = tmp_path / "project"
        (project / "link-out").symlink_to("/etc/passwd")
        (project / "loop").symlink_to("loop")
        os.mkfifo(project / "pipe")
        with (project / "huge.bin").open("wb") as huge:
            huge.truncate(MAX_FILE_BYTES + 1)
        asked = path.replace("~", str(tmp_path))

        with pytest.raises(StreamReset, match=f"^{code}: "):
            await fetch(workspace, session, asked)
