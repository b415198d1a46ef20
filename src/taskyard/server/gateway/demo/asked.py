"""What an agent asks of the demo model and what it is answered, in no vendor's words.

Each module of `protocols` reads one vendor's request into an `Asked` and writes an `Answer`
in that vendor's shape; everything else of the demo model knows only these.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

__all__ = ["Answer", "Asked", "Call", "Result", "Role", "Schema", "ToolCall", "Turn"]

Schema = Mapping[str, Any]
#: "system": what the agent itself says in between.
Role = Literal["user", "assistant", "system"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """A tool call that the model made in an earlier turn."""

    id: str
    name: str
    input: Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """What came of a call. `failed` is None where the request does not say it."""

    call_id: str
    text: str
    failed: bool | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    role: Role
    texts: Sequence[str] = ()
    calls: Sequence[Call] = ()
    results: Sequence[Result] = ()

    @property
    def text(self) -> str:
        return "\n".join(self.texts)


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    turns: Sequence[Turn]
    system: str = ""
    tools: Mapping[str, Schema] = field(default_factory=dict[str, Schema])
    #: The JSON schema the answer must fit; None = free text.
    wanted_schema: Schema | None = None
    stop_sequences: Sequence[str] = ()

    @property
    def newest(self) -> str:
        """The text of the last turn, whoever's it is."""
        return self.turns[-1].text if self.turns else ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ToolCall:
    name: str
    input: Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What the model says: text, and tools to call after it."""

    text: str = ""
    calls: tuple[ToolCall, ...] = ()
    stop_sequence: str | None = None
    #: The last words on a prompt, which say that no AI wrote them.
    is_final: bool = False
