"""AgentAPI for the sessions of a workspace: one listener on loopback for each."""

import asyncio
import logging
from typing import Final, final

from taskyard.runner.agentapi.access import AllowedHosts, AllowedOrigins
from taskyard.runner.agentapi.http import serve_on_loopback
from taskyard.runner.agentapi.surface import Access, Surface
from taskyard.runner.agentapi.uploads import BODY_BYTES
from taskyard.runner.agents.conversation import Conversation

__all__ = ["AgentApi"]

log = logging.getLogger(__name__)

RETRY_SECONDS: Final = 5.0
_ORIGINS: Final = (
    "http://localhost:3284",
    "http://localhost:3000",
    "http://localhost:3001",
)


@final
class AgentApi:
    """See `ChatSurface`.

    Every host name is answered: what reaches a workspace's loopback from outside came
    through the server's proxy, which has checked who asks. A port that is taken is tried
    again: what held it may end.
    """

    async def serve(
        self, conversation: Conversation, *, port: int, stable_while_asking: bool
    ) -> None:
        access = Access(
            hosts=AllowedHosts(["*"]),
            origins=AllowedOrigins(_ORIGINS),
            stable_while_asking=stable_while_asking,
        )
        surface = Surface(conversation, access)
        while True:
            try:
                async with serve_on_loopback(surface, port=port, body_limit=BODY_BYTES):
                    await asyncio.Event().wait()  # until this is cancelled
            except OSError as exc:
                log.warning("AgentAPI waits for port %d: %s", port, exc)
                await asyncio.sleep(RETRY_SECONDS)
