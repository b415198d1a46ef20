"""The server's half of the connection to a workspace's runner."""

import asyncio
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, Final, Protocol
from uuid import UUID

from taskyard.kit.errors import Unreachable
from taskyard.protocol.link import CommandName, MetadataValue, Reply
from taskyard.server.runners.admission import AgentIdentity

__all__ = ["CommandTimedOut", "LinkRegistry", "NotConnected", "RunnerLink"]

#: How fast runners may come back after a shutdown: each costs a greeting.
_RECONNECTS_A_SECOND: Final = 50


class NotConnected(Unreachable):
    """The workspace's runner is not connected."""


class CommandTimedOut(Unreachable):
    """The workspace's runner did not answer in time."""


class RunnerLink(Protocol):
    """What the server may ask of a connected runner."""

    @property
    def agent(self) -> AgentIdentity: ...

    @property
    def is_ready(self) -> bool:
        """The runner has been greeted: commands and streams may be sent."""
        ...

    @property
    def heard_at(self) -> datetime:
        """When anything at all was last heard of it (heartbeats count)."""
        ...

    @property
    def metadata(self) -> Mapping[str, MetadataValue]:
        """The newest value of each metadata item; in memory only."""
        ...

    async def command(
        self,
        name: CommandName,
        args: Mapping[str, Any],
        *,
        id: str,  # noqa: A002 - the protocol's word
        deadline: float,
    ) -> Reply:
        """Ask, and wait `deadline` seconds for the answer.

        The runner acts once however often one id is sent. Raises `NotConnected`,
        `CommandTimedOut`; then nothing is known of what the runner did.
        """
        ...

    async def open(
        self,
        target: dict[str, Any],
        factory: Callable[[], asyncio.BaseProtocol],
        *,
        wait: bool = False,
    ) -> tuple[asyncio.Transport, Any]:
        """Reach something in the workspace, as `loop.create_connection` reaches a host."""
        ...

    def close(self, reason: str, *, final: bool = False) -> None:
        """Drop the connection; `final` tells the runner not to dial again."""
        ...

    def go_away(self, *, spread_seconds: float) -> None:
        """Tell the runner that this server stops, and when at the latest to dial again."""
        ...


class LinkRegistry:
    """The links of this process: one per agent, at most one ready per agent.

    A server is one process per port, so a request finds its link here. With several
    replicas, each needs to know who holds which link; the design page on the tunnel
    says how (a row with the replica's address and a lease).
    """

    def __init__(self) -> None:
        self._links: dict[UUID, RunnerLink] = {}

    def add(self, link: RunnerLink) -> None:
        """Enter a link; an earlier one of the same agent is dropped."""
        earlier = self._links.get(link.agent.agent_row_id)
        self._links[link.agent.agent_row_id] = link
        if earlier is not None:
            earlier.close("another connection of this runner has replaced this one")

    def remove(self, link: RunnerLink) -> bool:
        """Forget a link; False when it had been replaced already."""
        if self._links.get(link.agent.agent_row_id) is not link:
            return False
        del self._links[link.agent.agent_row_id]
        return True

    def get(self, agent_row_id: UUID) -> RunnerLink | None:
        """The agent's link, if it is ready for commands and streams."""
        link = self._links.get(agent_row_id)
        return link if link is not None and link.is_ready else None

    def require(self, agent_row_id: UUID) -> RunnerLink:
        """As `get`; raises `NotConnected`."""
        link = self.get(agent_row_id)
        if link is None:
            raise NotConnected
        return link

    def is_connected(self, agent_row_id: UUID) -> bool:
        return self.get(agent_row_id) is not None

    def all(self) -> list[RunnerLink]:
        return list(self._links.values())

    def go_away(self) -> None:
        """Before a shutdown: runners dial again, spread over a while."""
        links = self.all()
        for link in links:
            link.go_away(spread_seconds=len(links) / _RECONNECTS_A_SECOND)
