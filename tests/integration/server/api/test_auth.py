from datetime import timedelta

import httpx
import pytest
from fastapi import FastAPI

from taskyard.kit.clock import ManualClock
from taskyard.server.config import Config
from taskyard.server.factory import Factory, ProcessContext
from tests.conftest import PASSWORD, Account, make_account

pytestmark = pytest.mark.asyncio


async def log_in(
    client: httpx.AsyncClient, name: str, password: str = PASSWORD
) -> httpx.Response:
    return await client.post(
        "/api/v2/users/login", json={"email": name, "password": password}
    )


async def test_login_gives_a_token_and_a_cookie_that_scripts_cannot_read(
    owner: Account, anonymous: httpx.AsyncClient
) -> None:
    response = await log_in(anonymous, owner.email)

    token = response.json()["session_token"]
    assert response.status_code == 201
    cookie = response.headers["set-cookie"]
    assert cookie.startswith(f"coder_session_token={token};")
    assert "HttpOnly" in cookie
    assert "SameSite=lax" in cookie


async def test_login_works_by_username_and_ignores_case(
    owner: Account, anonymous: httpx.AsyncClient
) -> None:
    response = await log_in(anonymous, owner.username.upper())

    assert response.status_code == 201


@pytest.mark.parametrize(
    ("name", "password"),
    [
        ("ada@example.com", "wrong horse battery"),
        ("nobody@example.com", PASSWORD),
        ("nobody", PASSWORD),
        ("", ""),
    ],
)
async def test_wrong_credentials_are_refused_alike(
    owner: Account, anonymous: httpx.AsyncClient, name: str, password: str
) -> None:
    del owner

    response = await log_in(anonymous, name, password)

    assert response.status_code == 401
    assert response.json()["message"] == "Incorrect email or password."
    assert response.json()["code"] == "bad_credentials"


async def test_after_too_many_failures_even_the_right_password_waits(
    owner: Account,
    anonymous: httpx.AsyncClient,
    clock: ManualClock,
    config: Config,
) -> None:
    for _ in range(config.login_attempts):
        await log_in(anonymous, owner.email, "wrong horse battery")

    refused = await log_in(anonymous, owner.email)
    clock.advance(config.login_window)
    accepted = await log_in(anonymous, owner.email)

    assert (refused.status_code, accepted.status_code) == (429, 201)


@pytest.mark.parametrize("where", ["header", "cookie", "query", "bearer"])
async def test_a_token_is_taken_from_each_of_four_places(
    owner: Account, anonymous: httpx.AsyncClient, where: str
) -> None:
    headers: dict[str, str] = {}
    params: dict[str, str] = {}
    if where == "header":
        headers["Coder-Session-Token"] = owner.token
    elif where == "bearer":
        headers["Authorization"] = f"Bearer {owner.token}"
    elif where == "cookie":
        headers["Cookie"] = f"coder_session_token={owner.token}"
    else:
        params["coder_session_token"] = owner.token

    response = await anonymous.get("/api/v2/users/me", headers=headers, params=params)

    assert response.json()["username"] == "ada"


@pytest.mark.parametrize(
    "token", ["", "x", "0123456789-0123456789012345678901", "é-é", "a" * 10_000]
)
async def test_what_is_no_token_is_refused(
    anonymous: httpx.AsyncClient, token: str
) -> None:
    response = await anonymous.get(
        "/api/v2/users/me", headers=[(b"coder-session-token", token.encode())]
    )

    assert response.status_code == 401
    assert response.json()["message"]


async def test_a_known_id_with_another_secret_is_refused(
    owner: Account, anonymous: httpx.AsyncClient
) -> None:
    await owner.client.get("/api/v2/users/me")  # the server remembers the right one
    forged = owner.token[:11] + "0" * 22

    response = await anonymous.get(
        "/api/v2/users/me", headers={"Coder-Session-Token": forged}
    )

    assert response.status_code == 401


async def test_logout_ends_the_session_at_once(owner: Account) -> None:
    before = await owner.client.get("/api/v2/users/me")
    await owner.client.post("/api/v2/users/logout")

    after = await owner.client.get("/api/v2/users/me")

    assert (before.status_code, after.status_code) == (200, 401)


async def test_a_session_lives_while_it_is_used_and_ends_when_it_is_not(
    owner: Account, clock: ManualClock, config: Config
) -> None:
    statuses: list[int] = []
    for step in (0.75, 0.75, 1.01):
        clock.advance(config.session_lifetime * step)
        response = await owner.client.get("/api/v2/users/me")
        statuses.append(response.status_code)

    assert statuses == [200, 200, 401]


