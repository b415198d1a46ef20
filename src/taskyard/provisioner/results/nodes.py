"""Resource instances, whether they come from a state file or from a plan in JSON."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final, cast

from taskyard.provisioner.provider.values import Object, objects

__all__ = ["Node", "from_plan", "from_state", "label_of", "of_type"]

_INDEX: Final = re.compile(r'\[(?:"(?:[^"\\]|\\.)*"|\d+)\]')


@dataclass(frozen=True, slots=True, kw_only=True)
class Node:
    """One instance. Values that a plan does not know yet are absent from `values`."""

    address: str  # module.tools[0].coder_app.web
    mode: str  # managed or data
    type: str
    name: str
    values: Object
    #: Labels of all it depends on, through modules and locals too.
    dependencies: frozenset[str] = frozenset()

    @property
    def label(self) -> str:
        return label_of(self.address)


def label_of(address: str) -> str:
    """The address without instance keys: what the configuration calls it."""
    return _INDEX.sub("", address)


def of_type(nodes: list[Node], type_: str) -> list[Node]:
    return [node for node in nodes if node.type == type_]


def from_state(state: Object) -> list[Node]:
    """Instances in a `terraform.tfstate` of format 4, as they are after an apply."""
    return [
        Node(
            address=_address(resource, instance),
            mode=resource["mode"],
            type=resource["type"],
            name=resource["name"],
            values=instance.get("attributes") or {},
            dependencies=frozenset(instance.get("dependencies") or ()),
        )
        for resource in objects(state.get("resources"))
        for instance in objects(resource.get("instances"))
        # A deposed instance is only waiting to be destroyed.
        if "deposed" not in instance
    ]


def _address(resource: Object, instance: Object) -> str:
    prefix = "data." if resource["mode"] == "data" else ""
    module = f"{resource['module']}." if resource.get("module") else ""
    key: object = instance.get("index_key")
    index = "" if key is None else f"[{json.dumps(key)}]"
    return f"{module}{prefix}{resource['type']}.{resource['name']}{index}"


def from_plan(plan: Object) -> list[Node]:
    """What will be managed, and the data sources that were read for the plan."""
    references = dict(_references(plan))
    prior: Object = plan.get("prior_state") or {}
    found: dict[str, Node] = {}
    was: Object = prior.get("values") or {}
    will_be: Object = plan.get("planned_values") or {}
    for values in (was, will_be):
        for resource in _resources(values.get("root_module") or {}):
            # What is managed counts as planned, not as it was before.
            if resource["mode"] == "managed" and values is was:
                continue
            address: str = resource["address"]
            found[address] = Node(
                address=address,
                mode=resource["mode"],
                type=resource["type"],
                name=resource["name"],
                values=resource.get("values") or {},
                dependencies=references.get(label_of(address), frozenset()),
            )
    return list(found.values())


def _resources(module: Object) -> Iterator[Object]:
    yield from objects(module.get("resources"))
    for child in objects(module.get("child_modules")):
        yield from _resources(child)


def _references(plan: Object) -> Iterator[tuple[str, frozenset[str]]]:
    """Label -> labels it names directly. Only in its own module: values tell the rest."""
    configuration: Object = plan.get("configuration") or {}
    for prefix, resource in _configured(configuration.get("root_module") or {}, ""):
        named = {
            prefix + ".".join(reference.split(".")[:2])
            for reference in _named(resource.get("expressions"))
        }
        named |= {f"{prefix}{other}" for other in resource.get("depends_on") or ()}
        yield f"{prefix}{resource['address']}", frozenset(named)


def _configured(module: Object, prefix: str) -> Iterator[tuple[str, Object]]:
    for resource in objects(module.get("resources")):
        yield prefix, resource
    calls: dict[str, Object] = module.get("module_calls") or {}
    for name, call in calls.items():
        yield from _configured(call.get("module") or {}, f"{prefix}module.{name}.")


def _named(expression: Any) -> Iterator[str]:
    if isinstance(expression, list):
        for item in objects(cast("Any", expression)):
            yield from _named(item)
    elif isinstance(expression, dict):
        for key, value in cast("Object", expression).items():
            if key == "references":
                yield from value
            else:
                yield from _named(value)
