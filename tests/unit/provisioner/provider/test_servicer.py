"""The plugin protocol, called as Terraform calls it."""

from collections.abc import Callable
from typing import Any

import pytest

from taskyard.provisioner.provider.diagnostics import Problem
from taskyard.provisioner.provider.schema import (
    NUMBER,
    Block,
    DataSource,
    Nested,
    Resource,
    computed,
    optional,
    required,
)
from taskyard.provisioner.provider.servicer import Provider, Run, Servicer
from taskyard.provisioner.provider.values import (
    UNKNOWN,
    Object,
    read_value,
    write_value,
)
from taskyard.provisioner.provider.wire import Message, decode, encode


def _small(value: Any) -> str | None:
    return None if value < 10 else "Use less than 10."


_BLOCK = Block(
    {
        "id": computed(),
        "name": required(),
        "size": optional(NUMBER, default=1, check=_small, replaces=False),
    },
    {"part": Nested("list", Block({"count": optional(NUMBER, check=_small)}))},
)


def _create(_run: Run, planned: Object) -> Object:
    if planned["name"] == "problem":
        raise Problem("It cannot be made", "Because.", ("name",))
    if planned["name"] == "fault":
        raise RuntimeError("boom")
    return {**planned, "id": "1"}


def _gone(_run: Run, state: Object) -> Object | None:
    return None if state["name"] == "gone" else state


def _update(_run: Run, _prior: Object, planned: Object) -> Object:
    return planned


def _read_data(_run: Run, config: Object) -> Object:
    return {**config, "id": config["name"]}


_PROVIDER: Provider[Run] = Provider(
    name="test",
    block=Block({"url": optional(default="http://default")}),
    resources={
        "thing": Resource(block=_BLOCK, create=_create, read=_gone, update=_update),
        "fixed": Resource(block=_BLOCK, create=_create),
    },
    data_sources={"thing": DataSource(block=_BLOCK, read=_read_data)},
)
_MESSAGES = {
    "ValidateResourceConfig": ("ConfigRequest", "DiagnosticsResponse"),
    "ConfigureProvider": ("ConfigureRequest", "DiagnosticsResponse"),
    "PlanResourceChange": ("PlanRequest", "PlanResponse"),
    "ApplyResourceChange": ("ApplyRequest", "ApplyResponse"),
    "ReadResource": ("ReadRequest", "ReadResponse"),
    "ReadDataSource": ("ConfigRequest", "ReadDataResponse"),
    "UpgradeResourceState": ("UpgradeRequest", "UpgradeResponse"),
    "ImportResourceState": ("ImportRequest", "ImportResponse"),
    "StopProvider": ("Empty", "StopResponse"),
    "GetMetadata": ("Empty", "MetadataResponse"),
}

Call = Callable[[str, Message], Message]


@pytest.fixture
def run() -> Run:
    return Run()


@pytest.fixture
def call(run: Run) -> Call:
    rpcs = dict(Servicer(_PROVIDER, run).calls())

    def send(rpc: str, request: Message) -> Message:
        request_name, response_name = _MESSAGES[rpc]
        return decode(response_name, rpcs[rpc](encode(request_name, request)))

    return send


def _config(**values: Any) -> Object:
    return {"id": None, "name": "a", "size": None, "part": [], **values}


def _plan(
    call: Call, prior: Object | None, config: Object, kind: str = "thing"
) -> Message:
    return call(
        "PlanResourceChange",
        {
            "type_name": kind,
            "prior_state": write_value(prior),
            "proposed_new_state": write_value(config),
            "config": write_value(config),
        },
    )


def test_a_plan_has_defaults_and_leaves_open_what_only_the_apply_knows(
    call: Call,
) -> None:
    planned = _plan(call, None, _config(part=[{"count": None}]))

    assert read_value(planned["planned_state"]) == {
        "id": UNKNOWN,
        "name": "a",
        "size": 1,
        "part": [{"count": None}],
    }