@pytest.mark.parametrize(
    ("headers", "expected"),
    [
        ({"Sec-Fetch-Site": "same-origin"}, 200),
        ({"Sec-Fetch-Site": "cross-site", "Origin": "http://evil.example"}, 403),
        ({"Sec-Fetch-Site": "same-site", "Origin": "http://test"}, 403),
        ({"Origin": "http://test"}, 200),
        ({"Origin": "http://test", "Host": "behind-a-proxy:7080"}, 200),
        ({"Origin": "http://evil.example"}, 403),
        ({"Origin": "null"}, 403),
        ({}, 403),
    ],
)
async def test_a_cookie_changes_something_only_from_a_page_of_this_server(
    owner: Account,
    anonymous: httpx.AsyncClient,
    headers: dict[str, str],
    expected: int,
) -> None:
    cookie = {"Cookie": f"coder_session_token={owner.token}"}

    response = await anonymous.post(
        "/api/v2/authcheck", json={"checks": {}}, headers=cookie | headers
    )

    assert response.status_code == expected


async def test_a_page_of_another_site_cannot_log_somebody_in(
    owner: Account, anonymous: httpx.AsyncClient
) -> None:
    response = await anonymous.post(
        "/api/v2/users/login",
        json={"email": owner.email, "password": PASSWORD},
        headers={"Sec-Fetch-Site": "cross-site"},
    )

    assert response.json()["code"] == "cross_site_request"


async def test_a_read_token_reads_and_changes_nothing(
    owner: Account, anonymous: httpx.AsyncClient
) -> None:
    made = await owner.client.post(
        "/api/v2/users/me/keys/tokens", json={"scope": "read"}
    )
    headers = {"Coder-Session-Token": made.json()["key"]}

    read = await anonymous.get("/api/v2/users/me", headers=headers)
    change = await anonymous.post("/api/v2/users/me/keys/tokens", headers=headers)

    assert (read.status_code, change.status_code) == (200, 403)
    assert change.json()["code"] == "scope_too_narrow"


async def test_a_suspended_user_is_let_in_nowhere(
    owner: Account, member: Account, anonymous: httpx.AsyncClient
) -> None:
    made = await member.client.post("/api/v2/users/me/keys/tokens", json={})
    await owner.client.put(f"/api/v2/users/{member.id}/status/suspend")

    by_session = await member.client.get("/api/v2/users/me")
    by_token = await anonymous.get(
        "/api/v2/users/me", headers={"Coder-Session-Token": made.json()["key"]}
    )
    by_password = await log_in(anonymous, member.email)

    assert by_session.status_code == 401
    assert by_token.status_code == 403
    assert by_password.json()["code"] == "account_suspended"


async def test_a_changed_password_ends_the_other_sessions(
    owner: Account, anonymous: httpx.AsyncClient
) -> None:
    other = (await log_in(anonymous, owner.email)).json()["session_token"]

    changed = await owner.client.put(
        "/api/v2/users/me/password",
        json={"old_password": PASSWORD, "password": "another good one"},
    )
    mine = await owner.client.get("/api/v2/users/me")
    others = await anonymous.get(
        "/api/v2/users/me", headers={"Coder-Session-Token": other}
    )

    assert (changed.status_code, mine.status_code, others.status_code) == (
        204,
        200,
        401,
    )


@pytest.mark.parametrize(
    "weak", ["short", "aaaaaaaaaaaaaaa", "1234567890", "ada@example.com", "x" * 1000]
)
async def test_a_weak_password_is_refused_with_the_reason(
    owner: Account, weak: str
) -> None:
    response = await owner.client.put(
        "/api/v2/users/me/password",
        json={"old_password": PASSWORD, "password": weak},
    )

    assert response.status_code == 400
    assert response.json()["validations"][0]["field"] == "password"


async def test_another_server_notices_a_revoked_token_after_seconds(
    app: FastAPI, owner: Account, clock: ManualClock
) -> None:
    """Another server is another authenticator on the same rows."""
    process: ProcessContext = app.state.process
    await process.authenticator.identify(owner.token)
    async with process.sessions.begin() as session:
        connection = await session.connection()
        await connection.exec_driver_sql("delete from tokens")

    soon = await owner.client.get("/api/v2/users/me")
    clock.advance(timedelta(seconds=6))
    later = await owner.client.get("/api/v2/users/me")

    assert (soon.status_code, later.status_code) == (200, 401)


async def test_a_transaction_that_rolls_back_forgets_nobody(
    app: FastAPI, owner: Account
) -> None:
    process: ProcessContext = app.state.process
    actor = await process.authenticator.identify(owner.token)

    async with process.sessions() as session:
        await Factory(process, session).tokens().revoke(owner.id, actor.token_id)
        await session.rollback()

    assert await process.authenticator.identify(owner.token) is actor


async def test_authcheck_answers_each_question(app: FastAPI, member: Account) -> None:
    auditor = await make_account(app, "audrey")
    question = {
        "mine": {
            "object": {"resource_type": "workspace", "owner_id": str(member.id)},
            "action": "update",
        },
        "theirs": {
            "object": {"resource_type": "workspace", "owner_id": str(auditor.id)},
            "action": "read",
        },
        "templates": {"object": {"resource_type": "template"}, "action": "create"},
    }

    response = await member.client.post("/api/v2/authcheck", json={"checks": question})
    await auditor.client.aclose()

    assert response.json() == {"mine": True, "theirs": False, "templates": False}
