"""Whether the workspace's apps answer."""

import asyncio
import logging
import ssl
from collections.abc import Awaitable, Callable, Iterable
from contextlib import suppress
from typing import Final, final
from urllib.parse import urlsplit

from taskyard.kit.supervisor import Supervisor
from taskyard.protocol.link import App, AppHealth, DurableEvent, Healthcheck

__all__ = ["AppChecks", "answers"]

log = logging.getLogger(__name__)

ANSWER_SECONDS: Final = 5.0
_SERVER_ERROR: Final = 500

Probe = Callable[[str, float], Awaitable[bool]]


@final
class AppChecks:
    """Asks each app's health URL at its interval and reports changes.

    The first good answer makes an app healthy, `threshold` bad ones in a row unhealthy.
    """

    def __init__(
        self,
        *,
        apps: Iterable[App],
        emit: Callable[[DurableEvent], None],
        supervisor: Supervisor,
        probe: Probe | None = None,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._apps = tuple(apps)
        self._emit = emit
        self._supervisor = supervisor
        self._probe = probe or answers
        self._sleep = sleep

    def start(self) -> None:
        for app in self._apps:
            check = app["healthcheck"]
            if check is None or not check["url"]:
                self._report(app, "disabled")
            else:
                self._report(app, "initializing")
                self._supervisor.start(
                    self._watch(app, check), name=f"health {app['slug']}"
                )

    async def _watch(self, app: App, check: Healthcheck) -> None:
        health: AppHealth = "initializing"
        failures = 0
        interval = max(1, check["interval_seconds"])
        while True:
            good = await self._probe(check["url"], min(ANSWER_SECONDS, interval))
            failures = 0 if good else failures + 1
            now: AppHealth = health
            if good:
                now = "healthy"
            elif failures >= max(1, check["threshold"]):
                now = "unhealthy"
            if now != health:
                health = now
                self._report(app, health)
            # Quicker at first: a task waits for its app, and start-up is seconds.
            await self._sleep(
                min(1, interval) if health == "initializing" else interval
            )

    def _report(self, app: App, health: AppHealth) -> None:
        self._emit({"name": "app_health", "app_id": app["id"], "health": health})


async def answers(url: str, seconds: float) -> bool:
    """Say whether an HTTP GET is answered with a status below 500."""
    parts = urlsplit(url)
    host = parts.hostname
    if host is None or parts.scheme not in ("http", "https"):
        return False
    port = parts.port or (443 if parts.scheme == "https" else 80)
    target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    head = f"GET {target} HTTP/1.1\r\nHost: {parts.netloc}\r\nConnection: close\r\nUser-Agent: taskyard\r\n\r\n"
    try:
        async with asyncio.timeout(seconds):
            reader, writer = await asyncio.open_connection(
                host, port, ssl=_any_certificate() if parts.scheme == "https" else None
            )
            try:
                writer.write(head.encode())
                status = await reader.readline()
            finally:
                writer.close()
                with suppress(OSError):
                    await writer.wait_closed()
    except (OSError, TimeoutError, ValueError):
        return False
    words = status.split()
    return len(words) > 1 and words[1].isdigit() and int(words[1]) < _SERVER_ERROR


def _any_certificate() -> ssl.SSLContext:
    """An app of the workspace on its own loopback: nobody signs its certificate."""
    context = ssl.create_default_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context
