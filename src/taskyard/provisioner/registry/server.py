"""The registry's HTTP side: Terraform's module protocol on loopback.

Small enough to be written on asyncio's streams: four routes, GET and HEAD, one request
a connection.
"""

import asyncio
import json
import logging
import re
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Any, Final, Self

from taskyard.provisioner.registry.catalog import Catalog
from taskyard.provisioner.registry.upstream import Upstream, UpstreamUnreachable

__all__ = ["HOST", "RegistryServer"]

log = logging.getLogger(__name__)

#: The name that templates use and that Terraform is told to ask us for.
HOST: Final = "registry.coder.com"

_BASE: Final = "/modules/v1/"
_MODULE: Final = r"/modules/v1/([\w-]+)/([\w-]+)/([\w-]+)"
_REQUEST_SECONDS: Final = 10.0
_REASONS: Final = {200: "OK", 204: "No Content", 404: "Not Found", 405: "Not Allowed"}


@dataclass(frozen=True, slots=True)
class _Answer:
    status: int
    body: bytes = b""
    type: str = "application/json"
    headers: dict[str, str] = field(default_factory=dict[str, str])


_NOT_FOUND: Final = _Answer(404, b'{"errors":["not found"]}')


class RegistryServer:
    """Listens while it is entered. `misses` says why modules were not found."""

    def __init__(self, catalog: Catalog, upstream: Upstream) -> None:
        self.catalog = catalog
        self.misses: dict[str, str] = {}
        self._upstream = upstream
        self._server: asyncio.Server | None = None
        self._routes: list[tuple[str, Callable[..., Awaitable[_Answer]]]] = [
            (r"/\.well-known/terraform\.json", self._well_known),
            (_MODULE + r"/versions", self._versions),
            (_MODULE + r"/([\w.+-]+)/download", self._download),
            (r"/archive/([\w-]+)/([\w-]+)/([\w.+-]+)\.tar\.gz", self._archive),
        ]

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        return self

    async def __aexit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        tb: TracebackType | None,
    ) -> None:
        if self._server:
            self._server.close()
            await self._server.wait_closed()

    @property
    def base_url(self) -> str:
        """Of the module protocol, for the CLI configuration's host block."""
        if self._server is None:
            raise RuntimeError("the registry is not listening")
        port = self._server.sockets[0].getsockname()[1]
        return f"http://127.0.0.1:{port}{_BASE}"

    def hint(self, directory: Path, summary: str, detail: str) -> str:
        """What to do about Terraform's error, when it is about one of our modules.

        Terraform names a module as the template in `directory` calls it; its address is
        found by what was asked for in vain and is written there.
        """
        if "module" not in summary.lower() or HOST not in detail:
            return ""
        if found := re.search(rf"{re.escape(HOST)}/([\w-]+)/([\w-]+)/", detail):
            namespace, name = found.groups()
            if versions := self.catalog.versions(namespace, name):
                return (
                    f"Taskyard has {namespace}/{name} {', '.join(versions)}: "
                    "use one of these, or loosen the version constraint."
                )

        text = "".join(p.read_text("utf-8", "replace") for p in directory.rglob("*.tf"))
        missing = [name for name in self.misses if f"{HOST}/{name}/" in text]
        known = ", ".join(
            f"{module} {self.catalog.versions(*module.split('/'))[0]}"
            for module in self.catalog.names()
        )
        return " ".join(
            f"Taskyard does not have {name}, and {self.misses[name]}."
            for name in missing
        ) + (f" It has: {known or 'no modules'}." if missing else "")

    async def _serve(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        try:
            async with asyncio.timeout(_REQUEST_SECONDS):
                head = await reader.readuntil(b"\r\n\r\n")
                method, target = head.split(b"\r\n", 1)[0].decode().split(" ")[:2]
                writer.write(_rendered(method, await self._answer(method, target)))
                await writer.drain()
        except (
            OSError,
            ValueError,
            TimeoutError,
            asyncio.IncompleteReadError,
        ) as error:
            log.info("registry_request_failed: %r", error)
        except asyncio.LimitOverrunError:
            log.info("registry_request_too_large")
        finally:
            writer.close()
            with suppress(OSError):
                await writer.wait_closed()

    async def _answer(self, method: str, target: str) -> _Answer:
        if method not in {"GET", "HEAD"}:
            return _Answer(405)
        path = target.partition("?")[0]
        for pattern, route in self._routes:
            if match := re.fullmatch(pattern, path, re.ASCII):
                return await route(*match.groups())
        return _NOT_FOUND

    async def _well_known(self) -> _Answer:
        return _json({"modules.v1": _BASE})

    async def _versions(self, namespace: str, name: str, system: str) -> _Answer:
        versions = await asyncio.to_thread(self.catalog.versions, namespace, name)
        if versions:
            listed = [{"version": version} for version in versions]
            return _json({"modules": [{"versions": listed}]})
        try:
            found = await self._upstream.versions(f"{namespace}/{name}/{system}")
        except UpstreamUnreachable as error:
            return self._missing(namespace, name, str(error))
        if found is None:
            reason = f"{self._upstream.url} does not know it either"
            return self._missing(namespace, name, reason)
        return _json(found)

    async def _download(
        self, namespace: str, name: str, system: str, version: str
    ) -> _Answer:
        if version in await asyncio.to_thread(self.catalog.versions, namespace, name):
            location = f"/archive/{namespace}/{name}/{version}.tar.gz?archive=tar.gz"
            return _Answer(204, headers={"X-Terraform-Get": location})
        module = f"{namespace}/{name}/{system}"
        try:
            found = await self._upstream.location(module, version)
        except UpstreamUnreachable as error:
            return self._missing(namespace, name, str(error))
        return _Answer(204, headers={"X-Terraform-Get": found}) if found else _NOT_FOUND

    async def _archive(self, namespace: str, name: str, version: str) -> _Answer:
        data = await asyncio.to_thread(self.catalog.archive, namespace, name, version)
        return _Answer(200, data, "application/gzip") if data else _NOT_FOUND

    def _missing(self, namespace: str, name: str, reason: str) -> _Answer:
        self.misses[f"{namespace}/{name}"] = reason
        return _NOT_FOUND


def _json(content: dict[str, Any]) -> _Answer:
    return _Answer(200, json.dumps(content).encode())


def _rendered(method: str, answer: _Answer) -> bytes:
    headers = {
        "Content-Type": answer.type,
        "Content-Length": str(len(answer.body)),
        "Connection": "close",
        **answer.headers,
    }
    lines = [f"HTTP/1.1 {answer.status} {_REASONS[answer.status]}"]
    lines += [f"{name}: {value}" for name, value in headers.items()]
    head = "\r\n".join([*lines, "", ""]).encode()
    return head if method == "HEAD" else head + answer.body
