"""Run one command's work against the server that flags, environment or login name."""

import asyncio
import os
from collections.abc import Awaitable, Callable
from typing import TypeVar

from pydantic import ValidationError

from taskyard.cli import flags
from taskyard.kit.errors import Unauthenticated
from taskyard.sdk import Client, Settings
from taskyard.sdk.errors import from_validation

__all__ = ["run", "settings"]

Result = TypeVar("Result")


def settings() -> Settings:
    given = flags.current()
    return Settings.resolve(os.environ, url=given.url, token=given.token)


def run(work: Callable[[Client], Awaitable[Result]]) -> Result:
    """What `work` answers. An interrupt cancels it and comes out as KeyboardInterrupt."""
    chosen = settings()

    async def connected() -> Result:
        async with Client(chosen.url, chosen.token) as client:
            try:
                return await work(client)
            except Unauthenticated as error:
                raise Unauthenticated(
                    error.message,
                    detail=f"Run `taskyard login {chosen.url}`, or set TASKYARD_TOKEN.",
                ) from error
            except ValidationError as error:
                raise from_validation(error) from error

    return asyncio.run(connected())
