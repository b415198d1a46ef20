"""Templates and workspaces for tests, made through the API by a fake provisioner."""

import io
import tarfile
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from typing import Any

import httpx
import pytest_asyncio
from fastapi import FastAPI
from sqlalchemy import text

from taskyard.protocol.provisioner import ImportResult
from taskyard.server.factory import Factory, ProcessContext
from taskyard.testing.provisioners import FakeProvisioner
from tests.conftest import Account

__all__ = [
    "Yard",
    "lapse_leases",
    "make_provisioner",
    "provisioner",
    "tar_of",
    "yard",
]


def tar_of(files: Mapping[str, str]) -> bytes:
    """An ordinary archive."""
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as archive:
        for name, text in files.items():
            info = tarfile.TarInfo(name)
            info.size = len(text.encode())
            archive.addfile(info, io.BytesIO(text.encode()))
    return out.getvalue()


async def make_provisioner(
    app: FastAPI,
    client: httpx.AsyncClient,
    *,
    name: str = "fake",
    kind: type[FakeProvisioner] = FakeProvisioner,
    tags: Mapping[str, str] | None = None,
) -> FakeProvisioner:
    """With a key of its own."""
    process: ProcessContext = app.state.process
    async with process.sessions.begin() as session:
        key = await Factory(process, session).provisioner_keys().create(name)
    return kind(client, key, name=name, tags=tags)


@pytest_asyncio.fixture
async def provisioner(app: FastAPI, anonymous: httpx.AsyncClient) -> FakeProvisioner:
    return await make_provisioner(app, anonymous)


@dataclass(frozen=True, slots=True, kw_only=True)
class Yard:
    """A server with a provisioner, and an owner who makes what a test needs."""

    owner: Account
    provisioner: FakeProvisioner

    async def upload(self, files: Mapping[str, str] | None = None) -> str:
        answer = await self.owner.client.post(
            "/api/v2/files",
            content=tar_of(files or {"main.tf": "# nothing"}),
            headers={"Content-Type": "application/x-tar"},
        )
        return str(ok(answer)["hash"])

    async def version(
        self,
        *,
        template_id: str | None = None,
        result: ImportResult | None = None,
        run: bool = True,
        **body: Any,
    ) -> dict[str, Any]:
        """A template version; imported with `result`, unless `run` is false."""
        if result is not None:
            self.provisioner.import_result = result
        answer = await self.owner.client.post(
            "/api/v2/organizations/default/templateversions",
            json={"file_id": await self.upload(), "template_id": template_id, **body},
        )
        version = ok(answer)
        if run:
            await self.provisioner.run_all()
        return version

    async def template(
        self, name: str = "tasks", result: ImportResult | None = None, **body: Any
    ) -> dict[str, Any]:
        version = await self.version(result=result)
        answer = await self.owner.client.post(
            "/api/v2/organizations/default/templates",
            json={"name": name, "template_version_id": version["id"], **body},
        )
        return ok(answer)

    async def workspace(
        self,
        template: Mapping[str, Any],
        name: str = "web",
        *,
        by: Account | None = None,
        run: bool = True,
        **body: Any,
    ) -> dict[str, Any]:
        """A workspace of the template's active version; started, unless told not to."""
        account = by or self.owner
        answer = await account.client.post(
            "/api/v2/users/me/workspaces",
            json={"name": name, "template_id": template["id"], **body},
        )
        workspace = ok(answer)
        if not run:
            return workspace
        await self.provisioner.run_all()
        return await self.get(f"/workspaces/{workspace['id']}")

    async def build(
        self,
        workspace: Mapping[str, Any],
        transition: str,
        *,
        run: bool = True,
        **body: Any,
    ) -> dict[str, Any]:
        answer = await self.owner.client.post(
            f"/api/v2/workspaces/{workspace['id']}/builds",
            json={"transition": transition, **body},
        )
        build = ok(answer)
        if not run:
            return build
        await self.provisioner.run_all()
        return await self.get(f"/workspacebuilds/{build['id']}")

    async def get(self, path: str) -> Any:
        return ok(await self.owner.client.get(f"/api/v2{path}"))


def ok(answer: httpx.Response) -> Any:
    """The body of an answer that must be a success."""
    assert answer.is_success, answer.text
    return answer.json()


@pytest_asyncio.fixture
async def yard(owner: Account, provisioner: FakeProvisioner) -> AsyncIterator[Yard]:
    yield Yard(owner=owner, provisioner=provisioner)


async def lapse_leases(process: ProcessContext) -> None:
    """As if every provisioner had been silent for longer than its lease."""
    async with process.sessions.begin() as session:
        await session.execute(
            text(
                "update jobs set lease_until = now() - interval '1 second' "
                "where state = 'running'"
            )
        )
