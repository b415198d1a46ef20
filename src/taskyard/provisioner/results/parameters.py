"""Parameters and presets of a template."""

import json
from collections.abc import Iterator
from typing import Any

from taskyard.protocol.provisioner import (
    Parameter,
    ParameterOption,
    Preset,
    PresetParameter,
)
from taskyard.provisioner.errors import TemplateInvalid
from taskyard.provisioner.provider.checks import duplicates
from taskyard.provisioner.provider.values import Object, first_object, objects
from taskyard.provisioner.results.nodes import Node, of_type

__all__ = ["parameters", "preset_warnings", "presets"]


def parameters(nodes: list[Node]) -> list[Parameter]:
    """In the order of the form. Raises `TemplateInvalid` when two have the same name."""
    found = of_type(nodes, "coder_parameter")
    for name in duplicates(node.values.get("name") for node in found):
        places = ", ".join(n.address for n in found if n.values.get("name") == name)
        raise TemplateInvalid(
            f'Several coder_parameter blocks have the name "{name}" ({places}): '
            "give each its own name."
        )
    ordered = sorted(found, key=lambda node: (_order(node), str(node.values["name"])))
    return [_parameter(node.values) for node in ordered]


def _order(node: Node) -> int:
    return int(node.values.get("order") or 0)


def _parameter(values: Object) -> Parameter:
    rule = first_object(values.get("validation"))
    return Parameter(
        name=values["name"],
        display_name=values.get("display_name") or "",
        description=values.get("description") or "",
        type=values["type"],
        form_type=values["form_type"],
        styling=json.loads(values.get("styling") or "{}"),
        mutable=bool(values.get("mutable")),
        default_value=values.get("default") or "",
        required=not values.get("optional"),
        icon=values.get("icon") or "",
        order=int(values.get("order") or 0),
        ephemeral=bool(values.get("ephemeral")),
        options=[
            ParameterOption(
                name=option["name"],
                value=option["value"],
                description=option.get("description") or "",
                icon=option.get("icon") or "",
            )
            for option in objects(values.get("option"))
        ],
        validation_regex=rule.get("regex") or "",
        validation_error=rule.get("error") or "",
        validation_min=_whole(rule.get("min")),
        validation_max=_whole(rule.get("max")),
        validation_monotonic=rule.get("monotonic") or "",
    )


def _whole(value: Any) -> int | None:
    return None if value is None else int(value)


def presets(nodes: list[Node]) -> list[Preset]:
    """By name. Raises `TemplateInvalid` for two names or two defaults."""
    found = sorted(
        (_preset(node.values) for node in of_type(nodes, "coder_workspace_preset")),
        key=lambda preset: preset.name,
    )
    if twice := duplicates(preset.name for preset in found):
        raise TemplateInvalid(
            f'Several presets have the name "{twice[0]}": give each its own name.'
        )
    defaults = [preset.name for preset in found if preset.default]
    if len(defaults) > 1:
        raise TemplateInvalid(
            f"Several presets are the default ({', '.join(defaults)}): "
            'keep "default = true" in one of them.'
        )
    return found


def _preset(values: Object) -> Preset:
    prebuilds = next(iter(objects(values.get("prebuilds"))), None)
    given: dict[str, str] = values.get("parameters") or {}
    return Preset(
        name=values["name"],
        description=values.get("description") or "",
        icon=values.get("icon") or "",
        default=bool(values.get("default")),
        parameters=[
            PresetParameter(name=name, value=value)
            for name, value in sorted(given.items())
        ],
        prebuild_instances=int(prebuilds["instances"]) if prebuilds else None,
    )


def preset_warnings(found: list[Preset], known: list[Parameter]) -> Iterator[str]:
    names = {parameter.name for parameter in known}
    for preset in found:
        for parameter in preset.parameters:
            if parameter.name not in names:
                yield (
                    f'The preset "{preset.name}" sets "{parameter.name}", which is no '
                    "parameter of the template: remove it or correct its name."
                )
