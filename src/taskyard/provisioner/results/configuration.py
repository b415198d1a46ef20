"""What a template's blocks say, from the configuration part of a plan in JSON."""

from collections.abc import Iterator

from taskyard.provisioner.provider.values import Object, objects

__all__ = ["labels_of_type"]


def labels_of_type(plan: Object, type_: str) -> list[str]:
    """Labels of the blocks of a managed type, in modules too, planned or not."""
    configuration: Object = plan.get("configuration") or {}
    return sorted(_labels(configuration.get("root_module") or {}, type_, ""))


def _labels(module: Object, type_: str, prefix: str) -> Iterator[str]:
    for resource in objects(module.get("resources")):
        if resource.get("type") == type_ and resource.get("mode") == "managed":
            yield prefix + resource["address"]
    calls: dict[str, Object] = module.get("module_calls") or {}
    for name, call in calls.items():
        yield from _labels(call.get("module") or {}, type_, f"{prefix}module.{name}.")
