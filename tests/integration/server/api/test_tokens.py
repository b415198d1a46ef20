from datetime import timedelta

import httpx
import pytest

from taskyard.kit.clock import ManualClock
from tests.conftest import Account

pytestmark = pytest.mark.asyncio

TOKENS = "/api/v2/users/me/keys/tokens"
HOUR = 3600 * 10**9  # in nanoseconds, as clients send it


async def test_a_token_works_until_it_expires(
    owner: Account, anonymous: httpx.AsyncClient, clock: ManualClock
) -> None:
    made = await owner.client.post(TOKENS, json={"lifetime": HOUR})
    headers = {"Coder-Session-Token": made.json()["key"]}

    fresh = await anonymous.get("/api/v2/users/me", headers=headers)
    clock.advance(timedelta(hours=1, seconds=1))
    stale = await anonymous.get("/api/v2/users/me", headers=headers)

    assert (made.status_code, fresh.status_code, stale.status_code) == (201, 200, 401)


async def test_a_tokens_secret_is_shown_once_and_stored_nowhere(
    owner: Account,
) -> None:
    key = (await owner.client.post(TOKENS, json={"token_name": "ci"})).json()["key"]

    listed = await owner.client.get(TOKENS)
    by_name = await owner.client.get(f"{TOKENS}/ci")
    by_id = await owner.client.get(f"/api/v2/users/me/keys/{key[:10]}")

    (token,) = listed.json()
    assert token == by_name.json() == by_id.json()
    assert (token["id"], token["token_name"], token["username"]) == (
        key[:10],
        "ci",
        "ada",
    )
    assert token["lifetime_seconds"] == 30 * 24 * 3600
    assert key[11:] not in listed.text


async def test_a_revoked_token_ends_at_once(
    owner: Account, anonymous: httpx.AsyncClient
) -> None:
    key = (await owner.client.post(TOKENS, json={})).json()["key"]
    headers = {"Coder-Session-Token": key}
    before = await anonymous.get("/api/v2/users/me", headers=headers)

    revoked = await owner.client.delete(f"/api/v2/users/me/keys/{key[:10]}")
    after = await anonymous.get("/api/v2/users/me", headers=headers)
    again = await owner.client.delete(f"/api/v2/users/me/keys/{key[:10]}")

    codes = [each.status_code for each in (before, revoked, after, again)]
    assert codes == [200, 204, 401, 404]


@pytest.mark.parametrize(
    "body",
    [
        {"lifetime": -1},
        {"lifetime": 400 * 24 * HOUR},
        {"lifetime": 10**30},
        {"lifetime": "soon"},
        {"scope": "everything"},
        {"token_name": "not a name"},
        {"token_name": "x" * 100},
    ],
)
async def test_a_token_that_cannot_be_is_refused(
    owner: Account, body: dict[str, object]
) -> None:
    response = await owner.client.post(TOKENS, json=body)

    assert response.status_code == 400
    assert response.json()["validations"]


async def test_names_of_tokens_are_unique_for_each_user(
    owner: Account, member: Account
) -> None:
    first = await owner.client.post(TOKENS, json={"token_name": "ci"})
    second = await owner.client.post(TOKENS, json={"token_name": "ci"})
    theirs = await member.client.post(TOKENS, json={"token_name": "ci"})

    codes = [each.status_code for each in (first, second, theirs)]
    assert codes == [201, 409, 201]


async def test_an_owner_manages_the_tokens_of_others(
    owner: Account, member: Account
) -> None:
    key = (await member.client.post(TOKENS, json={})).json()["key"]

    of_one = await owner.client.get(f"/api/v2/users/{member.username}/keys/tokens")
    of_all = await owner.client.get(TOKENS, params={"include_all": True})
    revoked = await owner.client.delete(f"/api/v2/users/mel/keys/{key[:10]}")

    assert [each["username"] for each in of_one.json()] == ["mel"]
    assert [each["username"] for each in of_all.json()] == ["mel"]
    assert revoked.status_code == 204


async def test_a_member_asking_for_all_tokens_gets_their_own(
    owner: Account, member: Account
) -> None:
    await owner.client.post(TOKENS, json={})

    response = await member.client.get(TOKENS, params={"include_all": True})

    assert response.json() == []


async def test_a_key_lives_like_a_session(
    owner: Account, anonymous: httpx.AsyncClient
) -> None:
    made = await owner.client.post("/api/v2/users/me/keys")

    response = await anonymous.get(
        "/api/v2/users/me", headers={"Coder-Session-Token": made.json()["key"]}
    )

    assert (made.status_code, response.status_code) == (201, 200)
