"""Modules at their genuine addresses, from a directory, without a network."""

import json
from collections.abc import AsyncGenerator, Mapping
from pathlib import Path

import httpx
import pytest
import pytest_asyncio

from taskyard.provisioner.engine.lookup import Engine
from taskyard.provisioner.registry.catalog import Catalog
from taskyard.provisioner.registry.server import RegistryServer
from taskyard.provisioner.registry.upstream import Upstream
from tests.integration.provisioner.templates import AGENT, HEAD
from tests.integration.provisioner.yard import Yard, open_yard, settings_in

pytestmark = pytest.mark.asyncio(loop_scope="module")


def _app(slug: str) -> str:
    return f"""
terraform {{
  required_providers {{
    coder = {{ source = "coder/coder" }}
  }}
}}
variable "agent_id" {{}}
resource "coder_app" "it" {{
  agent_id = var.agent_id
  slug     = "{slug}"
}}
"""


def _write(root: Path, modules: Mapping[str, str]) -> None:
    for path, text in modules.items():
        directory = root / "modules" / path
        directory.mkdir(parents=True)
        (directory / "main.tf").write_text(text)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def yard(
    tmp_path_factory: pytest.TempPathFactory, engine: Engine
) -> AsyncGenerator[Yard]:
    root = tmp_path_factory.mktemp("registry")
    nested = """
module "inner" {
  source   = "registry.coder.com/acme/tool/coder"
  version  = "1.0.0"
  agent_id = var.agent_id
}
variable "agent_id" {}
"""
    _write(
        root,
        {
            "acme/tool/1.0.0": _app("tool-1-0"),
            "acme/tool/1.2.0": _app("tool-1-2"),
            "acme/tool/2.0.0": _app("tool-2-0"),
            "acme/outer/0.1.0": nested,
            "coder/old/3.0.0": _app("old"),
        },
    )
    settings = settings_in(tmp_path_factory.mktemp("data"), TASKYARD_REGISTRY=str(root))
    async with open_yard(root, engine, settings=settings) as opened:
        yield opened


def _calling(source: str, version: str = "") -> dict[str, str]:
    constraint = f'version = "{version}"' if version else ""
    return {
        "main.tf": HEAD
        + AGENT
        + f"""
module "m" {{
  source   = "registry.coder.com/{source}"
  agent_id = coder_agent.main.id
  {constraint}
}}
"""
    }


async def _slugs(yard: Yard, files: dict[str, str]) -> list[str]:
    found = await yard.imported(files)
    return [a.slug for r in found.resources_start for g in r.agents for a in g.apps]


@pytest.mark.parametrize(
    ("source", "version", "slug"),
    [
        ("acme/tool/coder", "", "tool-2-0"),
        ("acme/tool/coder", "1.0.0", "tool-1-0"),
        ("acme/tool/coder", "~> 1.0", "tool-1-2"),
        ("acme/tool/coder", ">= 1.0, < 1.2", "tool-1-0"),
        ("acme/outer/coder", "", "tool-1-0"),
        ("modules/old/coder", "", "old"),
    ],
    ids=["newest", "exact", "pessimistic", "range", "nested", "without namespace"],
)
async def test_a_constraint_is_answered_as_by_the_real_registry(
    yard: Yard, source: str, version: str, slug: str
) -> None:
    assert await _slugs(yard, _calling(source, version)) == [slug]


async def test_a_version_that_is_not_there_names_those_that_are(yard: Yard) -> None:
    failure = await yard.refused(_calling("acme/tool/coder", "9.9.9"))

    assert "Taskyard has acme/tool 2.0.0, 1.2.0, 1.0.0" in failure.error


async def test_a_module_that_is_not_there_names_those_that_are(yard: Yard) -> None:
    failure = await yard.refused(_calling("acme/nothing/coder"))

    assert "Taskyard does not have acme/nothing" in failure.error
    assert "acme/tool 2.0.0" in failure.error


async def test_a_build_needs_no_registry(yard: Yard) -> None:
    workspace = yard.workspace(_calling("acme/outer/coder"))
    await yard.run(workspace.source)

    result = await workspace.build()

    assert "init" not in {timing.stage for timing in result.timings}
    [app] = result.resources[0].agents[0].apps
    assert app.slug == "tool-1-0"


def _elsewhere(request: httpx.Request) -> httpx.Response:
    """Another registry, that knows one module and keeps its archives at a relative URL."""
    match request.url.path:
        case "/.well-known/terraform.json":
            return httpx.Response(200, json={"modules.v1": "/v1/modules/"})
        case "/v1/modules/far/away/coder/versions":
            listed = {"modules": [{"versions": [{"version": "1.0.0"}]}]}
            return httpx.Response(200, json=listed)
        case "/v1/modules/far/away/coder/1.0.0/download":
            return httpx.Response(204, headers={"X-Terraform-Get": "/a.tar.gz"})
        case _:
            return httpx.Response(404)


async def test_an_unknown_module_is_asked_for_elsewhere(tmp_path: Path) -> None:
    transport = httpx.MockTransport(_elsewhere)
    async with (
        httpx.AsyncClient(transport=transport) as client,
        RegistryServer(
            Catalog([tmp_path]), Upstream("https://registry.example", client)
        ) as registry,
        httpx.AsyncClient(base_url=registry.base_url) as terraform,
    ):
        versions = await terraform.get("far/away/coder/versions")
        download = await terraform.get("far/away/coder/1.0.0/download")
        unknown = await terraform.get("far/off/coder/versions")

    assert json.loads(versions.content)["modules"][0]["versions"] == [
        {"version": "1.0.0"}
    ]
    assert download.headers["X-Terraform-Get"] == "https://registry.example/a.tar.gz"
    assert unknown.status_code == 404
    assert registry.misses == {
        "far/off": "https://registry.example does not know it either"
    }


async def test_a_registry_that_is_away_is_not_asked_for_each_module(
    tmp_path: Path,
) -> None:
    asked: list[str] = []

    def away(request: httpx.Request) -> httpx.Response:
        asked.append(request.url.path)
        raise httpx.ConnectError("no network", request=request)

    async with (
        httpx.AsyncClient(transport=httpx.MockTransport(away)) as client,
        RegistryServer(
            Catalog([tmp_path]), Upstream("https://registry.example", client)
        ) as registry,
        httpx.AsyncClient(base_url=registry.base_url) as terraform,
    ):
        await terraform.get("far/away/coder/versions")
        await terraform.get("far/off/coder/versions")

    assert len(asked) == 1
    assert "cannot be reached" in registry.misses["far/off"]


@pytest.mark.parametrize(
    "path", ["../../etc/passwd", "acme/../x/versions", "acme/tool/coder/..%2f/download"]
)
async def test_a_strange_path_is_not_found(yard: Yard, path: str) -> None:
    async with httpx.AsyncClient(base_url=yard.shop.registry.base_url) as terraform:
        answer = await terraform.get(path)

    assert answer.status_code == 404
