"""Protobuf wire format for the messages of Terraform's plugin protocol, table driven.

Field numbers are the same in protocol 5 and 6, so one table serves both. There is no
`protobuf` package behind this: its generated code pins versions that other
dependencies fight over, and the messages are few. Unknown fields are skipped, as the
format demands; fields that were not sent are absent from the decoded dict.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

__all__ = ["Message", "WireError", "decode", "encode"]

Message = dict[str, Any]

_DEFINITIONS: Final = """
message Empty { }
message DynamicValue { bytes msgpack = 1; bytes json = 2; }
message Step {
  string attribute_name = 1; string element_key_string = 2; int element_key_int = 3;
}
message AttributePath { repeated Step steps = 1; }
message Diagnostic {
  int severity = 1; string summary = 2; string detail = 3; AttributePath attribute = 4;
}
message StopResponse { string error = 1; }
message RawState { bytes json = 1; }
message Attribute {
  string name = 1; bytes type = 2; string description = 3; bool required = 4;
  bool optional = 5; bool computed = 6; bool sensitive = 7; int description_kind = 8;
  bool deprecated = 9;
}
message NestedBlock {
  string type_name = 1; Block block = 2; int nesting = 3; int min_items = 4;
  int max_items = 5;
}
message Block {
  int version = 1; repeated Attribute attributes = 2;
  repeated NestedBlock block_types = 3; string description = 4;
  int description_kind = 5; bool deprecated = 6;
}
message Schema { int version = 1; Block block = 2; }
message Capabilities { bool plan_destroy = 1; bool get_provider_schema_optional = 2; }
message TypeName { string type_name = 1; }
message MetadataResponse {
  Capabilities server_capabilities = 1; repeated Diagnostic diagnostics = 2;
  repeated TypeName data_sources = 3; repeated TypeName resources = 4;
}
message SchemaResponse {
  Schema provider = 1; map Schema resource_schemas = 2;
  map Schema data_source_schemas = 3; repeated Diagnostic diagnostics = 4;
  Schema provider_meta = 5; Capabilities server_capabilities = 6;
}
message ValidateProviderRequest { DynamicValue config = 1; }
message ValidateProviderResponse {
  DynamicValue prepared_config = 1; repeated Diagnostic diagnostics = 2;
}
message ConfigRequest { string type_name = 1; DynamicValue config = 2; }
message DiagnosticsResponse { repeated Diagnostic diagnostics = 1; }
message UpgradeRequest { string type_name = 1; int version = 2; RawState raw_state = 3; }
message UpgradeResponse {
  DynamicValue upgraded_state = 1; repeated Diagnostic diagnostics = 2;
}
message ConfigureRequest { string terraform_version = 1; DynamicValue config = 2; }
message ReadRequest {
  string type_name = 1; DynamicValue current_state = 2; bytes private = 3;
}
message ReadResponse {
  DynamicValue new_state = 1; repeated Diagnostic diagnostics = 2; bytes private = 3;
}
message PlanRequest {
  string type_name = 1; DynamicValue prior_state = 2;
  DynamicValue proposed_new_state = 3; DynamicValue config = 4; bytes prior_private = 5;
}
message PlanResponse {
  DynamicValue planned_state = 1; repeated AttributePath requires_replace = 2;
  bytes planned_private = 3; repeated Diagnostic diagnostics = 4;
}
message ApplyRequest {
  string type_name = 1; DynamicValue prior_state = 2; DynamicValue planned_state = 3;
  DynamicValue config = 4; bytes planned_private = 5;
}
message ApplyResponse {
  DynamicValue new_state = 1; bytes private = 2; repeated Diagnostic diagnostics = 3;
}
message ImportRequest { string type_name = 1; string id = 2; }
message ImportResponse { repeated TypeName imported = 1; repeated Diagnostic diagnostics = 2; }
message ReadDataResponse { DynamicValue state = 1; repeated Diagnostic diagnostics = 2; }
message FunctionsResponse { repeated Diagnostic diagnostics = 2; }
"""


class WireError(ValueError):
    """Bytes that are not the message they should be."""


@dataclass(frozen=True, slots=True)
class _Field:
    number: int
    name: str
    kind: str
    label: str  # "", "repeated" or "map" (of string to kind)


def _parse(text: str) -> Iterator[tuple[str, dict[int, _Field]]]:
    for name, body in re.findall(r"message (\w+) \{(.*?)\}", text, re.DOTALL):
        found = re.findall(r"(?:(repeated|map) )?(\w+) (\w+) = (\d+);", body)
        fields = [
            _Field(int(no), field, kind, label) for label, kind, field, no in found
        ]
        yield name, {field.number: field for field in fields}


_MESSAGES: Final = dict(_parse(_DEFINITIONS))
_VARINT, _FIXED64, _BYTES, _FIXED32 = 0, 1, 2, 5
_SIGN: Final = 1 << 63


def encode(name: str, value: Message) -> bytes:
    """Bytes of one message; None and missing fields are not written."""
    out = bytearray()
    for field in _MESSAGES[name].values():
        content = value.get(field.name)
        if content is None:
            continue

        if field.label == "repeated":
            for item in content:
                out += _encoded(field.number, field.kind, item)
        elif field.label == "map":
            for key, item in content.items():
                entry = _encoded(1, "string", key) + _encoded(2, field.kind, item)
                out += _sized(field.number, entry)
        else:
            out += _encoded(field.number, field.kind, content)

    return bytes(out)


def decode(name: str, data: bytes) -> Message:
    """Raise `WireError` when `data` ends in the middle of a field."""
    fields = _MESSAGES[name]
    out: Message = {}
    for number, raw in _split(memoryview(data)):
        field = fields.get(number)
        if field is None:
            continue

        value = _decoded(field.kind, raw)
        if field.label == "repeated":
            out.setdefault(field.name, []).append(value)
        else:
            out[field.name] = value

    return out


def _encoded(number: int, kind: str, value: Any) -> bytes:
    if kind in {"int", "bool"}:
        return _varint(number << 3 | _VARINT) + _varint(int(value))
    if kind == "string":
        return _sized(number, value.encode())
    if kind == "bytes":
        return _sized(number, value)
    return _sized(number, encode(kind, value))


def _sized(number: int, data: bytes) -> bytes:
    return _varint(number << 3 | _BYTES) + _varint(len(data)) + data


def _varint(number: int) -> bytes:
    number &= (1 << 64) - 1
    out = bytearray()
    while number > 0x7F:  # noqa: PLR2004 - seven bits a byte
        out.append(number & 0x7F | 0x80)
        number >>= 7
    out.append(number)
    return bytes(out)


def _split(data: memoryview) -> Iterator[tuple[int, int | bytes]]:
    position = 0
    while position < len(data):
        tag, position = _read_varint(data, position)
        wire = tag & 7
        if wire == _VARINT:
            value, position = _read_varint(data, position)
            yield tag >> 3, value
            continue

        if wire == _BYTES:
            size, position = _read_varint(data, position)
        elif wire in {_FIXED64, _FIXED32}:
            size = 8 if wire == _FIXED64 else 4
        else:
            raise WireError(f"unknown wire type {wire}")

        if position + size > len(data):
            raise WireError("the message is cut off")
        yield tag >> 3, bytes(data[position : position + size])
        position += size


def _read_varint(data: memoryview, position: int) -> tuple[int, int]:
    result = shift = 0
    while position < len(data):
        byte = data[position]
        position += 1
        result |= (byte & 0x7F) << shift
        if byte < 0x80:  # noqa: PLR2004 - the high bit says that more follow
            return result, position
        shift += 7

    raise WireError("the message is cut off")


def _decoded(kind: str, raw: int | bytes) -> Any:
    if isinstance(raw, int):
        if kind == "bool":
            return bool(raw)
        return raw - (1 << 64) if raw & _SIGN else raw
    if kind == "string":
        return raw.decode()
    if kind == "bytes":
        return raw
    return decode(kind, raw)
