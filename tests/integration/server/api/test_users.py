from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
import pytest_asyncio
from fastapi import FastAPI
from inline_snapshot import snapshot

from taskyard.server.identity.actor import Role
from tests.conftest import PASSWORD, Account, make_account

pytestmark = pytest.mark.asyncio


@pytest_asyncio.fixture
async def auditor(app: FastAPI, owner: Account) -> AsyncIterator[Account]:
    del owner
    account = await make_account(app, "audrey", Role.AUDITOR)
    async with account.client:
        yield account


@pytest_asyncio.fixture
async def template_admin(app: FastAPI, owner: Account) -> AsyncIterator[Account]:
    del owner
    account = await make_account(app, "tess", Role.TEMPLATE_ADMIN)
    async with account.client:
        yield account


@pytest.fixture
def everybody_else(
    member: Account, auditor: Account, template_admin: Account
) -> tuple[Account, ...]:
    return member, auditor, template_admin


def new_user(**changes: Any) -> dict[str, Any]:
    return {
        "username": "newton",
        "email": "newton@example.com",
        "password": PASSWORD,
    } | changes


async def test_an_owner_makes_a_user_who_can_log_in(
    owner: Account, anonymous: httpx.AsyncClient
) -> None:
    made = await owner.client.post(
        "/api/v2/users", json=new_user(roles=["auditor"], github_com_user_id=42)
    )
    login = await anonymous.post(
        "/api/v2/users/login", json={"email": "newton", "password": PASSWORD}
    )

    body = made.json()
    assert (made.status_code, login.status_code) == (201, 201)
    assert body["roles"] == [
        {"name": "auditor", "display_name": "Auditor", "organization_id": ""}
    ]
    assert body["github_com_user_id"] == 42
    assert body["organization_ids"] == [str(owner.organization_id)]
    assert PASSWORD not in made.text
    assert "argon2" not in made.text


async def test_a_user_without_a_password_cannot_log_in(
    owner: Account, anonymous: httpx.AsyncClient
) -> None:
    made = await owner.client.post(
        "/api/v2/users", json=new_user(password=None, login_type="none")
    )
    login = await anonymous.post(
        "/api/v2/users/login", json={"email": "newton", "password": ""}
    )

    assert (made.json()["login_type"], login.status_code) == ("none", 401)


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"username": ""}, "username"),
        ({"username": "me"}, "username"),
        ({"username": "two words"}, "username"),
        ({"username": "-dash"}, "username"),
        ({"username": "a" * 33}, "username"),
        ({"username": "é"}, "username"),
        ({"username": "../etc"}, "username"),
        ({"email": "no-at-sign"}, "email"),
        ({"name": "x" * 129}, "name"),
        ({"password": "short"}, "password"),
        ({"password": None}, "password"),
        ({"roles": ["emperor"]}, "roles.0"),
        ({"username": None}, "username"),
    ],
)
async def test_what_is_wrong_with_a_new_user_is_named(
    owner: Account, changes: dict[str, Any], field: str
) -> None:
    response = await owner.client.post("/api/v2/users", json=new_user(**changes))

    assert response.status_code == 400
    assert field in {each["field"] for each in response.json()["validations"]}


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"username": "ADA"}, "username_taken"),
        ({"email": "Ada@Example.com"}, "email_taken"),
    ],
)
async def test_names_and_addresses_are_taken_whatever_their_case(
    owner: Account, changes: dict[str, str], code: str
) -> None:
    response = await owner.client.post("/api/v2/users", json=new_user(**changes))

    assert (response.status_code, response.json()["code"]) == (409, code)


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("", ["ada", "audrey", "mel"]),
        ("aud", ["audrey"]),
        ("search:MEL", ["mel"]),
        ("role:owner", ["ada"]),
        ("role:auditor,owner", ["ada", "audrey"]),
        ("role:member", ["ada", "audrey", "mel"]),
        ("status:suspended", []),
        ("status:active mel", ["mel"]),
        ("github_com_user_id:123", []),
        ("login_type:password", ["ada", "audrey", "mel"]),
        ("%", []),
        ('created_before:"2000-01-01T00:00:00Z"', []),
        ('created_after:"2000-01-01T00:00:00z"', ["ada", "audrey", "mel"]),
    ],
)
async def test_users_are_found_by_query(
    owner: Account, auditor: Account, member: Account, query: str, expected: list[str]
) -> None:
    del auditor, member

    response = await owner.client.get("/api/v2/users", params={"q": query})

    body = response.json()
    assert [user["username"] for user in body["users"]] == expected
    assert body["count"] == len(expected)


async def test_the_action_finds_a_user_by_their_github_id(owner: Account) -> None:
    await owner.client.post("/api/v2/users", json=new_user(github_com_user_id=123))

    response = await owner.client.get("/api/v2/users?q=github_com_user_id%3A123")

    (user,) = response.json()["users"]
    assert user["username"] == "newton"
    assert {"id", "email", "organization_ids", "github_com_user_id"} <= set(user)


