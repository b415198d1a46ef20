"""Truth tables of `coder_parameter`."""

import json
from dataclasses import dataclass, field
from typing import Any

import pytest

from taskyard.provisioner.provider.coder.parameter import PARAMETER
from taskyard.provisioner.provider.coder.run import (
    CoderRun,
    parameter_key,
    previous_parameter_key,
)
from taskyard.provisioner.provider.diagnostics import Problem
from taskyard.provisioner.provider.values import Object

NUMBER, BOOL, LIST = "number", "bool", "list(string)"


def _options(*values: str) -> list[Object]:
    return [{"name": f"Option {value}", "value": value} for value in values]


@dataclass(frozen=True, kw_only=True)
class Case:
    """A configuration, what was given, and what comes of it: a value, or an error."""

    type: str = "string"
    form: str | None = None
    default: str | None = None
    given: str | None = None
    before: str | None = None
    options: tuple[str, ...] = ()
    rule: dict[str, Any] = field(default_factory=dict[str, Any])
    has_rule: bool = False
    value: str = ""
    error: str = ""


def _read(case: Case) -> Object:
    config: Object = {
        "name": "p",
        "type": case.type,
        "form_type": case.form,
        "default": case.default,
        "option": _options(*case.options),
        "validation": [case.rule] if case.rule or case.has_rule else [],
    }
    environment: dict[str, str] = {}
    if case.given is not None:
        environment[parameter_key("p")] = case.given
    if case.before is not None:
        environment[previous_parameter_key("p")] = case.before
    filled = PARAMETER.block.filled(config)
    return PARAMETER.read(CoderRun(environment=environment), filled)


