"""What holds for all routes, also for those that are added later."""

import json
import re
from typing import Any
from uuid import uuid4

import httpx
import pytest
from fastapi import FastAPI

from tests.conftest import Account

pytestmark = pytest.mark.asyncio

#: Routes that answer without a session, and why.
OPEN = {
    ("GET", "/api/v2/buildinfo"): "clients ask it before they log in",
    ("GET", "/api/v2/users/first"): "asked before there is a user",
    ("POST", "/api/v2/users/first"): "the one-time token is in the body",
    ("POST", "/api/v2/users/login"): "it is how one gets a session",
    ("GET", "/api/v2/users/authmethods"): "the login page shows them",
    ("GET", "/healthz"): "for the machine that watches this one",
    ("GET", "/latency-check"): "it says nothing",
    ("GET", "/bin/taskyard-runner.pyz"): "the runner is no secret",
}
#: With other credentials than a person's: each has its own tests.
OTHER_CREDENTIALS = (
    "/api/v2/provisioners/",
    "/api/v2/sandboxes/",
    "/api/v2/workspaceagents/me",
    "/gateway/",
)


def operations(app: FastAPI) -> list[tuple[str, str]]:
    description: dict[str, Any] = app.openapi()
    return [
        (method.upper(), path)
        for path, methods in description["paths"].items()
        for method in methods
    ]


def filled(path: str) -> str:
    """Each {parameter} replaced by an id that does not exist."""
    parts = [str(uuid4()) if part.startswith("{") else part for part in path.split("/")]
    return "/".join(parts)


async def test_every_route_wants_to_know_who_asks(
    app: FastAPI, anonymous: httpx.AsyncClient
) -> None:
    answered: dict[tuple[str, str], int] = {}
    for method, path in operations(app):
        if (method, path) in OPEN:
            continue
        response = await anonymous.request(method, filled(path))
        answered[method, path] = response.status_code

    wrong = {route: code for route, code in answered.items() if code != 401}
    assert wrong == {}


async def test_a_member_finds_nothing_of_what_does_not_exist_and_breaks_nothing(
    app: FastAPI, member: Account
) -> None:
    wrong: dict[tuple[str, str], int] = {}
    for method, path in operations(app):
        if "{" not in path or path.startswith(OTHER_CREDENTIALS):
            continue
        response = await member.client.request(method, filled(path), json={})
        if response.status_code not in {400, 403, 404}:
            wrong[method, path] = response.status_code

    assert wrong == {}


async def test_every_refusal_has_the_body_of_the_contract(
    app: FastAPI, anonymous: httpx.AsyncClient
) -> None:
    for method, path in operations(app):
        if (method, path) in OPEN:
            continue
        response = await anonymous.request(method, filled(path))

        body = response.json()
        assert set(body) == {"message", "detail", "validations", "code"}, path
        assert body["message"], path


async def test_every_operation_says_what_it_does(app: FastAPI) -> None:
    description: dict[str, Any] = app.openapi()

    bare = [
        (method, path)
        for path, methods in description["paths"].items()
        for method, operation in methods.items()
        if not operation.get("summary") or operation["summary"] == operation.get("name")
    ]

    assert bare == []


NONSENSE: list[Any] = [
    None,
    [],
    "text",
    -1,
    {"": ""},
    {"name": None, "id": [], "input": {}, "transition": "sideways"},
    {"name": "a\0b", "input": "\ud800", "template_version_id": "x" * 100},
    {"lifetime": 2**70, "limit": -(2**70), "checks": [[[[[[]]]]]]},
]
ODD_NAMES = ["%00", "a" * 3000, "..%2f..", "%F0%9F%8D%8C", "' or 1=1 --", "-", "me"]


def with_body(app: FastAPI) -> list[tuple[str, str]]:
    return [(m, path) for m, path in operations(app) if m in {"POST", "PUT", "PATCH"}]


@pytest.mark.timeout(240)
async def test_no_body_breaks_a_route(app: FastAPI, owner: Account) -> None:
    """Refused or, where a route takes no body, ignored; never an error of the server."""
    broken: dict[tuple[str, str], Any] = {}
    for method, path in with_body(app):
        if path == "/api/v2/users/logout":
            continue  # it would end the session of the test
        for body in NONSENSE:
            response = await owner.client.request(
                method,
                filled(path),
                content=json.dumps(body).encode(),
                headers={"content-type": "application/json"},
            )
            if response.status_code >= 500:
                broken[method, path] = body

    assert broken == {}


@pytest.mark.timeout(240)
async def test_no_name_in_a_path_breaks_a_route(app: FastAPI, member: Account) -> None:
    broken: dict[tuple[str, str], str] = {}
    for method, path in operations(app):
        if "{" not in path:
            continue
        for name in ODD_NAMES:
            odd = re.sub(r"\{[^}]*\}", name, path)
            if method == "GET" and "me" in odd.split("/"):
                continue  # it exists: a stream of one's own does not end
            response = await member.client.request(method, odd, json={})
            if response.status_code >= 500:
                broken[method, path] = name

    assert broken == {}
