import pytest

from taskyard.provisioner.provider.wire import Message, WireError, decode, encode


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("Empty", {}),
        ("DynamicValue", {"msgpack": b"\x81"}),
        ("Step", {"element_key_int": 0}),
        ("Step", {"element_key_int": -1}),
        ("TypeName", {"type_name": "cöder_agent"}),
        ("Attribute", {"name": "a", "type": b'"string"', "required": True}),
        ("Block", {"attributes": [{"name": "a"}, {"name": "b"}]}),
        ("NestedBlock", {"type_name": "x", "block": {"attributes": [{"name": "a"}]}}),
        ("PlanRequest", {"type_name": "t", "config": {"msgpack": b"x" * 300}}),
        ("Diagnostic", {"attribute": {"steps": [{"attribute_name": "a"}]}}),
    ],
)
def test_what_is_encoded_decodes_to_the_same(name: str, message: Message) -> None:
    assert decode(name, encode(name, message)) == message


def test_known_bytes_are_what_the_format_says() -> None:
    assert (
        encode("ImportRequest", {"type_name": "ab", "id": "c"}) == b"\n\x02ab\x12\x01c"
    )


def test_a_map_is_entries_of_key_and_value() -> None:
    encoded = encode("SchemaResponse", {"resource_schemas": {"a": {"version": 1}}})

    assert encoded == b"\x12\x07\n\x01a\x12\x02\x08\x01"


def test_fields_of_later_versions_are_skipped() -> None:
    later = b"\x98\x06\x05" + b"\xa2\x06\x03xyz" + b"\xa9\x06" + b"8" * 8
    later += b"\xad\x06" + b"4" * 4

    assert decode("TypeName", later + encode("TypeName", {"type_name": "a"})) == {
        "type_name": "a"
    }


@pytest.mark.parametrize("data", [b"\n", b"\n\x05ab", b"\x80", b"\x0b"])
def test_a_broken_message_is_an_error(data: bytes) -> None:
    with pytest.raises(WireError):
        decode("TypeName", data)
