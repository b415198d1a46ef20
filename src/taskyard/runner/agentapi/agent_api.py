"""AgentAPI for the sessions of a workspace: one listener on loopback for each."""

from typing import Final, final

from taskyard.runner.agentapi.access import AllowedHosts, AllowedOrigins
from taskyard.runner.agentapi.http import serve_http
from taskyard.runner.agentapi.surface import Access, Surface
from taskyard.runner.agentapi.uploads import MAX_BYTES
from taskyard.runner.agents.conversation import Conversation

__all__ = ["AgentApi"]

#: A form around the largest file.
_BODY_BYTES: Final = MAX_BYTES + 1024 * 1024
_ORIGINS: Final = (
    "http://localhost:3284",
    "http://localhost:3000",
    "http://localhost:3001",
)


@final
class AgentApi:
    """See `ChatSurface`.

    Every host name is answered: what reaches a workspace's loopback from outside came
    through the server's proxy, which has checked who asks.
    """

    async def serve(self, conversation: Conversation, *, port: int) -> None:
        access = Access(hosts=AllowedHosts(["*"]), origins=AllowedOrigins(_ORIGINS))
        surface = Surface(conversation, access)
        server = await serve_http(
            surface, host="127.0.0.1", port=port, body_limit=_BODY_BYTES
        )
        async with server:
            await server.serve_forever()