@pytest.mark.parametrize(
    "query", ["colour:red", "status:happy", "github_com_user_id:x", "a:b:c", "role:"]
)
async def test_a_query_that_makes_no_sense_is_refused(
    owner: Account, query: str
) -> None:
    response = await owner.client.get("/api/v2/users", params={"q": query})

    assert response.status_code == 400
    assert response.json()["validations"]


async def test_users_come_in_pages(owner: Account, member: Account) -> None:
    del member

    response = await owner.client.get("/api/v2/users", params={"limit": 1, "offset": 1})

    body = response.json()
    assert ([user["username"] for user in body["users"]], body["count"]) == (["mel"], 2)


async def test_a_member_sees_only_themselves(owner: Account, member: Account) -> None:
    listed = await member.client.get("/api/v2/users")
    by_id = await member.client.get(f"/api/v2/users/{owner.id}")
    by_name = await member.client.get("/api/v2/users/ada")
    mine = await member.client.get("/api/v2/users/mel")

    assert [user["username"] for user in listed.json()["users"]] == ["mel"]
    assert (by_id.status_code, by_name.status_code, mine.status_code) == (404, 404, 200)
    assert by_id.json()["message"] == snapshot(
        "Resource not found or you do not have access to this resource"
    )


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("POST", "/api/v2/users", new_user()),
        ("DELETE", "/api/v2/users/ada", None),
        ("PUT", "/api/v2/users/ada/roles", {"roles": []}),
        ("PUT", "/api/v2/users/mel/roles", {"roles": ["owner"]}),
        ("PUT", "/api/v2/users/ada/status/suspend", None),
        ("PUT", "/api/v2/users/mel/status/activate", None),
        ("PUT", "/api/v2/users/ada/password", {"password": PASSWORD}),
        ("PUT", "/api/v2/users/ada/profile", {"username": "eve"}),
        ("POST", "/api/v2/users/ada/keys", None),
        ("POST", "/api/v2/users/ada/keys/tokens", {}),
        ("GET", "/api/v2/users/ada/keys/tokens", None),
    ],
)
async def test_nobody_but_owners_touches_other_users(
    everybody_else: tuple[Account, ...],
    method: str,
    path: str,
    body: dict[str, Any] | None,
) -> None:
    for account in everybody_else:
        response = await account.client.request(method, path, json=body)

        assert response.status_code in {403, 404}, account.username


async def test_roles_take_effect_at_the_next_request(
    owner: Account, member: Account
) -> None:
    before = await member.client.get("/api/v2/users/ada")
    await owner.client.put("/api/v2/users/mel/roles", json={"roles": ["auditor"]})
    after = await member.client.get("/api/v2/users/ada")

    assert (before.status_code, after.status_code) == (404, 200)


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("PUT", "/api/v2/users/me/roles", {"roles": []}),
        ("PUT", "/api/v2/users/me/status/suspend", None),
        ("DELETE", "/api/v2/users/me", None),
    ],
)
async def test_the_last_owner_stays(
    owner: Account, method: str, path: str, body: dict[str, Any] | None
) -> None:
    response = await owner.client.request(method, path, json=body)

    assert (response.status_code, response.json()["code"]) == (409, "last_owner")


async def test_a_deleted_users_name_is_free_and_their_tokens_are_dead(
    owner: Account, member: Account
) -> None:
    deleted = await owner.client.delete("/api/v2/users/mel")
    again = await owner.client.post(
        "/api/v2/users", json=new_user(username="mel", email=member.email)
    )
    theirs = await member.client.get("/api/v2/users/me")

    assert (deleted.status_code, again.status_code, theirs.status_code) == (
        200,
        201,
        401,
    )


async def test_a_profile_is_changed_by_its_user(member: Account) -> None:
    response = await member.client.put(
        "/api/v2/users/me/profile", json={"username": "melanie", "name": "Mel A. Nie"}
    )

    assert (response.json()["username"], response.json()["name"]) == (
        "melanie",
        "Mel A. Nie",
    )


async def test_the_old_password_is_needed_for_a_new_one(member: Account) -> None:
    response = await member.client.put(
        "/api/v2/users/me/password",
        json={"old_password": "guessed", "password": "another good one"},
    )

    assert response.status_code == 400
    assert response.json()["validations"][0]["field"] == "old_password"


async def test_organizations_are_seen_by_their_members(
    owner: Account, member: Account
) -> None:
    mine = await member.client.get("/api/v2/users/me/organizations")
    by_name = await member.client.get("/api/v2/organizations/default")
    by_id = await member.client.get(f"/api/v2/organizations/{owner.organization_id}")
    members = await owner.client.get("/api/v2/organizations/default/members")
    others = await member.client.get("/api/v2/organizations/default/members")
    nothing = await member.client.get("/api/v2/organizations/elsewhere")

    assert [each["name"] for each in mine.json()] == ["default"]
    assert by_name.json() == by_id.json() == mine.json()[0]
    assert [each["username"] for each in members.json()] == ["ada", "mel"]
    assert [each["username"] for each in others.json()] == ["mel"]
    assert nothing.status_code == 404
