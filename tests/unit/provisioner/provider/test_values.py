from typing import Any

import msgpack
import pytest

from taskyard.provisioner.provider.values import (
    UNKNOWN,
    first_object,
    known,
    objects,
    read_value,
    write_value,
)


@pytest.mark.parametrize(
    "value", [None, True, 7, 1.5, "x", [1, [2]], {"a": {"b": None}}, {"a": UNKNOWN}]
)
def test_a_value_comes_back_as_it_was(value: Any) -> None:
    assert read_value(write_value(value)) == value


def test_an_unknown_with_refinements_is_an_unknown() -> None:
    packed: Any = msgpack.packb({"a": msgpack.ExtType(12, b"\x81\x01\xc2")})  # pyright: ignore[reportUnknownMemberType, reportUnknownVariableType] - no types

    assert read_value({"msgpack": packed}) == {"a": UNKNOWN}


def test_json_is_read_too() -> None:
    assert read_value({"json": b'{"a": [1]}'}) == {"a": [1]}


@pytest.mark.parametrize(
    ("value", "expected"), [(None, False), (UNKNOWN, False), ("", True), (0, True)]
)
def test_known_is_neither_null_nor_unknown(value: Any, *, expected: bool) -> None:
    assert known(value) is expected


@pytest.mark.parametrize("value", [None, "x", {"a": 1}, UNKNOWN, [], [UNKNOWN, 1]])
def test_there_are_no_objects_in_what_is_no_list_of_them(value: Any) -> None:
    assert objects(value) == []
    assert first_object(value) == {}
