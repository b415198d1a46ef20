"""Decide the values of a build's parameters: a function of what was given and what was.

The provider checks them again when Terraform runs; here a person hears of a mistake at
once, with the name of the parameter.
"""

import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, cast

import re2

from taskyard.kit.errors import Validation
from taskyard.protocol.provisioner import Parameter

__all__ = ["PROMPT_PARAMETER", "Request", "Resolved", "explain_value", "resolve"]

#: The older form of task templates takes the prompt from a parameter of this name.
PROMPT_PARAMETER: Final = "AI Prompt"
_MAX_VALUE: Final = 256 * 1024  # as long as a prompt may be
_NUMBER: Final = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?", re.ASCII)
_RE2: Final = re2.Options()
_RE2.log_errors = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """What the values of a build are decided from.

    `previous` is None for a workspace's first build; `is_fixed` says that a build with
    those has succeeded, so that immutable ones stay. `prompt` is the task's, and fills
    the parameter "AI Prompt" unless the preset does.
    """

    parameters: Sequence[Parameter]
    given: Sequence[tuple[str, str]] = ()
    preset: Mapping[str, str] = field(default_factory=dict[str, str])
    previous: Mapping[str, str] | None = None
    is_fixed: bool = True
    prompt: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Resolved:
    """The values, and what is wrong with them; with errors the values mean nothing."""

    values: dict[str, str]
    errors: list[Validation]


def resolve(request: Request) -> Resolved:
    """Given values win over the preset's, those over the last build's, over defaults."""
    errors = list(_misnamed(request))
    values: dict[str, str] = {}
    for parameter in request.parameters:
        value, chosen = _value(parameter, request)
        if value is None:
            errors.append(Validation(parameter.name, "A value is required."))
            continue

        values[parameter.name] = value
        problem = _explain_change(parameter, value, request) if chosen else None
        problem = problem or explain_value(
            parameter, value, _previous(parameter, request)
        )
        if problem:
            errors.append(Validation(parameter.name, problem))

    return Resolved(values=values, errors=errors)


def _misnamed(request: Request) -> Iterator[Validation]:
    known = {parameter.name for parameter in request.parameters}
    seen: set[str] = set()
    for name, _ in request.given:
        if name not in known:
            yield Validation(name, "The template has no parameter of this name.")
        if name in seen:
            yield Validation(name, "The parameter is given twice.")
        seen.add(name)


def _value(parameter: Parameter, request: Request) -> tuple[str | None, bool]:
    """The value, and whether somebody chose it now."""
    given = dict(request.given)
    if parameter.name in given:
        return given[parameter.name], True
    if parameter.name in request.preset:
        return request.preset[parameter.name], True
    if _is_prompt(parameter, request):
        return request.prompt, False  # the task's own: may change while it is paused

    previous = _previous(parameter, request)
    if previous is not None and not parameter.ephemeral:
        return previous, False
    return (None if parameter.required else parameter.default_value), False


def _is_prompt(parameter: Parameter, request: Request) -> bool:
    return parameter.name == PROMPT_PARAMETER and request.prompt is not None


def _previous(parameter: Parameter, request: Request) -> str | None:
    return (request.previous or {}).get(parameter.name)


def _explain_change(parameter: Parameter, value: str, request: Request) -> str | None:
    previous = _previous(parameter, request)
    free = parameter.mutable or not request.is_fixed
    if free or previous is None or value == previous:
        return None
    return (
        f"The parameter is immutable: it stays {previous!r}, chosen when the workspace "
        "was created."
    )


def explain_value(parameter: Parameter, value: str, previous: str | None) -> str | None:
    """Say what is wrong with a value, or None. Options come before validation."""
    if "\0" in value:
        return "The value holds a NUL character."
    if len(value) > _MAX_VALUE:
        return f"The value is longer than {_MAX_VALUE} characters."

    problem = _TYPES[parameter.type](value)
    if problem is None and parameter.options:
        problem = _explain_option(parameter, value)
    if problem is None and _is_validated(parameter):
        problem = _explain_validation(parameter, value, previous)
    return problem


