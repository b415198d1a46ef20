"""Workspaces through the API: making, finding, who may."""

from http import HTTPStatus
from typing import Any
from uuid import UUID

import httpx
import pytest
from fastapi import FastAPI
from sqlalchemy import select

from taskyard.kit.crypto import digest
from taskyard.server.db.tables import (
    AgentLogRow,
    AgentRow,
    TemplateVersionRow,
    TokenRow,
)
from taskyard.server.factory import Factory, ProcessContext
from taskyard.server.identity.actor import Role
from taskyard.testing.provisioners import FailingProvisioner
from tests.conftest import Account, make_account
from tests.support.provisioning import Yard

pytestmark = pytest.mark.asyncio

MINE = "/api/v2/users/me/workspaces"


async def names(account: Account, query: str) -> list[str]:
    answer = await account.client.get("/api/v2/workspaces", params={"q": query})
    assert answer.status_code == HTTPStatus.OK, answer.text
    return sorted(workspace["name"] for workspace in answer.json()["workspaces"])


ILLEGAL_NAMES = (
    *("", "-a", "a-", "a--b", "a b", "a_b", "a.b", "ä", "x" * 33, "a/b", "..", "a\0b"),
    *("a\n", " a", "%2e", "a?b", "<b>", "\uff41", "Ⅳ", "a\u200b", "🙂", "'--", "${a}"),
)


async def test_illegal_names_are_refused(yard: Yard) -> None:
    template = await yard.template()

    for name in ILLEGAL_NAMES:
        answer = await yard.owner.client.post(
            MINE, json={"name": name, "template_id": template["id"]}
        )

        assert answer.status_code == HTTPStatus.BAD_REQUEST, name
        assert answer.json()["validations"][0]["field"] == "name", name


async def test_a_name_is_used_once_by_each_owner(yard: Yard, member: Account) -> None:
    template = await yard.template()
    workspace = await yard.workspace(template, "web")
    body = {"name": "WEB", "template_id": template["id"]}

    again = await yard.owner.client.post(MINE, json=body)
    others = await member.client.post(MINE, json=body)
    await yard.build(workspace, "delete")
    freed = await yard.owner.client.post(MINE, json=body)

    assert again.status_code == HTTPStatus.CONFLICT
    assert others.status_code == HTTPStatus.CREATED
    assert freed.status_code == HTTPStatus.CREATED


async def test_a_template_or_version_that_cannot_be_used_is_refused(
    yard: Yard,
) -> None:
    template = await yard.template()
    loose = await yard.version()
    archived = await yard.version(template_id=template["id"])
    waiting = await yard.version(template_id=template["id"], run=False)
    await yard.owner.client.post(f"/api/v2/templateversions/{archived['id']}/archive")

    bodies: list[dict[str, Any]] = [
        {"template_version_id": version["id"]} for version in (loose, archived, waiting)
    ]
    bodies += [{"template_id": loose["id"]}, {}]

    for body in bodies:
        answer = await yard.owner.client.post(MINE, json={"name": "web", **body})

        assert answer.status_code == HTTPStatus.BAD_REQUEST, body
        assert answer.json()["code"] == "version_unusable"
    assert (await yard.get("/workspaces"))["count"] == 0


async def test_only_owners_of_the_server_create_for_others(
    yard: Yard, member: Account
) -> None:
    template = await yard.template()
    body = {"name": "web", "template_id": template["id"]}

    refused = await member.client.post("/api/v2/users/ada/workspaces", json=body)
    created = await yard.owner.client.post(
        "/api/v2/organizations/default/members/mel/workspaces", json=body
    )

    assert refused.status_code in {HTTPStatus.FORBIDDEN, HTTPStatus.NOT_FOUND}
    assert created.status_code == HTTPStatus.CREATED
    assert created.json()["owner_name"] == "mel"
    assert created.json()["latest_build"]["initiator_name"] == "ada"


async def test_a_workspace_is_its_owners_and_the_roles(
    yard: Yard, app: FastAPI, member: Account
) -> None:
    workspace = await yard.workspace(await yard.template())
    path = f"/api/v2/workspaces/{workspace['id']}"
    agent = workspace["latest_build"]["resources"][0]["agents"][0]["id"]
    build = workspace["latest_build"]["id"]
    auditor = await make_account(app, "aud", Role.AUDITOR)
    paths = [
        path,
        f"{path}/builds",
        f"{path}/egress",
        f"{path}/watch",
        f"/api/v2/workspacebuilds/{build}",
        f"/api/v2/workspacebuilds/{build}/logs",
        f"/api/v2/workspacebuilds/{build}/parameters",
        f"/api/v2/workspaceagents/{agent}",
        f"/api/v2/workspaceagents/{agent}/logs",
        "/api/v2/users/ada/workspace/web",
    ]

    async with auditor.client:
        read = await auditor.client.get(path)
        write = await auditor.client.post(f"{path}/builds", json={"transition": "stop"})
    foreign = [(await member.client.get(p)).status_code for p in paths]
    foreign_write = await member.client.post(
        f"{path}/builds", json={"transition": "stop"}
    )

    assert (read.status_code, write.status_code) == (
        HTTPStatus.OK,
        HTTPStatus.FORBIDDEN,
    )
    assert foreign == [HTTPStatus.NOT_FOUND] * len(paths)
    assert foreign_write.status_code == HTTPStatus.NOT_FOUND
    assert await names(member, "") == []


