"""`data "coder_parameter"`: one input of a template."""

import json
from collections.abc import Iterator
from typing import Any

from taskyard.provisioner.provider.checks import one_of
from taskyard.provisioner.provider.coder.parameter_rules import (
    FORM_TYPES,
    TYPES,
    broken_validation,
    invalid_value,
    option_problem,
    resolve_form_type,
)
from taskyard.provisioner.provider.coder.run import (
    CoderRun,
    new_id,
    parameter_key,
    previous_parameter_key,
)
from taskyard.provisioner.provider.diagnostics import Diagnostic, Problem
from taskyard.provisioner.provider.schema import (
    BOOL,
    NUMBER,
    Block,
    DataSource,
    Nested,
    computed,
    optional,
    required,
)
from taskyard.provisioner.provider.values import Object, known, objects

__all__ = ["PARAMETER"]

_FORMS = sorted({form for forms in FORM_TYPES.values() for form in forms} | {"error"})


def _is_json_object(text: Any) -> str | None:
    try:
        if isinstance(json.loads(text), dict):
            return None
    except ValueError:
        pass
    return 'Must be a JSON object: use jsonencode({ placeholder = "..." }).'


_BLOCK = Block(
    {
        "id": computed(),
        "value": computed(),
        "name": required(),
        "display_name": optional(),
        "description": optional(),
        "type": optional(default="string", check=one_of(*TYPES)),
        "form_type": optional(check=one_of(*_FORMS)),
        "styling": optional(default="{}", check=_is_json_object),
        "mutable": optional(BOOL, default=False),
        "default": optional(),
        "icon": optional(),
        "optional": computed(BOOL),
        "order": optional(NUMBER),
        "ephemeral": optional(BOOL, default=False),
    },
    {
        "option": Nested(
            "list",
            Block(
                {
                    "name": required(),
                    "value": required(),
                    "description": optional(),
                    "icon": optional(),
                }
            ),
        ),
        "validation": Nested(
            "list",
            Block(
                {
                    "min": optional(NUMBER),
                    "max": optional(NUMBER),
                    "min_disabled": computed(BOOL),
                    "max_disabled": computed(BOOL),
                    "monotonic": optional(check=one_of("increasing", "decreasing")),
                    "regex": optional(),
                    "error": optional(),
                }
            ),
            maximum=1,
        ),
    },
)


def _validate(config: Object) -> Iterator[Diagnostic]:
    """What can be said before any value is known."""
    is_ephemeral = config.get("ephemeral") is True
    if is_ephemeral and config.get("mutable") is not True:
        yield Diagnostic(
            "An ephemeral parameter must be mutable",
            'Its value is given anew for each start: add "mutable = true".',
            ("ephemeral",),
        )
    if is_ephemeral and config.get("default") is None:
        yield Diagnostic(
            "An ephemeral parameter needs a default",
            'It is used whenever nobody gives a value: add "default".',
            ("ephemeral",),
        )

    type_ = config.get("type") or "string"
    for rule in objects(config.get("validation")) if type_ in TYPES else ():
        if all(known(v) or v is None for v in rule.values()) and (
            wrong := broken_validation(rule, type_)
        ):
            yield Diagnostic("Invalid 'validation' block", wrong, ("validation", 0))


def _read(run: CoderRun, config: Object) -> Object:
    name, type_, options = config["name"], config["type"], config["option"]
    form_type = resolve_form_type(type_, config["form_type"], has_options=bool(options))
    if form_type is None:
        raise _wrong_form(config)
    if wrong := option_problem(type_, form_type, options):
        raise Problem(f'Invalid options of parameter "{name}"', wrong, ("option",))

    for rule in config["validation"]:
        rule["min_disabled"] = rule["min"] is None
        rule["max_disabled"] = rule["max"] is None

    return {
        **config,
        "id": new_id(),
        "value": _value(run, config, form_type),
        "form_type": form_type,
        "optional": config["default"] is not None,
    }


def _value(run: CoderRun, config: Object, form_type: str) -> str:
    """What was given, else the default, else "": checked in each case."""
    given = run.environment.get(parameter_key(config["name"]))
    value = config["default"] if given is None else given
    validation: Object | None = next(iter(config["validation"]), None)
    if value is None and validation is None:
        return ""

    wrong = invalid_value(
        value or "",
        type_=config["type"],
        form_type=form_type,
        options=config["option"],
        validation=validation,
        previous=run.environment.get(previous_parameter_key(config["name"])),
    )
    if wrong:
        summary, detail = wrong
        came_from_default = given is None and value is not None
        where = f'Parameter "{config["name"]}": {detail}'
        raise Problem(summary, where, ("default",) if came_from_default else ())
    return value or ""


def _wrong_form(config: Object) -> Problem:
    has_options = bool(config["option"])
    allowed = ", ".join(f'"{f}"' for f in FORM_TYPES[config["type"], has_options])
    return Problem(
        f'Invalid form_type of parameter "{config["name"]}"',
        f'"{config["form_type"]}" does not fit type "{config["type"]}" '
        f"{'with' if has_options else 'without'} options: use {allowed}, "
        "or remove form_type.",
        ("form_type",),
    )


PARAMETER = DataSource(block=_BLOCK, read=_read, validate=_validate)