_VALUES = [
    # Nothing given, nothing to check: an empty value.
    Case(),
    Case(type=NUMBER),
    Case(type=BOOL),
    Case(type=LIST),
    # The default, unless something was given; an empty string is something.
    Case(default="d", value="d"),
    Case(default="d", given="g", value="g"),
    Case(default="d", given="", value=""),
    Case(type=NUMBER, default="3", value="3"),
    Case(type=NUMBER, default="3", given="4.5", value="4.5"),
    Case(type=BOOL, default="true", given="false", value="false"),
    Case(type=BOOL, given="1", value="1"),
    Case(type=LIST, default='["a"]', given='["b","c"]', value='["b","c"]'),
    Case(type=LIST, given="[]", value="[]"),
    # Types.
    Case(type=NUMBER, default="", error='"" is not a number'),
    Case(type=NUMBER, given="many", error='"many" is not a number'),
    Case(type=NUMBER, default="many", error='"many" is not a number'),
    Case(type=BOOL, given="yes", error='"yes" is neither "true" nor "false"'),
    Case(type=LIST, given="a", error="is not a list of strings"),
    Case(type=LIST, given='{"a": 1}', error="is not a list of strings"),
    Case(type=LIST, given="[1]", error="is not a list of strings"),
    # Options.
    Case(options=("a", "b"), given="b", value="b"),
    Case(options=("a", "b"), default="a", value="a"),
    Case(options=("a", "b"), value=""),
    Case(options=("a", "b"), given="c", error='"c" is not one of "a", "b"'),
    Case(options=("a", "b"), default="c", error='"c" is not one of "a", "b"'),
    Case(options=("a", "b"), given="", error='"" is not one of'),
    Case(type=NUMBER, options=("1", "2"), given="2", value="2"),
    Case(type=NUMBER, options=("1", "x"), error='Option "Option x" is not of type'),
    Case(type=BOOL, options=("true", "false"), given="true", value="true"),
    Case(type=BOOL, options=("yes",), error='Option "Option yes" is not of type'),
    Case(options=("a", "a"), error='Two options have the name "Option a"'),
    Case(type=LIST, options=('["a"]', '["b"]'), given='["a"]', value='["a"]'),
    Case(type=LIST, options=("a",), error='Option "Option a" is not of type'),
    # Of a multi-select, options are single strings and the value is a list of them.
    Case(
        type=LIST, form="multi-select", options=("a", "b"), given='["a"]', value='["a"]'
    ),
    Case(
        type=LIST,
        form="multi-select",
        options=("a", "b"),
        given='["a","c"]',
        error='"c" is not one of "a", "b"',
    ),
    Case(
        type=LIST,
        form="multi-select",
        options=("a", "b"),
        given="a",
        error="is not a list of strings",
    ),
    Case(type=LIST, form="multi-select", options=("a",), default="[]", value="[]"),
    # Numbers within limits; the author's words win, with the values in them.
    Case(type=NUMBER, rule={"min": 1, "max": 3}, given="2", value="2"),
    Case(type=NUMBER, rule={"min": 1, "max": 3}, given="1", value="1"),
    Case(type=NUMBER, rule={"min": 1, "max": 3}, given="3", value="3"),
    Case(type=NUMBER, rule={"min": 1}, given="0", error="less than the minimum 1"),
    Case(type=NUMBER, rule={"max": 3}, given="4", error="more than the maximum 3"),
    Case(type=NUMBER, rule={"min": 0}, given="-1", error="less than the minimum 0"),
    Case(type=NUMBER, rule={"min": -5}, given="-5", value="-5"),
    Case(type=NUMBER, rule={"max": 3}, default="9", error="more than the maximum 3"),
    Case(
        type=NUMBER, rule={"min": 1}, given="1.5", error='"1.5" is not a whole number'
    ),
    Case(
        type=NUMBER,
        rule={"min": 1, "max": 3, "error": "{value}: from {min} to {max}!"},
        given="9",
        error="9: from 1 to 3!",
    ),
    Case(type=NUMBER, has_rule=True, error="is not a whole number"),
    # Monotonic, against the value before; nothing to compare with is fine.
    Case(
        type=NUMBER, rule={"monotonic": "increasing"}, given="2", before="1", value="2"
    ),
    Case(
        type=NUMBER, rule={"monotonic": "increasing"}, given="2", before="2", value="2"
    ),
    Case(
        type=NUMBER,
        rule={"monotonic": "increasing"},
        given="1",
        before="2",
        error="must not be less than the value before, 2",
    ),
    Case(
        type=NUMBER,
        rule={"monotonic": "decreasing"},
        given="3",
        before="2",
        error="must not be more than the value before, 2",
    ),
    Case(
        type=NUMBER, rule={"monotonic": "decreasing"}, given="1", before="2", value="1"
    ),
    Case(type=NUMBER, rule={"monotonic": "increasing"}, given="1", value="1"),
    Case(
        type=NUMBER, rule={"monotonic": "increasing"}, given="1", before="x", value="1"
    ),
    # Patterns.
    Case(rule={"regex": "^a+$", "error": "Only a"}, given="aaa", value="aaa"),
    Case(rule={"regex": "^a+$", "error": "Only a"}, given="b", error="Only a"),
    Case(rule={"regex": "^a+$", "error": "Only a"}, default="b", error="Only a"),
    Case(rule={"regex": "^a*$", "error": "Only a"}, value=""),
    Case(rule={"regex": "a"}, given="a", error='Add "error"'),
    Case(rule={"regex": "(", "error": "x"}, given="a", error="cannot be read"),
    Case(
        type=NUMBER,
        rule={"regex": "a", "error": "x"},
        given="1",
        error='Remove "regex": it is for strings',
    ),
    Case(rule={"min": 1}, given="a", error='Remove "min": it is for numbers'),
    Case(rule={"monotonic": "increasing"}, given="a", error='Remove "monotonic"'),
    Case(
        type=NUMBER,
        rule={"regex": "a", "error": "x", "max": 1},
        given="1",
        error="exclude each other",
    ),
    Case(type=BOOL, has_rule=True, given="true", value="true"),
    Case(type=BOOL, has_rule=True, given="1", error='neither "true" nor "false"'),
    # Options are looked at before the rules.
    Case(
        type=NUMBER,
        options=("1", "2"),
        rule={"min": 2},
        given="3",
        error="is not one of",
    ),
    Case(
        type=NUMBER, options=("1", "2"), rule={"min": 2}, given="1", error="minimum 2"
    ),
]