def _explain_number(value: str) -> str | None:
    if _NUMBER.fullmatch(value):
        return None
    return f"{value!r} is not a number."


def _explain_bool(value: str) -> str | None:
    if value in {"true", "false"}:
        return None
    return f"{value!r} is not a boolean: give true or false."


def _explain_list(value: str) -> str | None:
    return (
        None if _items(value) is not None else "The value is not a JSON list of texts."
    )


_TYPES: Final[Mapping[str, Callable[[str], str | None]]] = {
    "string": lambda _: None,
    "number": _explain_number,
    "bool": _explain_bool,
    "list(string)": _explain_list,
}


def _items(value: str) -> list[str] | None:
    try:
        parsed: Any = json.loads(value)
    except (ValueError, RecursionError):
        return None
    if not isinstance(parsed, list):
        return None
    items = cast("list[Any]", parsed)
    return items if all(isinstance(item, str) for item in items) else None


def _explain_option(parameter: Parameter, value: str) -> str | None:
    allowed = [option.value for option in parameter.options]
    if value in allowed:
        return None
    chosen = _items(value) if parameter.type == "list(string)" else None
    wrong = [value] if chosen is None else [c for c in chosen if c not in allowed]
    if not wrong:
        return None
    choices = ", ".join(repr(option) for option in allowed)
    return f"{wrong[0]!r} is not one of the options: {choices}."


def _is_validated(parameter: Parameter) -> bool:
    return bool(
        parameter.validation_regex
        or parameter.validation_monotonic
        or parameter.validation_min is not None
        or parameter.validation_max is not None
    )


def _explain_validation(
    parameter: Parameter, value: str, previous: str | None
) -> str | None:
    if parameter.validation_regex:
        return _explain_regex(parameter, value)
    if parameter.type == "number":
        return _explain_range(parameter, value, previous)
    return None


def _explain_regex(parameter: Parameter, value: str) -> str | None:
    """RE2, the dialect of the provider's own check: linear in time, whatever is sent."""
    try:
        matched = re2.search(parameter.validation_regex, value, _RE2)
    except re2.error:
        return None  # the import would have failed; Terraform has the last word
    if matched is not None:
        return None
    hint = parameter.validation_error or (f"It must match {parameter.validation_regex}")
    return f"{value!r} is not valid: {hint}"


def _explain_range(
    parameter: Parameter, value: str, previous: str | None
) -> str | None:
    number = _integer(value)
    if number is None:
        return f"{value!r} is not a whole number."

    low, high = parameter.validation_min, parameter.validation_max
    if low is not None and number < low:
        return _worded(parameter, value, f"{value} is less than the minimum {low}.")
    if high is not None and number > high:
        return _worded(parameter, value, f"{value} is more than the maximum {high}.")
    return _explain_monotonic(parameter, number, _integer(previous or ""))


def _explain_monotonic(
    parameter: Parameter, number: int, previous: int | None
) -> str | None:
    if previous is None:
        return None
    match parameter.validation_monotonic:
        case "increasing" if number < previous:
            return f"{number} is less than before: it can only grow from {previous}."
        case "decreasing" if number > previous:
            return f"{number} is more than before: it can only shrink from {previous}."
        case _:
            return None


def _integer(value: str) -> int | None:
    try:
        return int(value) if value.isascii() and "_" not in value else None
    except ValueError:
        return None


def _worded(parameter: Parameter, value: str, otherwise: str) -> str:
    """The template's own message, with its placeholders filled."""
    message = parameter.validation_error
    for name, filling in (
        ("min", parameter.validation_min),
        ("max", parameter.validation_max),
        ("value", value),
    ):
        message = message.replace(f"{{{name}}}", str(filling))
    return message or otherwise
