"""Resources as people see them: infrastructure, with its agents and its metadata."""

import json
from collections.abc import Iterator
from typing import Any

from taskyard.protocol.provisioner import Agent, Resource, ResourceMetadata
from taskyard.provisioner.errors import TemplateInvalid
from taskyard.provisioner.provider.values import objects
from taskyard.provisioner.results.agents import AgentNode, agents
from taskyard.provisioner.results.nodes import Node, of_type

__all__ = ["daily_cost", "resources"]


def resources(nodes: list[Node], *, keeps_lone_agents: bool) -> list[Resource]:
    """Managed resources that are not words of `coder/coder`, each with its agents.

    An agent that no resource depends on belongs to nothing that could be shown. While a
    workspace runs it is kept, as a resource of its own (a template may start it in any
    way it likes); in a stopped one it is only a remembered id.
    """
    paired = agents(nodes)
    infrastructure = [n for n in nodes if n.mode == "managed" and not _is_word(n)]
    owners = {node.address: _owner(node, infrastructure) for node, _ in paired}
    metadata = _metadata_by_target(nodes, infrastructure)
    found = [
        _resource(node, [a for n, a in paired if owners[n.address] is node], metadata)
        for node in sorted(infrastructure, key=lambda node: node.address)
    ]
    if keeps_lone_agents:
        found.extend(_lone(pair) for pair in paired if owners[pair[0].address] is None)
    return found


def daily_cost(found: list[Resource]) -> int:
    return sum(resource.daily_cost for resource in found)


def _is_word(node: Node) -> bool:
    return node.type.startswith("coder_")


def _lone(pair: AgentNode) -> Resource:
    node, agent = pair
    return Resource(type=node.type, name=node.name, hide=True, agents=[agent])


def _owner(agent: Node, infrastructure: list[Node]) -> Node | None:
    """The nearest resource that depends on the agent."""
    candidates = [node for node in infrastructure if _depends(node, agent)]
    labels = {node.label for node in candidates}
    nearest = [
        node for node in candidates if not node.dependencies & (labels - {node.label})
    ]
    return min(nearest or candidates, key=lambda node: node.address, default=None)


def _depends(node: Node, agent: Node) -> bool:
    if agent.label in node.dependencies:
        return True
    # Through locals and module inputs a plan only shows the value that arrived.
    values = json.dumps(node.values)
    marks = (agent.values.get("token"), agent.values.get("id"))
    return any(mark and mark in values for mark in marks)


def _metadata_by_target(
    nodes: list[Node], infrastructure: list[Node]
) -> dict[str, Node]:
    found: dict[str, Node] = {}
    for node in of_type(nodes, "coder_metadata"):
        target = _target(node, infrastructure)
        if target is None:
            continue
        if other := found.get(target.address):
            raise TemplateInvalid(
                f"{other.address} and {node.address} both describe {target.address}: "
                "put all items into one coder_metadata."
            )
        found[target.address] = node
    return found


def _target(node: Node, infrastructure: list[Node]) -> Node | None:
    wanted = node.values.get("resource_id")
    for other in infrastructure:
        if wanted and other.values.get("id") == wanted:
            return other
    # A plan does not know the ids of other providers' resources.
    named = [other for other in infrastructure if other.label in node.dependencies]
    return (
        min(named, key=lambda other: other.address, default=None)
        if not wanted
        else None
    )


def _resource(node: Node, found: list[Agent], metadata: dict[str, Node]) -> Resource:
    about: dict[str, Any] = {}
    if own := metadata.get(node.address):
        about = own.values
    return Resource(
        type=node.type,
        name=node.name,
        hide=bool(about.get("hide")),
        icon=about.get("icon") or "",
        daily_cost=int(about.get("daily_cost") or 0),
        metadata=list(_items(about)),
        agents=found,
    )


def _items(about: dict[str, Any]) -> Iterator[ResourceMetadata]:
    for item in objects(about.get("item")):
        is_sensitive = bool(item.get("sensitive"))
        yield ResourceMetadata(
            key=item["key"],
            # Sensitive values are in the state; people have no use for them here.
            value="" if is_sensitive else item.get("value") or "",
            sensitive=is_sensitive,
        )
