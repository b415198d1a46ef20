"""What a tool is: its name and arguments for a model, and the call of the API behind it."""

import inspect
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final, Literal
from uuid import UUID

from pydantic import BaseModel, TypeAdapter

from taskyard.kit.errors import InvalidRequest, Validation
from taskyard.sdk.client import Client

__all__ = ["TASK", "Argument", "Tool", "identity", "task_reference"]

Json = dict[str, Any]
Work = Callable[..., Awaitable[object]]
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
            number = int(value) if isinstance(value, int | float) else _digits(value)
            if number is None or not 0 <= number <= self.highest:
                raise _wrong(name, f"must be a number from 0 to {self.highest}")
            return number
        text = str(value)
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
            if not argument.optional and given.get(name) in {None, ""}
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
            if value is not None and value != ""
        }
        result = self.work(client, **values)
        answer = await result if inspect.isawaitable(result) else result
        return _anything.dump_python(_plain(answer), mode="json")


#: The argument of everything that is about a task.
TASK: Final = {"task_id": Argument("The task: its id, its name, or owner/name.")}


def task_reference(task: str) -> tuple[str, str]:
    """`name`, `owner/name` or an id."""
    owner, slash, name = task.partition("/")
    return (owner, name) if slash else ("me", task)


def identity(name: str, text: str) -> UUID:
    """Raises `InvalidRequest`."""
    try:
        return UUID(text)
    except ValueError as error:
        raise _wrong(name, f"{text!r} is not an id") from error


def _plain(answer: object) -> object:
    return answer.model_dump(mode="json") if isinstance(answer, BaseModel) else answer


def _digits(value: object) -> int | None:
    text = str(value)
    return int(text) if text.isdecimal() else None


def _wrong(name: str, detail: str) -> InvalidRequest:
    return InvalidRequest(f"{name} {detail}", validations=[Validation(name, detail)])
