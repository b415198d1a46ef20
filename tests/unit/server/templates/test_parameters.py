"""Values of parameters, as tables."""

from dataclasses import dataclass, field
from typing import Any

import pytest

from taskyard.protocol.provisioner import Parameter, ParameterOption
from taskyard.server.templates.parameters import Request, explain_value, resolve


def parameter(**fields: Any) -> Parameter:
    return Parameter.model_validate({"name": "P", "mutable": True} | fields)


OPTIONS = [ParameterOption(name=v, value=v) for v in ("eu", "us")]


@dataclass(frozen=True, slots=True)
class Value:
    """`says` is in the explanation; empty = the value is good."""

    fields: dict[str, Any]
    value: str
    says: str
    previous: str | None = None


RANGE = {"type": "number", "validation_min": 1, "validation_max": 9}
GROWS = {"type": "number", "validation_monotonic": "increasing"}
SHRINKS = {"type": "number", "validation_monotonic": "decreasing"}
REGEX = {"validation_regex": "^[a-z]+$", "validation_error": "lower case only"}
MULTI = {"type": "list(string)", "options": OPTIONS}

VALUES = [
    Value({}, "", ""),
    Value({}, "anything at all", ""),
    Value({}, "a\0b", "NUL"),
    Value({}, "x" * (256 * 1024 + 1), "longer than"),
    Value({"type": "number"}, "12", ""),
    Value({"type": "number"}, "-1.5e3", ""),
    Value({"type": "number"}, ".5", ""),
    Value({"type": "number"}, "twelve", "not a number"),
    Value({"type": "number"}, "", "not a number"),
    Value({"type": "number"}, "1_000", "not a number"),
    Value({"type": "number"}, "nan", "not a number"),
    Value({"type": "number"}, "inf", "not a number"),
    Value({"type": "number"}, "１", "not a number"),  # noqa: RUF001 - a digit of another script
    Value({"type": "bool"}, "true", ""),
    Value({"type": "bool"}, "false", ""),
    Value({"type": "bool"}, "True", "not a boolean"),
    Value({"type": "bool"}, "1", "not a boolean"),
    Value({"type": "list(string)"}, '["a","b"]', ""),
    Value({"type": "list(string)"}, "[]", ""),
    Value({"type": "list(string)"}, "a,b", "not a JSON list"),
    Value({"type": "list(string)"}, "[1]", "not a JSON list"),
    Value({"type": "list(string)"}, '{"a":1}', "not a JSON list"),
    Value({"type": "list(string)"}, "[" * 100_000, "not a JSON list"),
    Value({"options": OPTIONS}, "eu", ""),
    Value({"options": OPTIONS}, "mars", "'mars' is not one of the options: 'eu', 'us'"),
    Value(MULTI, '["eu","us"]', ""),
    Value(MULTI, '["eu","mars"]', "'mars' is not one of"),
    Value(RANGE, "1", ""),
    Value(RANGE, "9", ""),
    Value(RANGE, "0", "less than the minimum 1"),
    Value(RANGE, "10", "more than the maximum 9"),
    Value(RANGE, "1.5", "not a whole number"),
    Value(RANGE, "9" * 5000, "not a whole number"),
    Value(RANGE | {"validation_error": "{min}-{max}, not {value}"}, "0", "1-9, not 0"),
    Value(GROWS, "5", "", previous="5"),
    Value(GROWS, "6", "", previous="5"),
    Value(GROWS, "4", "can only grow from 5", previous="5"),
    Value(GROWS, "4", "", previous="many"),
    Value(GROWS, "4", ""),
    Value(SHRINKS, "4", "", previous="5"),
    Value(SHRINKS, "6", "can only shrink from 5", previous="5"),
    Value(REGEX, "abc", ""),
    Value(REGEX, "ABC", "lower case only"),
    Value({"validation_regex": "^(a+)+$"}, "a" * 5000 + "!", "must match"),
    Value({"validation_regex": "(", "validation_error": "x"}, "a", ""),
]


@pytest.mark.parametrize("case", VALUES, ids=lambda c: f"{c.fields}-{c.value[:20]!r}")
def test_a_value_is_explained(case: Value) -> None:
    problem = explain_value(parameter(**case.fields), case.value, case.previous)

    assert (problem is None) == (case.says == "")
    assert case.says in (problem or "")


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """How one parameter gets its value. `expected` None = the error `says`."""

    id: str
    expected: str | None
    fields: dict[str, Any] = field(default_factory=dict[str, Any])
    given: tuple[tuple[str, str], ...] = ()
    preset: dict[str, str] = field(default_factory=dict[str, str])
    previous: dict[str, str] | None = None
    is_fixed: bool = True
    prompt: str | None = None
    says: str = ""


