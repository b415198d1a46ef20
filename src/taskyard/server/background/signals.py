"""Keep what the database says of links true: heard of, lost, or replaced by a build."""

from datetime import timedelta
from typing import Final

from taskyard.server.background.loop import Loop
from taskyard.server.factory import ProcessContext
from taskyard.server.runners.store import RunnerStore

__all__ = ["SIGNALS"]

#: Links are written as "heard of" twice a minute; one not heard of for thrice as long
#: belonged to a server that was killed.
_FRESH: Final = timedelta(seconds=30)
_LOST: Final = timedelta(seconds=95)


async def _step(process: ProcessContext) -> None:
    links = process.links.all()
    ids = [link.agent.agent_row_id for link in links]
    now = process.clock.now()
    async with process.sessions.begin() as session:
        store = RunnerStore(session)
        await store.still_connected(ids, now=now, older_than=now - _FRESH)
        await store.mark_lost_links(ids, older_than=now - _LOST)
        replaced = frozenset(await store.replaced_agents(ids))
    for link in links:
        if link.agent.agent_row_id in replaced:
            link.close("a later build has taken this one's place", final=True)


SIGNALS: Final = Loop(
    name="signals",
    every=timedelta(seconds=15),
    step=_step,
)
