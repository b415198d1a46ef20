"""The real module registry, asked for modules that are not bundled."""

import logging
import time
from collections.abc import Callable
from typing import Any, Final
from urllib.parse import urljoin

import httpx

__all__ = ["Upstream", "UpstreamUnreachable"]

log = logging.getLogger(__name__)

# Somebody waits for their template; without a network this is all they should wait.
_SECONDS: Final = 4.0
# After a failure the next modules of the same template fail at once.
_PAUSE_SECONDS: Final = 30.0


class UpstreamUnreachable(Exception):
    """The registry did not answer; the text says how."""


class Upstream:
    """`url` as in https://registry.coder.com; empty = there is none."""

    def __init__(
        self,
        url: str,
        client: httpx.AsyncClient,
        *,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self.url = url
        self._client = client
        self._monotonic = monotonic
        self._base: str | None = None
        self._paused_until = 0.0
        self._reason = ""

    async def versions(self, module: str) -> dict[str, Any] | None:
        """The answer to `namespace/name/system/versions`; None when it has no such one."""
        answer = await self._get(f"{module}/versions")
        if not answer.is_success:
            return None
        found: dict[str, Any] = answer.json()
        return found

    async def location(self, module: str, version: str) -> str | None:
        """Where a version can be fetched from, as Terraform's `X-Terraform-Get`."""
        answer = await self._get(f"{module}/{version}/download")
        location = answer.headers.get("X-Terraform-Get")
        if location is None:
            return None
        if location.startswith(("/", "./", "../")):
            return urljoin(str(answer.url), location)
        return location

    async def _get(self, path: str) -> httpx.Response:
        if not self.url:
            raise UpstreamUnreachable("no other registry is configured")
        if self._monotonic() < self._paused_until:
            raise UpstreamUnreachable(self._reason)
        try:
            base = await self._discover()
            return await self._client.get(urljoin(base, path), timeout=_SECONDS)
        except (httpx.HTTPError, ValueError, KeyError) as error:
            self._paused_until = self._monotonic() + _PAUSE_SECONDS
            self._reason = f"{self.url} cannot be reached ({type(error).__name__})"
            log.info("registry_upstream_unreachable: %r", error)
            raise UpstreamUnreachable(self._reason) from error

    async def _discover(self) -> str:
        if self._base is None:
            well_known = urljoin(self.url, "/.well-known/terraform.json")
            answer = await self._client.get(well_known, timeout=_SECONDS)
            answer.raise_for_status()
            self._base = urljoin(well_known, answer.json()["modules.v1"])
        return self._base
