"""Environment of an agent: its own `env`, then `coder_env` by their merge strategy."""

from collections.abc import Mapping

from taskyard.provisioner.errors import TemplateInvalid
from taskyard.provisioner.results.nodes import Node

__all__ = ["merged_environment"]


def merged_environment(own: Mapping[str, str], nodes: list[Node]) -> dict[str, str]:
    """Applied in the order of addresses, so that the result is always the same."""
    found = {name: value or "" for name, value in own.items()}
    made_by: dict[str, str] = {}
    for node in sorted(nodes, key=lambda node: node.address):
        name, value = str(node.values["name"]), node.values.get("value") or ""
        strategy = node.values.get("merge_strategy") or "replace"
        before = found.get(name)
        if strategy == "error" and before is not None:
            other = made_by.get(name, "the agent's env")
            raise TemplateInvalid(
                f"{node.address} and {other} both set {name}, and its merge_strategy is "
                '"error": remove one, or use "append", "prepend" or "replace".'
            )
        found[name] = _merged(strategy, before, value)
        made_by[name] = node.address
    return found


def _merged(strategy: str, before: str | None, value: str) -> str:
    if not before:
        return value
    if strategy == "append":
        return f"{before}:{value}"
    if strategy == "prepend":
        return f"{value}:{before}"
    return value