@pytest.mark.parametrize("case", _VALUES, ids=lambda case: str(_VALUES.index(case)))
def test_a_value_is_taken_or_refused(case: Case) -> None:
    if not case.error:
        assert _read(case)["value"] == case.value
        return

    with pytest.raises(Problem) as raised:
        _read(case)

    assert case.error in raised.value.diagnostic.detail


_FORMS = [
    ("string", False, "input", ["input", "textarea"]),
    ("string", True, "radio", ["radio", "dropdown"]),
    ("number", False, "input", ["input", "slider"]),
    ("number", True, "radio", ["radio", "dropdown"]),
    ("bool", False, "checkbox", ["checkbox", "switch"]),
    ("bool", True, "radio", ["radio", "dropdown"]),
    ("list(string)", False, "tag-select", ["tag-select"]),
    ("list(string)", True, "radio", ["radio", "multi-select"]),
]
_ALL_FORMS = [
    "input",
    "textarea",
    "slider",
    "radio",
    "dropdown",
    "checkbox",
    "switch",
    "tag-select",
    "multi-select",
]
_SOME_VALUE = {"string": "a", "number": "1", "bool": "true", "list(string)": '["a"]'}


@pytest.mark.parametrize(("type_", "has_options", "default", "allowed"), _FORMS)
def test_a_form_fits_its_type(
    type_: str, default: str, allowed: list[str], *, has_options: bool
) -> None:
    options = (_SOME_VALUE[type_],) if has_options else ()

    assert _read(Case(type=type_, options=options))["form_type"] == default
    for form in _ALL_FORMS:
        values = ("a",) if form == "multi-select" and options else options
        case = Case(type=type_, options=values, form=form)
        if form in allowed:
            assert _read(case)["form_type"] == form
        else:
            with pytest.raises(Problem, match="Invalid form_type"):
                _read(case)


@pytest.mark.parametrize(
    ("config", "error"),
    [
        ({"ephemeral": True, "default": "x"}, "An ephemeral parameter must be mutable"),
        (
            {"ephemeral": True, "mutable": True},
            "An ephemeral parameter needs a default",
        ),
        ({"ephemeral": True, "mutable": True, "default": ""}, ""),
        (
            {"validation": [{"min": 1, "max": None, "monotonic": None, "regex": None}]},
            "Invalid 'validation' block",
        ),
    ],
)
def test_what_can_be_said_without_a_value_is_said_early(
    config: Object, error: str
) -> None:
    assert PARAMETER.validate

    found = [diagnostic.summary for diagnostic in PARAMETER.validate(config)]

    assert found == ([error] if error else [])


@pytest.mark.parametrize(
    ("styling", "is_wrong"),
    [('{"mask_input": true}', False), ("[]", True), ("x", True)],
)
def test_styling_is_a_json_object(styling: str, *, is_wrong: bool) -> None:
    found = list(PARAMETER.block.problems({"styling": styling}))

    assert bool(found) is is_wrong


def test_a_parameter_with_a_default_is_optional() -> None:
    assert _read(Case(default=""))["optional"] is True
    assert _read(Case())["optional"] is False


def test_absent_limits_are_said_to_be_absent() -> None:
    state = _read(Case(type=NUMBER, rule={"min": 1}, given="1"))

    [rule] = state["validation"]
    assert (rule["min_disabled"], rule["max_disabled"]) == (False, True)


def test_names_are_hashed_as_the_contract_says() -> None:
    assert parameter_key("AI Prompt").endswith(
        "0881b748bb90b4c4eb0d79a67fa62678aec1d0cdb90d9ae75026b11dcac8555a"
    )
    assert json.dumps(previous_parameter_key("x")).startswith(
        '"CODER_PARAMETER_PREVIOUS_'
    )
