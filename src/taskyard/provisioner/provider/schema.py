"""Schema tables: what a resource or data source takes, and the rules for each value.

An attribute with a default is published as optional *and* computed and planned with its
default. That keeps to the modern protocol (a plan may differ from the configuration only
where the schema says computed), so Terraform has nothing to warn about.
"""

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final, Generic, Literal, TypeVar, cast

from taskyard.provisioner.provider.diagnostics import Diagnostic, Path
from taskyard.provisioner.provider.values import Object, known, objects
from taskyard.provisioner.provider.wire import Message

__all__ = [
    "BOOL",
    "LIST_OF_STRING",
    "MAP_OF_STRING",
    "NUMBER",
    "STRING",
    "Attribute",
    "Block",
    "DataSource",
    "Nested",
    "Resource",
    "computed",
    "optional",
    "required",
]

STRING: Final = "string"
NUMBER: Final = "number"
BOOL: Final = "bool"
LIST_OF_STRING: Final = ["list", "string"]
MAP_OF_STRING: Final = ["map", "string"]

#: Says what is wrong with a known value, or None.
Check = Callable[[Any], str | None]

_NESTING: Final = {"list": 2, "set": 3}


@dataclass(frozen=True, slots=True, kw_only=True)
class Attribute:
    type: Any = STRING  # a Terraform type as JSON: "string", ["list", "string"], ...
    is_required: bool = False
    is_optional: bool = False
    is_computed: bool = False
    is_sensitive: bool = False
    is_deprecated: bool = False
    default: Any = None
    replaces: bool = True  # a change makes a new resource
    check: Check | None = None
    description: str = ""

    def message(self, name: str) -> Message:
        return {
            "name": name,
            "type": json.dumps(self.type).encode(),
            "description": self.description,
            "required": self.is_required,
            "optional": self.is_optional,
            "computed": self.is_computed or self.default is not None,
            "sensitive": self.is_sensitive,
            "deprecated": self.is_deprecated,
        }


def required(
    type: Any = STRING,  # noqa: A002 - Terraform's own word
    *,
    check: Check | None = None,
    replaces: bool = True,
    description: str = "",
) -> Attribute:
    return Attribute(
        type=type,
        is_required=True,
        check=check,
        replaces=replaces,
        description=description,
    )


def optional(
    type: Any = STRING,  # noqa: A002 - Terraform's own word
    *,
    default: Any = None,
    check: Check | None = None,
    sensitive: bool = False,
    replaces: bool = True,
    description: str = "",
) -> Attribute:
    return Attribute(
        type=type,
        is_optional=True,
        default=default,
        check=check,
        is_sensitive=sensitive,
        replaces=replaces,
        description=description,
    )


def computed(
    type: Any = STRING,  # noqa: A002 - Terraform's own word
    *,
    sensitive: bool = False,
    replaces: bool = False,
    description: str = "",
) -> Attribute:
    return Attribute(
        type=type,
        is_computed=True,
        is_sensitive=sensitive,
        replaces=replaces,
        description=description,
    )


@dataclass(frozen=True, slots=True)
class Nested:
    """A block inside a block. `maximum` 0 means any number."""

    mode: Literal["list", "set"]
    block: "Block"
    minimum: int = 0
    maximum: int = 0


@dataclass(frozen=True, slots=True)
class Block:
    attributes: Mapping[str, Attribute]
    blocks: Mapping[str, Nested] = field(default_factory=dict[str, Nested])

    def message(self) -> Message:
        return {
            "attributes": [
                attribute.message(name)
                for name, attribute in sorted(self.attributes.items())
            ],
            "block_types": [
                {
                    "type_name": name,
                    "block": nested.block.message(),
                    "nesting": _NESTING[nested.mode],
                    "min_items": nested.minimum,
                    "max_items": nested.maximum,
                }
                for name, nested in sorted(self.blocks.items())
            ],
        }

    def filled(self, value: Object) -> Object:
        """A copy of `value` with every attribute present and defaults in place."""
        out = dict(value)
        for name, attribute in self.attributes.items():
            if out.get(name) is None:
                out[name] = attribute.default

        for name, nested in self.blocks.items():
            items = out.get(name)
            if isinstance(items, list):
                out[name] = [
                    nested.block.filled(cast("Object", item))
                    if isinstance(item, dict)
                    else item
                    for item in cast("list[Any]", items)
                ]
            elif items is None:
                out[name] = []

        return out

    def pruned(self, value: Object) -> Object:
        """Only what this schema knows: state may come from another version of it."""
        out: Object = {name: value.get(name) for name in self.attributes}
        for name, nested in self.blocks.items():
            out[name] = [nested.block.pruned(item) for item in objects(value.get(name))]

        return out

    def problems(self, value: Object, path: Path = ()) -> Iterator[Diagnostic]:
        """Every known value that its attribute's check refuses."""
        for name, attribute in self.attributes.items():
            content = value.get(name)
            if attribute.check is None or not known(content):
                continue
            if wrong := attribute.check(content):
                yield Diagnostic(f'Invalid value for "{name}"', wrong, (*path, name))

        for name, nested in self.blocks.items():
            for index, item in enumerate(objects(value.get(name))):
                # A set's elements have no index a path could name.
                step = (name, index) if nested.mode == "list" else (name,)
                yield from nested.block.problems(item, (*path, *step))


R = TypeVar("R")


@dataclass(frozen=True, slots=True, kw_only=True)
class Resource(Generic[R]):
    """A managed resource. Handlers run in worker threads and raise `Problem`.

    `create(run, planned)` returns the new state. `read(run, state)` returns the state as
    it is, None when the thing is gone (Terraform then makes it anew). `update` exists
    only where something may change in place. `plan(run, prior, config,
    planned)` may fill `planned` with what it knows already. `validate(config)` looks across attributes.
    `delete(run, state)` must succeed when there is nothing left to delete.
    """

    block: Block
    create: Callable[[R, Object], Object]
    version: int = 1
    read: Callable[[R, Object], Object | None] | None = None
    update: Callable[[R, Object, Object], Object] | None = None
    delete: Callable[[R, Object], None] | None = None
    plan: Callable[[R, Object | None, Object, Object], None] | None = None
    validate: Callable[[Object], Iterator[Diagnostic]] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class DataSource(Generic[R]):
    """Something to read. `read(run, config)` returns config plus what is computed."""

    block: Block
    read: Callable[[R, Object], Object]
    version: int = 1
    validate: Callable[[Object], Iterator[Diagnostic]] | None = None
