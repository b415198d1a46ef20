"""Uploads through the API."""

import gzip
import io
import tarfile
from http import HTTPStatus

import httpx
import pytest

from tests.conftest import Account
from tests.support.archives import Member, tar, zip_of
from tests.support.provisioning import tar_of

pytestmark = pytest.mark.asyncio

FILES = "/api/v2/files"


async def upload(
    client: httpx.AsyncClient, data: bytes, kind: str = "application/x-tar"
) -> httpx.Response:
    return await client.post(FILES, content=data, headers={"Content-Type": kind})


async def test_an_upload_comes_back_as_a_plain_tar(client: httpx.AsyncClient) -> None:
    answer = await upload(client, gzip.compress(tar_of({"main.tf": "# main"})))

    assert answer.status_code == HTTPStatus.CREATED
    stored = await client.get(f"{FILES}/{answer.json()['hash']}")
    assert stored.headers["content-type"] == "application/x-tar"
    with tarfile.open(fileobj=io.BytesIO(stored.content)) as archive:
        assert archive.getnames() == ["main.tf"]


async def test_equal_folders_are_stored_once_whatever_packed_them(
    client: httpx.AsyncClient,
) -> None:
    first = await upload(client, tar_of({"main.tf": "x"}))
    again = await upload(client, zip_of(("main.tf", b"x")), "application/zip")
    other = await upload(client, tar_of({"main.tf": "y"}))

    assert again.status_code == HTTPStatus.OK
    assert again.json() == first.json() != other.json()


async def test_a_hostile_archive_is_refused_in_words(client: httpx.AsyncClient) -> None:
    answer = await upload(client, tar(Member(name="../x")))

    assert answer.status_code == HTTPStatus.BAD_REQUEST
    body = answer.json()
    assert body["code"] == "archive_refused"
    assert "leads out" in body["message"]
    assert body["detail"]


@pytest.mark.parametrize(
    "kind", ["application/json", "multipart/form-data; boundary=x"]
)
async def test_a_body_that_is_no_archive_by_its_type_is_refused(
    client: httpx.AsyncClient, kind: str
) -> None:
    answer = await upload(client, tar_of({"main.tf": "x"}), kind)

    assert answer.status_code == HTTPStatus.BAD_REQUEST
    assert "application/x-tar" in answer.json()["detail"]


async def test_a_member_can_neither_upload_nor_read_archives(
    client: httpx.AsyncClient, member: Account
) -> None:
    data = tar_of({"main.tf": "x"})
    id_ = (await upload(client, data)).json()["hash"]

    refused = await upload(member.client, data)
    hidden = await member.client.get(f"{FILES}/{id_}")

    assert refused.status_code == HTTPStatus.FORBIDDEN
    assert hidden.status_code == HTTPStatus.NOT_FOUND
