"""Sizes, headers, pages: what surrounds the routes."""

from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest

from taskyard.server.api import pages
from taskyard.server.config import Config
from tests.conftest import Account

pytestmark = pytest.mark.asyncio


async def test_a_large_body_is_refused_by_its_header_alone(
    owner: Account, config: Config
) -> None:
    response = await owner.client.post(
        "/api/v2/authcheck", content=b" " * (config.max_body_bytes + 1)
    )

    assert (response.status_code, response.json()["code"]) == (413, "too_large")


async def test_a_large_body_of_unknown_length_is_refused_while_it_arrives(
    owner: Account, config: Config
) -> None:
    sent = 0

    async def endless() -> AsyncIterator[bytes]:
        nonlocal sent
        while True:
            sent += 65_536
            yield b" " * 65_536

    response = await owner.client.post("/api/v2/authcheck", content=endless())

    assert response.status_code == 413
    assert sent <= config.max_body_bytes + 2 * 65_536


async def test_answers_of_the_api_are_neither_kept_nor_framed(owner: Account) -> None:
    response = await owner.client.get("/api/v2/users/me")

    assert response.headers["cache-control"] == "no-store"
    assert response.headers["x-content-type-options"] == "nosniff"
    assert "frame-ancestors 'none'" in response.headers["content-security-policy"]


async def test_a_page_that_was_not_built_says_how_to(
    anonymous: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(pages, "static_dir", lambda: tmp_path)

    response = await anonymous.get("/tasks/ada/something")

    assert response.status_code == 200
    assert "make ui" in response.text


@pytest.fixture
def site(
    anonymous: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> httpx.AsyncClient:
    """A client of a server whose pages have been built."""
    root = tmp_path / "static"
    (root / "assets").mkdir(parents=True)
    (root / "index.html").write_text("<p>index")
    (root / "assets" / "app-1a2b.js").write_text("run()")
    (tmp_path / "secret.txt").write_text("secret")
    monkeypatch.setattr(pages, "static_dir", lambda: root)
    return anonymous


@pytest.mark.parametrize(
    ("path", "status", "text", "caching"),
    [
        ("/", 200, "<p>index", "no-cache"),
        ("/tasks/ada/1", 200, "<p>index", "no-cache"),
        ("/assets/app-1a2b.js", 200, "run()", "public, max-age=31536000, immutable"),
        ("/assets/gone.js", 404, "Route not found", None),
        ("/api/v2/nothing", 404, "Route not found", "no-store"),
        ("/bin/nothing", 404, "Route not found", None),
        ("/../secret.txt", 200, "<p>index", "no-cache"),
        ("/%2e%2e/secret.txt", 200, "<p>index", "no-cache"),
        ("/..%2fsecret.txt", 200, "<p>index", "no-cache"),
    ],
)
async def test_pages_are_served(
    site: httpx.AsyncClient, path: str, status: int, text: str, caching: str | None
) -> None:
    response = await site.get(path)

    assert response.status_code == status
    assert text in response.text
    assert response.headers.get("cache-control") == caching


async def test_an_unknown_method_has_the_contracts_body(owner: Account) -> None:
    response = await owner.client.patch("/api/v2/buildinfo")

    assert response.status_code == 405
    assert response.json()["message"]


async def test_a_body_that_is_not_json_is_refused_with_the_reason(
    owner: Account,
) -> None:
    response = await owner.client.post(
        "/api/v2/authcheck",
        content=b"{broken",
        headers={"content-type": "application/json"},
    )

    assert response.status_code == 400
    assert response.json()["validations"]