async def test_workspaces_are_found_by_what_they_are(
    yard: Yard, member: Account, anonymous: httpx.AsyncClient
) -> None:
    tasks = await yard.template("tasks")
    other = await yard.template("other")
    running = await yard.workspace(tasks, "running")
    await yard.workspace(other, "halted")
    halted = await yard.get("/users/me/workspace/halted")
    await yard.build(halted, "stop")
    await yard.workspace(other, "mels", by=member)
    await yard.workspace(tasks, "broken", run=False)
    await FailingProvisioner(anonymous, yard.provisioner.key).run_one()
    await yard.workspace(tasks, "waiting", run=False)
    ada = yard.owner

    everything = ["broken", "halted", "mels", "running", "waiting"]
    expected = {
        "": everything,
        "owner:me": ["broken", "halted", "running", "waiting"],
        "owner:mel": ["mels"],
        f"owner:{member.id}": ["mels"],
        "template:tasks": ["broken", "running", "waiting"],
        "template:tasks status:running": ["running"],
        "status:stopped": ["halted"],
        "status:failed": ["broken"],
        "status:pending": ["waiting"],
        "status:deleting": [],
        "name:run": ["running"],
        "halt": ["halted"],
        "mel/mels": ["mels"],
        "ada/mels": [],
        "organization:default": everything,
        "deleted:true": [],
        f"id:{running['id']}": ["running"],
    }
    assert {query: await names(ada, query) for query in expected} == expected
    for query in ("status:tired", "color:red", "owner:"):
        bad = await ada.client.get("/api/v2/workspaces", params={"q": query})
        assert bad.status_code == HTTPStatus.BAD_REQUEST
        assert bad.json()["message"] == "Invalid workspace search query."


async def test_a_list_has_pages_and_a_count(yard: Yard) -> None:
    template = await yard.template()
    for number in range(3):
        await yard.workspace(template, f"w{number}", run=False)

    first = await yard.get("/workspaces?limit=2")
    second = await yard.get("/workspaces?limit=2&offset=2")

    assert [len(page["workspaces"]) for page in (first, second)] == [2, 1]
    assert (first["count"], second["count"]) == (3, 3)


async def test_the_token_of_an_agent_is_stored_as_its_hash(
    yard: Yard, process: ProcessContext
) -> None:
    workspace = await yard.workspace(await yard.template())
    agent = workspace["latest_build"]["resources"][0]["agents"][0]

    async with process.sessions() as session:
        row = await session.get_one(AgentRow, UUID(agent["id"]))

    token = yard.provisioner.agent_tokens[row.agent_id]
    assert row.token_hash == digest(token)
    assert token not in str(row.spec)


async def test_a_delete_ends_every_token_of_the_workspace(
    yard: Yard, process: ProcessContext
) -> None:
    workspace = await yard.workspace(await yard.template())

    await yard.build(workspace, "delete")

    async with process.sessions() as session:
        tokens = await session.scalars(
            select(TokenRow).where(TokenRow.kind == "workspace")
        )
        assert tokens.all() == []


async def test_logs_of_an_agent_are_told_with_uuids_for_their_sources(
    yard: Yard, process: ProcessContext
) -> None:
    workspace = await yard.workspace(await yard.template())
    agent = workspace["latest_build"]["resources"][0]["agents"][0]["id"]
    async with process.sessions.begin() as session:
        for output in ("one", "two"):
            session.add(
                AgentLogRow(
                    agent_row_id=UUID(agent),
                    source="runner",
                    level="info",
                    output=output,
                    created_at=process.clock.now(),
                )
            )

    logs = await yard.get(f"/workspaceagents/{agent}/logs")
    rest = await yard.get(f"/workspaceagents/{agent}/logs?after={logs[0]['id']}")

    assert [line["output"] for line in logs] == ["one", "two"]
    assert [line["output"] for line in rest] == ["two"]
    assert UUID(logs[0]["source_id"]) == UUID(logs[1]["source_id"])


async def test_a_workspace_and_its_build_vanish_with_the_transaction(
    yard: Yard, process: ProcessContext
) -> None:
    template = await yard.template()
    async with process.sessions() as session:
        services = Factory(process, session)
        version = await session.get_one(
            TemplateVersionRow, UUID(template["active_version_id"])
        )
        await services.workspaces().create(
            owner_id=yard.owner.id,
            initiator_id=yard.owner.id,
            version=version,
            name="half",
        )
        await session.rollback()

    assert (await yard.get("/workspaces"))["count"] == 0
    assert await yard.provisioner.acquire() is None
