"""What a tool is: its name and arguments for a model, and the call of the API behind it."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final, Literal
from uuid import UUID

from pydantic import BaseModel, TypeAdapter, ValidationError

from taskyard.kit.errors import InvalidRequest, Validation
from taskyard.sdk.client import Client
from taskyard.sdk.errors import from_validation

__all__ = ["TASK", "Argument", "Tool", "identity", "task_reference"]

Json = dict[str, Any]
Work = Callable[..., Awaitable[object]]
#: More than these is no number that a tool takes.
_MOST_DIGITS: Final = 20
_anything: Final = TypeAdapter[object](object)


@dataclass(frozen=True, slots=True)
class Argument:
    """`highest`: of an integer, which is at least 0."""

    description: str
    type: Literal["string", "integer"] = "string"
    optional: bool = False
    choices: tuple[str, ...] = ()
    highest: int = 0

    def schema(self) -> Json:
        schema: Json = {"type": self.type, "description": self.description}
        if self.choices:
            schema["enum"] = list(self.choices)
        if self.type == "integer":
            schema |= {"minimum": 0, "maximum": self.highest}
        return schema

    def read(self, name: str, value: object) -> str | int:
        """The value as the tool takes it. Raises `InvalidRequest`."""
        if self.type == "integer":
            number = _whole(value)
            if number is None or not 0 <= number <= self.highest:
                raise _wrong(name, f"must be a whole number from 0 to {self.highest}")
            return number
        text = _text(value)
        if text is None:
            raise _wrong(name, "must be a string")
        if self.choices and text not in self.choices:
            raise _wrong(name, f"must be one of {', '.join(self.choices)}")
        return text


@dataclass(frozen=True, slots=True, kw_only=True)
class Tool:
    name: str
    title: str
    description: str
    work: Work
    arguments: Mapping[str, Argument] = field(default_factory=dict[str, Argument])
    effect: Literal["reads", "changes", "destroys"] = "reads"
    #: Done twice, it is as if done once.
    repeatable: bool = False

    def declaration(self) -> Json:
        """As `tools/list` names it."""
        return {
            "name": self.name,
            "title": self.title,
            "description": self.description,
            "inputSchema": {
                "type": "object",
                "properties": {n: a.schema() for n, a in self.arguments.items()},
                "required": [n for n, a in self.arguments.items() if not a.optional],
                "additionalProperties": False,
            },
            "annotations": {
                "title": self.title,
                "readOnlyHint": self.effect == "reads",
                "destructiveHint": self.effect == "destroys",
                "idempotentHint": self.effect == "reads" or self.repeatable,
                "openWorldHint": False,
            },
        }

    async def call(self, client: Client, given: Mapping[str, Any]) -> object:
        """Do it; the answer as plain JSON values. Raises `TaskyardError`."""
        unknown = sorted(set(given) - set(self.arguments))
        missing = sorted(
            name
            for name, argument in self.arguments.items()
            if not argument.optional and _is_absent(given.get(name))
        )
        if unknown or missing:
            raise InvalidRequest(
                f"{self.name} takes {', '.join(self.arguments) or 'no arguments'}",
                detail=f"Missing: {missing}. Unknown: {unknown}.",
                validations=[
                    *(Validation(name, "is missing") for name in missing),
                    *(Validation(name, "is unknown") for name in unknown),
                ],
            )
        values = {
            name: self.arguments[name].read(name, value)
            for name, value in given.items()
            if not _is_absent(value)
        }
        try:
            answer = await self.work(client, **values)
        except ValidationError as error:
            raise from_validation(error) from error
        return _anything.dump_python(_plain(answer), mode="json")


#: The argument of everything that is about a task.
TASK: Final = {"task_id": Argument("The task: its id, its name, or owner/name.")}


def task_reference(task: str) -> tuple[str, str]:
    """`name`, `owner/name` or an id. Raises `InvalidRequest`."""
    match task.split("/"):
        case [name] if name:
            return "me", name
        case [owner, name] if owner and name:
            return owner, name
        case _:
            raise _wrong("task_id", f"{task!r} is no id, name or owner/name")


def identity(name: str, text: str) -> UUID:
    """Raises `InvalidRequest`."""
    try:
        return UUID(text)
    except ValueError as error:
        raise _wrong(name, f"{text!r} is not an id") from error


def _plain(answer: object) -> object:
    return answer.model_dump(mode="json") if isinstance(answer, BaseModel) else answer


def _is_absent(value: object) -> bool:
    return value is None or value == ""


def _whole(value: object) -> int | None:
    """Models write numbers as strings, and whole ones with a point."""
    if isinstance(value, float):
        return int(value) if value.is_integer() else None
    text = _text(value) or ""
    return int(text) if text.isdecimal() and len(text) <= _MOST_DIGITS else None


def _text(value: object) -> str | None:
    """Models leave the quotes away where they think of a number or of a switch."""
    if isinstance(value, bool):
        return str(value).lower()
    return str(value) if isinstance(value, str | int | float) else None


def _wrong(name: str, detail: str) -> InvalidRequest:
    return InvalidRequest(f"{name} {detail}", validations=[Validation(name, detail)])
