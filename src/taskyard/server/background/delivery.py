"""Deliver what waits for the runners that are linked to this server."""

from datetime import timedelta
from typing import Final

from taskyard.server.background.loop import Loop
from taskyard.server.db import topics
from taskyard.server.factory import ProcessContext

__all__ = ["DELIVERY"]


async def _step(process: ProcessContext) -> None:
    """Start a delivery for each task that has post; a slow runner holds up only its own."""
    for task_id in await process.courier.tasks_with_post():
        if not process.courier.is_busy(task_id):
            process.supervisor.start(
                process.courier.deliver(task_id), name=f"deliver-{task_id}"
            )


#: The interval is for retries.
DELIVERY: Final = Loop(
    name="delivery",
    every=timedelta(seconds=3),
    step=_step,
    topics=(topics.POST,),
)
