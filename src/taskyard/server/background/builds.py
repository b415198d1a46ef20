"""Loops over builds: what hangs is settled, what is old is forgotten."""

from datetime import timedelta
from typing import Final

from taskyard.server.background.loop import Loop
from taskyard.server.factory import Factory, ProcessContext

__all__ = ["PRUNE", "SETTLE", "prune", "settle"]


async def settle(process: ProcessContext) -> None:
    """Jobs that hang, wait too long or run too long get an end and a reason."""
    async with process.sessions.begin() as session:
        await Factory(process, session).upkeep().settle_lapsed()
    async with process.sessions.begin() as session:
        await Factory(process, session).upkeep().give_up_waiting()
    async with process.sessions.begin() as session:
        await Factory(process, session).upkeep().stop_late()


async def prune(process: ProcessContext) -> None:
    async with process.sessions.begin() as session:
        await Factory(process, session).upkeep().prune()


SETTLE: Final = Loop(name="settle builds", every=timedelta(seconds=5), step=settle)
PRUNE: Final = Loop(name="prune builds", every=timedelta(hours=1), step=prune)