DEFAULT = {"required": False, "default_value": "d"}
FIXED = {"mutable": False}
EPHEMERAL = DEFAULT | {"ephemeral": True}
PROMPT = {"name": "AI Prompt", "mutable": False}
CHOICES = [
    Choice(id="default", expected="d", fields=DEFAULT),
    Choice(id="none", expected=None, says="required"),
    Choice(id="given", expected="g", fields=DEFAULT, given=(("P", "g"),)),
    Choice(id="given empty", expected="", fields=DEFAULT, given=(("P", ""),)),
    Choice(id="preset", expected="p", fields=DEFAULT, preset={"P": "p"}),
    Choice(
        id="given over preset", expected="g", given=(("P", "g"),), preset={"P": "p"}
    ),
    Choice(
        id="previous over default", expected="v", fields=DEFAULT, previous={"P": "v"}
    ),
    Choice(
        id="preset over previous", expected="p", preset={"P": "p"}, previous={"P": "v"}
    ),
    Choice(
        id="unknown",
        expected=None,
        fields=DEFAULT,
        given=(("Q", "1"),),
        says="no parameter",
    ),
    Choice(id="twice", expected=None, given=(("P", "1"), ("P", "2")), says="twice"),
    Choice(
        id="preset may name others", expected="d", fields=DEFAULT, preset={"Q": "1"}
    ),
    Choice(
        id="ephemeral is not kept", expected="d", fields=EPHEMERAL, previous={"P": "v"}
    ),
    Choice(id="ephemeral given", expected="g", fields=EPHEMERAL, given=(("P", "g"),)),
    Choice(id="immutable at first", expected="g", fields=FIXED, given=(("P", "g"),)),
    Choice(
        id="immutable changed",
        expected=None,
        fields=FIXED,
        given=(("P", "g"),),
        previous={"P": "v"},
        says="immutable",
    ),
    Choice(
        id="immutable the same",
        expected="v",
        fields=FIXED,
        given=(("P", "v"),),
        previous={"P": "v"},
    ),
    Choice(
        id="immutable of a build that failed",
        expected="g",
        fields=FIXED,
        given=(("P", "g"),),
        previous={"P": "v"},
        is_fixed=False,
    ),
    Choice(
        id="immutable by preset",
        expected=None,
        fields=FIXED,
        preset={"P": "p"},
        previous={"P": "v"},
        says="immutable",
    ),
    Choice(
        id="new immutable", expected="g", fields=FIXED, given=(("P", "g"),), previous={}
    ),
    Choice(
        id="previous of an option that went",
        expected=None,
        fields={"options": OPTIONS},
        previous={"P": "mars"},
        says="'mars'",
    ),
    Choice(id="prompt", expected="do", fields=PROMPT, prompt="do"),
    Choice(
        id="prompt changed while paused",
        expected="more",
        fields=PROMPT,
        prompt="more",
        previous={"AI Prompt": "do"},
    ),
    Choice(
        id="prompt of the preset",
        expected="p",
        fields=PROMPT,
        prompt="do",
        preset={"AI Prompt": "p"},
    ),
]


@pytest.mark.parametrize("case", CHOICES, ids=[case.id for case in CHOICES])
def test_a_value_is_chosen(case: Choice) -> None:
    wanted = parameter(**case.fields)

    resolved = resolve(
        Request(
            parameters=[wanted],
            given=case.given,
            preset=case.preset,
            previous=case.previous,
            is_fixed=case.is_fixed,
            prompt=case.prompt,
        )
    )

    if case.expected is not None:
        assert (resolved.errors, resolved.values) == ([], {wanted.name: case.expected})
    else:
        assert case.says in resolved.errors[0].detail


def test_errors_name_every_parameter_that_is_wrong() -> None:
    resolved = resolve(
        Request(
            parameters=[parameter(name="a"), parameter(name="b", type="bool")],
            given=[("b", "maybe"), ("c", "1")],
        )
    )

    assert sorted(error.field for error in resolved.errors) == ["a", "b", "c"]
