"""The runner as one file."""

import io
import zipfile
from http import HTTPStatus

import httpx
import pytest

pytestmark = pytest.mark.asyncio

RUNNER = "/bin/taskyard-runner.pyz"


async def test_the_runner_is_one_file_that_python_can_run(
    anonymous: httpx.AsyncClient,
) -> None:
    answer = await anonymous.get(RUNNER)

    assert answer.status_code == HTTPStatus.OK
    with zipfile.ZipFile(io.BytesIO(answer.content)) as archive:
        assert "__main__.py" in archive.namelist()
        assert "taskyard/runner/main.py" in archive.namelist()


async def test_who_has_the_runner_already_gets_nothing(
    anonymous: httpx.AsyncClient,
) -> None:
    tag = (await anonymous.head(RUNNER)).headers["etag"]

    same = await anonymous.get(RUNNER, headers={"If-None-Match": f'"x", {tag}'})
    other = await anonymous.get(RUNNER, headers={"If-None-Match": '"x"'})

    assert (same.status_code, same.content) == (HTTPStatus.NOT_MODIFIED, b"")
    assert other.status_code == HTTPStatus.OK
