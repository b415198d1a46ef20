"""`taskyard user …` and `taskyard token …` against a fake server."""

import json

from tests.support import wire
from tests.support.fake_api import FakeApi
from tests.unit.cli.conftest import Taskyard

TOKEN = {
    "id": "abc",
    "user_id": wire.OWNER,
    "token_name": "ci",
    "scope": "all",
    "login_type": "token",
    "created_at": wire.NOW,
    "updated_at": wire.NOW,
    "last_used": wire.NOW,
    "expires_at": wire.NOW,
    "lifetime_seconds": 60,
}


def test_users_are_listed_with_their_roles(api: FakeApi, taskyard: Taskyard) -> None:
    api.on("GET /users", {"users": [wire.user()], "count": 1})

    ran = taskyard("user", "list", "ad", "-c", "username,roles,status")

    assert ran.out.splitlines()[1].split() == ["ada", "owner", "active"]
    assert api.asked[-1].query == {"q": "ad"}


def test_a_user_is_made_with_a_password_from_a_pipe(
    api: FakeApi, taskyard: Taskyard
) -> None:
    api.on("POST /users", wire.user(username="bob"))

    ran = taskyard(
        *("user", "create", "bob", "--email", "bob@example.com"),
        *("--role", "auditor", "--password-stdin"),
        stdin="long enough\n",
    )

    assert ran.code == 0, ran.err
    sent = json.loads(api.bodies("POST /users")[0])
    assert sent["password"] == "long enough"
    assert sent["roles"] == ["auditor"]


def test_ones_own_password_needs_the_old_one(api: FakeApi, taskyard: Taskyard) -> None:
    api.on("PUT /users/me/password", None)

    ran = taskyard("user", "password", "--password-stdin", stdin="old\nnew\n")

    assert ran.code == 0, ran.err
    sent = json.loads(api.bodies("PUT /users/me/password")[0])
    assert sent == {"old_password": "old", "password": "new"}


def test_suspending_and_activating_a_user(api: FakeApi, taskyard: Taskyard) -> None:
    api.on("PUT /users/bob/status/suspend", wire.user(status="suspended"))
    api.on("PUT /users/bob/status/activate", wire.user())

    suspended = taskyard("user", "suspend", "bob")
    activated = taskyard("user", "activate", "bob")

    assert (suspended.code, activated.code) == (0, 0)


def test_a_password_is_never_asked_for_without_a_terminal(taskyard: Taskyard) -> None:
    ran = taskyard("user", "password")

    assert ran.code == 2
    assert "--password-stdin" in ran.err


def test_a_made_token_is_the_only_output(api: FakeApi, taskyard: Taskyard) -> None:
    api.on("POST /users/me/keys/tokens", {"key": "abc-secret"})

    ran = taskyard("token", "create", "-n", "ci", "--lifetime", "1h30m")

    assert ran.out == "abc-secret\n"
    sent = json.loads(api.bodies("POST /users/me/keys/tokens")[0])
    assert sent["lifetime"] == 5400 * 10**9


def test_a_lifetime_that_is_none_is_refused(taskyard: Taskyard) -> None:
    ran = taskyard("token", "create", "--lifetime", "soon")

    assert ran.code == 2
    assert "'soon' is not a duration" in ran.err


def test_a_token_is_revoked_by_its_name(api: FakeApi, taskyard: Taskyard) -> None:
    api.on("GET /users/me/keys/tokens", [TOKEN])
    api.on("DELETE /users/me/keys/abc", None)

    listed = taskyard("token", "list", "--json")
    ran = taskyard("token", "revoke", "ci")

    assert json.loads(listed.out)[0]["token_name"] == "ci"
    assert ran.code == 0, ran.err
    assert api.asked[-1].path == "/users/me/keys/abc"
