"""Ask the parse worker, and kill it when it takes too long."""

import asyncio
import json
import logging
import re
import sys
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, Final, Self

from taskyard.protocol.provisioner import Variable
from taskyard.provisioner.errors import TemplateInvalid

__all__ = ["Parsed", "StaticParser"]

log = logging.getLogger(__name__)

_WORKER: Final = Path(__file__).with_name("parse_worker.py")
# Grows by some 50 KB a parse.
_PARSES_PER_WORKER: Final = 200
_ANSWER_BYTES: Final = 16 << 20
_PLACE: Final = re.compile(r"(\S+?\.tf(?:\.json)?):(\d+),[\d,\-]+: (.*)", re.DOTALL)


@dataclass(frozen=True, slots=True, kw_only=True)
class Parsed:
    variables: tuple[Variable, ...] = ()
    places: dict[str, str]  # variable -> file:line
    error: str = ""  # what the evaluator refused; Terraform has the last word


class StaticParser:
    """One worker process at a time, started when it is first needed."""

    def __init__(self, *, seconds: float = 10.0) -> None:
        self._seconds = seconds
        self._lock = asyncio.Lock()
        self._process: asyncio.subprocess.Process | None = None
        self._left = 0

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        tb: TracebackType | None,
    ) -> None:
        await self._end()

    async def parse(self, directory: Path) -> Parsed:
        """Raises `TemplateInvalid` when the template is too much to evaluate."""
        async with self._lock:
            try:
                async with asyncio.timeout(self._seconds):
                    answer = await self._ask(directory)
            except TimeoutError:
                raise TemplateInvalid(
                    f"The template took more than {self._seconds:.0f} seconds to read. "
                    "Look for a very large count or for_each, for nested loops over "
                    "large lists, and for modules that contain each other."
                ) from None
            finally:
                if self._left <= 0 or not self._is_usable():
                    await self._end()
        if answer is None:
            raise TemplateInvalid(
                "The template needs too much memory to read. Look for a very large "
                "count, for_each or range(), and for lists that multiply."
            )
        return _parsed(answer)

    async def _ask(self, directory: Path) -> dict[str, Any] | None:
        """None when the worker died of it."""
        process = await self._worker()
        # Until the answer is here this worker is not to be used for another one.
        left, self._left = self._left - 1, 0
        assert process.stdin  # noqa: S101 - PIPE was asked for
        assert process.stdout  # noqa: S101 - PIPE was asked for
        with suppress(ConnectionError):
            process.stdin.write(json.dumps(str(directory)).encode() + b"\n")
            await process.stdin.drain()
        line = await process.stdout.readline()
        if not line:
            log.warning("parse_worker_died", extra={"code": await process.wait()})
            return None
        self._left = left
        found: dict[str, Any] = json.loads(line)
        return found

    async def _worker(self) -> asyncio.subprocess.Process:
        if self._process is None:
            self._left = _PARSES_PER_WORKER
            self._process = await asyncio.create_subprocess_exec(
                sys.executable,
                "-I",
                str(_WORKER),
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.PIPE,
                stderr=asyncio.subprocess.DEVNULL,
                env={"PATH": "/usr/bin:/bin"},
                limit=_ANSWER_BYTES,
            )
        return self._process

    def _is_usable(self) -> bool:
        return self._process is not None and self._process.returncode is None

    async def _end(self) -> None:
        process, self._process = self._process, None
        if process:
            with suppress(ProcessLookupError):
                process.kill()
            await process.wait()


def _parsed(answer: dict[str, Any]) -> Parsed:
    if "error" in answer:
        return Parsed(places={}, error=_readable(answer["error"]))
    found: list[dict[str, Any]] = answer["variables"]
    return Parsed(
        variables=tuple(_variable(block) for block in found),
        places={block["name"]: block["place"] for block in found},
    )


def _readable(text: str) -> str:
    """`main.tf:2: Invalid expression: ...` out of the evaluator's own form."""
    if match := _PLACE.search(text):
        place = f"{match[1]}:{match[2]}: "
        return place + " ".join(match[3].replace("; ", ": ", 1).split())
    return " ".join(text.split())


def _variable(block: dict[str, Any]) -> Variable:
    default = block["default"]
    # As Coder has it: a string as it is, anything else as JSON.
    text = default if isinstance(default, str) else json.dumps(default)
    return Variable(
        name=block["name"],
        description=block["description"] or "",
        type=block["type"] or "string",
        default_value="" if default is None else text,
        required=block["required"],
        sensitive=block["sensitive"],
    )
