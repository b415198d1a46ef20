"""The rules of `coder_parameter` as pure functions: form types, values, validations.

Every function answers with what is wrong and what to do, or None.
"""

import json
import re
from collections.abc import Mapping, Sequence
from typing import Any, Final, cast

from taskyard.provisioner.provider.checks import duplicates
from taskyard.provisioner.provider.values import Object

__all__ = [
    "FORM_TYPES",
    "TYPES",
    "broken_validation",
    "invalid_value",
    "option_problem",
    "resolve_form_type",
    "value_of_wrong_type",
]

TYPES: Final = ("string", "number", "bool", "list(string)")

#: (type, has options) -> form types; the first is the default.
FORM_TYPES: Final[Mapping[tuple[str, bool], tuple[str, ...]]] = {
    ("string", True): ("radio", "dropdown"),
    ("string", False): ("input", "textarea"),
    ("number", True): ("radio", "dropdown"),
    ("number", False): ("input", "slider"),
    ("bool", True): ("radio", "dropdown"),
    ("bool", False): ("checkbox", "switch"),
    ("list(string)", True): ("radio", "multi-select"),
    ("list(string)", False): ("tag-select",),
}

_BOOLS: Final = frozenset(
    ["1", "t", "T", "TRUE", "true", "True", "0", "f", "F", "FALSE", "false", "False"]
)


def resolve_form_type(
    type_: str, form_type: str | None, *, has_options: bool
) -> str | None:
    """The form type to use; None when `form_type` does not fit."""
    allowed = FORM_TYPES[type_, has_options]
    if not form_type:
        return allowed[0]
    return form_type if form_type in allowed else None


def value_of_wrong_type(type_: str, value: str) -> str | None:
    if type_ == "number":
        return None if _is_number(value) else f'"{value}" is not a number.'
    if type_ == "bool":
        return None if value in _BOOLS else f'"{value}" is neither "true" nor "false".'
    if type_ == "list(string)" and _strings(value) is None:
        return f"""'{value}' is not a list of strings; write it as jsonencode(["a"])."""
    return None


def option_problem(type_: str, form_type: str, options: Sequence[Object]) -> str | None:
    """What is wrong with the options themselves."""
    # A person picks several single strings; the list is made of them.
    each = "string" if form_type == "multi-select" else type_
    for key in ("name", "value"):
        if twice := duplicates(option[key] for option in options):
            return f'Two options have the {key} "{twice[0]}": make each {key} unique.'
    for option in options:
        if wrong := value_of_wrong_type(each, option["value"]):
            return f'Option "{option["name"]}" is not of type "{each}": {wrong}'
    return None


def invalid_value(
    value: str,
    *,
    type_: str,
    form_type: str,
    options: Sequence[Object],
    validation: Object | None,
    previous: str | None,
) -> tuple[str, str] | None:
    """Summary and detail of the first rule that `value` breaks.

    Options come before the validation block, and that before the type: an author's own
    words about a value are more use than ours.
    """
    if options and (wrong := _not_an_option(value, form_type, options)):
        return "Value must be a valid option", wrong
    if validation and (wrong := _breaks(validation, type_, value, previous)):
        return "Invalid parameter value according to 'validation' block", wrong
    if wrong := value_of_wrong_type(type_, value):
        return f'Parameter value is not of type "{type_}"', wrong
    return None


def broken_validation(validation: Object, type_: str) -> str | None:
    """What is wrong with a validation block itself, whatever the value."""
    limits = [k for k in ("min", "max", "monotonic") if validation[k] not in {None, ""}]
    if type_ != "number" and limits:
        return f'Remove "{limits[0]}": it is for numbers, and the type is "{type_}".'

    if not validation["regex"]:
        return None
    if limits:
        return f'"regex" and "{limits[0]}" exclude each other: remove one.'
    return _broken_regex(validation["regex"], validation["error"], type_)


def _broken_regex(regex: str, error: str | None, type_: str) -> str | None:
    if type_ != "string":
        return f'Remove "regex": it is for strings, and the type is "{type_}".'
    if not error:
        return 'Add "error": a "regex" needs words for people who do not read patterns.'
    try:
        re.compile(regex)
    except re.error as wrong:
        return f'The "regex" cannot be read: {wrong}.'
    return None


def _not_an_option(value: str, form_type: str, options: Sequence[Object]) -> str | None:
    allowed = [str(option["value"]) for option in options]
    chosen: Sequence[str] | None = [value]
    if form_type == "multi-select":
        chosen = _strings(value or "[]")
        if chosen is None:
            return (
                f"'{value}' is not a list of strings; write it as jsonencode([\"a\"])."
            )

    missing = [one for one in chosen if one not in allowed]
    if not missing:
        return None
    return f"{', '.join(map(_quoted, missing))} is not one of {', '.join(map(_quoted, allowed))}."


def _breaks(
    validation: Object, type_: str, value: str, previous: str | None
) -> str | None:
    if wrong := broken_validation(validation, type_):
        return wrong
    if type_ == "string":
        return _breaks_regex(validation, value)
    if type_ == "bool" and value not in {"true", "false"}:
        return f'"{value}" is neither "true" nor "false".'
    if type_ == "number":
        return _breaks_limits(validation, value, previous)
    return None


def _breaks_regex(validation: Object, value: str) -> str | None:
    regex = validation["regex"]
    if not regex or re.search(regex, value):
        return None
    return f'{validation["error"]} ("{value}" does not match "{regex}")'


def _breaks_limits(validation: Object, value: str, previous: str | None) -> str | None:
    own_words = _own_words(validation, value)
    number = _integer(value)
    if number is None:
        return own_words or f'"{value}" is not a whole number.'

    low, high = validation["min"], validation["max"]
    if low is not None and number < low:
        return own_words or f"{number} is less than the minimum {low}."
    if high is not None and number > high:
        return own_words or f"{number} is more than the maximum {high}."
    return _breaks_order(validation["monotonic"], number, _integer(previous or ""))


def _breaks_order(order: str | None, number: int, before: int | None) -> str | None:
    if before is None:
        return None
    if order == "increasing" and number < before:
        return f"{number} must not be less than the value before, {before}."
    if order == "decreasing" and number > before:
        return f"{number} must not be more than the value before, {before}."
    return None


def _own_words(validation: Object, value: str) -> str:
    words = validation["error"] or ""
    for key in ("min", "max"):
        words = words.replace(f"{{{key}}}", str(validation[key]))
    return words.replace("{value}", value)


def _integer(text: str) -> int | None:
    return int(text) if re.fullmatch(r"[+-]?[0-9]{1,18}", text) else None


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True


def _strings(text: str) -> list[str] | None:
    try:
        found: Any = json.loads(text)
    except ValueError:
        return None
    if not isinstance(found, list):
        return None
    items = cast("list[Any]", found)
    return items if all(isinstance(item, str) for item in items) else None


def _quoted(text: str) -> str:
    return f'"{text}"'
