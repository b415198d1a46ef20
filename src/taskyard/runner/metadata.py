"""Values that the workspace shows about itself, printed by scripts."""

import asyncio
import logging
import os
import signal
from collections.abc import Awaitable, Callable, Iterable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Final, final

from taskyard.kit.clock import Clock
from taskyard.kit.supervisor import Supervisor
from taskyard.protocol.link import MetadataItem, MetadataValue
from taskyard.runner.masking import Mask

__all__ = ["Metadata"]

log = logging.getLogger(__name__)

VALUE_BYTES: Final = 2048
DEFAULT_TIMEOUT_SECONDS: Final = 10


@final
class Metadata:
    """Runs each item's script at its interval; at most one run of an item at a time.

    Values are not durable: the last of each is told again after every reconnect.
    """

    def __init__(
        self,
        *,
        items: Iterable[MetadataItem],
        environment: Mapping[str, str],
        directory: Path,
        tell: Callable[[MetadataValue], None],
        mask: Mask,
        clock: Clock,
        supervisor: Supervisor,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._items = tuple(items)
        self._environment = environment
        self._directory = directory
        self._tell = tell
        self._mask = mask
        self._clock = clock
        self._supervisor = supervisor
        self._sleep = sleep
        self._last: dict[str, MetadataValue] = {}

    def start(self) -> None:
        for item in self._items:
            self._supervisor.start(self._watch(item), name=f"metadata {item['key']}")

    def tell_again(self) -> None:
        """Send the last value of every item."""
        for value in self._last.values():
            self._tell(value)

    async def collect(self, item: MetadataItem) -> MetadataValue:
        """Run one item's script once."""
        value, error = await self._run(item)
        return {
            "type": "metadata",
            "key": item["key"],
            "value": self._mask.text(value),
            "error": self._mask.text(error),
            "collected_at": self._clock.now().isoformat(),
        }

    async def _watch(self, item: MetadataItem) -> None:
        while True:
            value = await self.collect(item)
            self._last[item["key"]] = value
            self._tell(value)
            if item["interval_seconds"] <= 0:
                return
            await self._sleep(item["interval_seconds"])

    async def _run(self, item: MetadataItem) -> tuple[str, str]:
        seconds = item["timeout_seconds"] or DEFAULT_TIMEOUT_SECONDS
        try:
            process = await asyncio.create_subprocess_exec(
                self._environment["SHELL"],
                "-c",
                item["script"],
                stdin=asyncio.subprocess.DEVNULL,
                stdout=asyncio.subprocess.PIPE,
                stderr=asyncio.subprocess.STDOUT,
                env=dict(self._environment),
                cwd=self._directory,
                start_new_session=True,
            )
        except OSError as exc:
            return "", f"cannot run: {exc.strerror}"
        try:
            async with asyncio.timeout(seconds):
                output = await _head(process)
                code = await process.wait()
        except TimeoutError:
            return "", f"took longer than {seconds} s"
        finally:
            _end(process)
        text = output.decode("utf-8", "replace").strip()
        return (text, "") if code == 0 else ("", text or f"exit code {code}")


async def _head(process: asyncio.subprocess.Process) -> bytes:
    """The first bytes of the output; the rest is read and thrown away."""
    assert process.stdout is not None  # noqa: S101 - PIPE was asked for
    kept = b""
    while data := await process.stdout.read(65536):
        kept += data[: VALUE_BYTES - len(kept)]
    return kept


def _end(process: asyncio.subprocess.Process) -> None:
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)
