import asyncio
from datetime import timedelta

import httpx
import pytest

from taskyard.kit.clock import ManualClock
from taskyard.server.factory import Factory, ProcessContext
from tests.conftest import PASSWORD, Account

pytestmark = pytest.mark.asyncio


async def link_token(process: ProcessContext) -> str:
    async with process.sessions.begin() as session:
        token = await Factory(process, session).setup().new_link_token()
    assert token is not None
    return token


def first_user(token: str, username: str = "ada") -> dict[str, str]:
    return {
        "setup_token": token,
        "username": username,
        "email": f"{username}@example.com",
        "password": PASSWORD,
    }


async def test_the_link_makes_an_owner_once(
    process: ProcessContext, anonymous: httpx.AsyncClient
) -> None:
    token = await link_token(process)

    before = await anonymous.get("/api/v2/users/first")
    made = await anonymous.post("/api/v2/users/first", json=first_user(token))
    after = await anonymous.get("/api/v2/users/first")
    again = await anonymous.post("/api/v2/users/first", json=first_user(token, "eve"))
    login = await anonymous.post(
        "/api/v2/users/login", json={"email": "ada", "password": PASSWORD}
    )
    me = await anonymous.get(
        "/api/v2/users/me",
        headers={"Coder-Session-Token": login.json()["session_token"]},
    )

    codes = [each.status_code for each in (before, made, after, again)]
    assert codes == [404, 201, 200, 409]
    assert me.json()["id"] == made.json()["user_id"]
    assert [role["name"] for role in me.json()["roles"]] == ["owner"]


async def test_of_two_first_users_at_once_one_is_too_late(
    process: ProcessContext, anonymous: httpx.AsyncClient
) -> None:
    token = await link_token(process)

    responses = await asyncio.gather(
        *(
            anonymous.post("/api/v2/users/first", json=first_user(token, name))
            for name in ("ada", "eve", "mel")
        )
    )

    assert sorted(each.status_code for each in responses) == [201, 409, 409]


async def test_a_guessed_old_or_replaced_link_makes_nobody(
    process: ProcessContext, anonymous: httpx.AsyncClient, clock: ManualClock
) -> None:
    replaced = await link_token(process)
    current = await link_token(process)

    codes: list[int] = []
    for token in ("guess", "", replaced):
        response = await anonymous.post("/api/v2/users/first", json=first_user(token))
        codes.append(response.status_code)
    clock.advance(timedelta(days=2))
    late = await anonymous.post("/api/v2/users/first", json=first_user(current))

    assert codes == [401, 401, 401]
    assert (late.status_code, late.json()["code"]) == (401, "setup_token_invalid")


async def test_there_is_no_link_once_there_are_users(
    process: ProcessContext, owner: Account
) -> None:
    del owner
    async with process.sessions.begin() as session:
        token = await Factory(process, session).setup().new_link_token()

    assert token is None