@pytest.mark.parametrize(
    ("kind", "config", "replaced"),
    [
        ("thing", _config(), []),
        ("thing", _config(size=2), []),
        ("thing", _config(name="b"), ["name"]),
        ("thing", _config(part=[{"count": 1}]), ["part"]),
        ("fixed", _config(size=2), ["size"]),
        ("fixed", _config(name=UNKNOWN), ["name"]),
    ],
)
def test_what_cannot_change_in_place_is_replaced(
    call: Call, kind: str, config: Object, replaced: list[str]
) -> None:
    prior: Object = {"id": "1", "name": "a", "size": 1, "part": []}

    planned = _plan(call, prior, config, kind)

    paths = [path["steps"][0] for path in planned.get("requires_replace", [])]
    assert paths == [{"attribute_name": name} for name in replaced]


def _apply(call: Call, prior: Object | None, planned: Object | None) -> Message:
    return call(
        "ApplyResourceChange",
        {
            "type_name": "thing",
            "prior_state": write_value(prior),
            "planned_state": write_value(planned),
        },
    )


def test_an_apply_leaves_nothing_unknown(call: Call) -> None:
    made = _apply(call, None, _config(id=UNKNOWN, size=UNKNOWN))

    assert read_value(made["new_state"]) == _config(id="1", size=None)


def test_a_problem_is_told_with_its_place_and_the_state_stays(call: Call) -> None:
    made = _apply(call, None, _config(name="problem"))

    assert read_value(made["new_state"]) is None
    assert made["diagnostics"] == [
        {
            "severity": 1,
            "summary": "It cannot be made",
            "detail": "Because.",
            "attribute": {"steps": [{"attribute_name": "name"}]},
        }
    ]


def test_a_fault_of_ours_fails_its_step_only(call: Call) -> None:
    made = _apply(call, None, _config(name="fault"))

    [diagnostic] = made["diagnostics"]
    assert "boom" in diagnostic["summary"]
    assert "not of the template" in diagnostic["detail"]
    assert _apply(call, None, _config())["new_state"]


def test_what_is_gone_is_read_as_nothing(call: Call) -> None:
    request = {"type_name": "thing", "current_state": write_value(_config(name="gone"))}

    assert read_value(call("ReadResource", request)["new_state"]) is None


def test_values_are_checked_down_to_the_blocks(call: Call) -> None:
    config = _config(size=11, part=[{"count": 1}, {"count": 12}])

    answer = call(
        "ValidateResourceConfig", {"type_name": "thing", "config": write_value(config)}
    )

    paths = [d["attribute"]["steps"] for d in answer["diagnostics"]]
    assert paths == [
        [{"attribute_name": "size"}],
        [
            {"attribute_name": "part"},
            {"element_key_int": 1},
            {"attribute_name": "count"},
        ],
    ]


def test_unknown_values_are_not_checked(call: Call) -> None:
    config = write_value(_config(size=UNKNOWN, part=UNKNOWN))

    assert (
        call("ValidateResourceConfig", {"type_name": "thing", "config": config}) == {}
    )


def test_a_state_of_another_version_keeps_what_this_one_knows(call: Call) -> None:
    raw = b'{"id": "1", "old": true, "part": [{"count": 2, "old": 1}]}'

    answer = call(
        "UpgradeResourceState", {"type_name": "thing", "raw_state": {"json": raw}}
    )

    assert read_value(answer["upgraded_state"]) == {
        "id": "1",
        "name": None,
        "size": None,
        "part": [{"count": 2}],
    }


def test_the_providers_configuration_is_the_runs(call: Call, run: Run) -> None:
    call("ConfigureProvider", {"config": write_value({"url": None})})

    assert run.config == {"url": "http://default"}


def test_being_told_to_stop_is_seen_by_handlers(call: Call, run: Run) -> None:
    call("StopProvider", {})

    assert run.stopping.is_set()


def test_importing_is_refused_in_words(call: Call) -> None:
    answer = call("ImportResourceState", {"type_name": "thing", "id": "1"})

    assert answer["diagnostics"][0]["detail"] == "Remove the import block."


def test_types_are_listed(call: Call) -> None:
    answer = call("GetMetadata", {})

    assert [t["type_name"] for t in answer["resources"]] == ["thing", "fixed"]


def test_an_attribute_with_a_default_is_published_as_computed_too() -> None:
    [size] = [a for a in _BLOCK.message()["attributes"] if a["name"] == "size"]

    assert (size["optional"], size["computed"]) == (True, True)
