import httpx
import pytest

pytestmark = pytest.mark.asyncio


async def test_build_info_names_the_version_of_the_api(
    anonymous: httpx.AsyncClient,
) -> None:
    response = await anonymous.get("/api/v2/buildinfo")

    assert response.status_code == 200
    assert response.json()["version"].startswith("v2.34.")


async def test_the_server_is_healthy_with_its_database(
    client: httpx.AsyncClient,
) -> None:
    response = await client.get("/healthz")

    assert (response.status_code, response.text) == (200, "OK")
