"""What a workspace shows of itself: its template's metadata items, with their last values.

Values are in memory only, of the process that holds the link: a server that restarts
shows none until the runner has measured again.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from taskyard.protocol import provisioner
from taskyard.protocol.link import MetadataValue
from taskyard.server.db.tables import AgentRow
from taskyard.server.runners.link import RunnerLink
from taskyard.server.runners.sanitise import clean_text, read_time

__all__ = ["Item", "items_of"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One item; `collected_at` is None when there is no value yet."""

    key: str
    display_name: str
    script: str
    interval: int
    timeout: int
    value: str = ""
    error: str = ""
    collected_at: datetime | None = None


def items_of(agent: AgentRow, link: RunnerLink | None, *, now: datetime) -> list[Item]:
    """The template's items in its order; values that it does not name are left out."""
    spec = provisioner.Agent.model_validate(agent.spec)
    values: Mapping[str, MetadataValue] = link.metadata if link else {}
    described = sorted(spec.metadata, key=lambda item: (item.order, item.key))
    return [_item(item, values.get(item.key), now) for item in described]


def _item(
    described: provisioner.Metadata, value: MetadataValue | None, now: datetime
) -> Item:
    return Item(
        key=described.key,
        display_name=described.display_name,
        script=described.script,
        interval=described.interval,
        timeout=described.timeout,
        value=clean_text(value["value"]) if value else "",
        error=clean_text(value["error"]) if value else "",
        collected_at=read_time(value["collected_at"], now=now) if value else None,
    )
