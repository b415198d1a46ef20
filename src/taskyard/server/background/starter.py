"""Bring the starter template in, when the server was asked to."""

import asyncio
from datetime import timedelta
from typing import Final

from taskyard.server.background.loop import Loop
from taskyard.server.db import topics
from taskyard.server.factory import Factory, ProcessContext
from taskyard.server.templates.archives.entries import Limits
from taskyard.server.templates.files import read_upload
from taskyard.server.templates.starter import read_starter

__all__ = ["STARTER", "bring_starter"]


async def bring_starter(process: ProcessContext) -> None:
    """One step: nothing, the start of the import, or the template that it became."""
    config = process.config
    if not config.import_starter:
        return
    async with process.sessions.begin() as session:
        if not await Factory(process, session).starter().is_due():
            return

    archive = await asyncio.to_thread(read_starter)
    if archive is None:
        return
    limit = config.max_upload_bytes
    upload = await read_upload(archive, Limits(compressed=limit, unpacked=limit))
    async with process.sessions.begin() as session:
        await Factory(process, session).starter().advance(upload)


STARTER: Final = Loop(
    name="starter template",
    every=timedelta(seconds=5),
    step=bring_starter,
    topics=(topics.JOB, topics.USER),
)
