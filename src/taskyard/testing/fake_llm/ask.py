"""What an agent asks, in one form for every dialect, and what it is answered."""

import json
import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, Literal
from uuid import uuid4

__all__ = [
    "Answer",
    "Ask",
    "Call",
    "Dialect",
    "FailureName",
    "Json",
    "Role",
    "Tool",
    "many",
    "one",
    "pieces",
    "text_of",
    "uid",
]

Json = dict[str, Any]
Dialect = Literal["anthropic", "chat", "responses", "gemini"]
FailureName = Literal[
    "login",  # the key is not valid
    "server_error",
    "overloaded",
    "rate_limit",  # try again in seconds
    "usage_limit",  # of a subscription or plan: try again in hours
    "no_credit",  # somebody must pay first
    "context",  # the conversation is too long for the model
]
#: "search" = the agent looked for deferred tools; not a turn of the scenario.
Role = Literal["user", "assistant", "tool", "search", "system"]

_PIECE: Final = 12
_DIRECTORIES: Final = (
    r"working in the directory:?\s*(/[^\s\\\"`*<,]+)",
    r"[Ww]orking directory:?(?: is)?:?\s*\**[`\"\\]*(/[^\s\\\"`*<,]+)",
    r"<cwd>(/[^<]+)</cwd>",
    r"current(?: working)? directory[^/\n]{0,40}?(/[^\s\\\"`*<,)]+)",
    r"Folder structure[^/]*?(/[^\s\\\"`*<,:)]+)",
    r"[Cc]wd:?\s*(/[^\s\\\"`*<,)]+)",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Tool:
    """A tool that the agent offers."""

    schema: Json
    kind: str = "function"
    namespace: str | None = None

    @property
    def properties(self) -> Json:
        found: Json | None = self.schema.get("properties")
        return found or {}


@dataclass(slots=True, kw_only=True)
class Ask:
    dialect: Dialect
    model: str
    stream: bool
    body: Json
    tools: dict[str, Tool] = field(default_factory=dict[str, Tool])
    turns: list[tuple[Role, str]] = field(default_factory=list[tuple[Role, str]])
    json_schema: Json | None = None

    @property
    def raw(self) -> str:
        return json.dumps(self.body)

    def directory(self) -> str:
        """Where the agent says that it works; empty = it does not say.

        Only believed if it exists here, so a stray path in a prompt does no harm.
        """
        for pattern in _DIRECTORIES:
            for found in re.finditer(pattern, self.raw):
                path = found[1].rstrip("/.")
                if path and Path(path).is_dir():
                    return path

        return ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """A tool call; `raw` instead of arguments for tools that take free text."""

    name: str
    arguments: Json = field(default_factory=dict[str, Any])
    raw: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    text: str = ""
    calls: tuple[Call, ...] = ()
    status: int = 200  # anything else fails the request with `error`
    error: str = "scripted failure"
    error_type: str = "api_error"
    fails: FailureName | Literal[""] = ""  # a vendor's failure instead (see `failures`)
    resets_in: float = 3 * 3600  # seconds until a usage limit is over
    refuses: bool = False  # the model will not answer
    sleep: float = 0.0  # seconds before the answer
    chunk_delay: float | None = None  # seconds between pieces; None = the server's


def text_of(content: Any) -> str:
    """The text of a message's content, which is text or a list of parts."""
    if isinstance(content, str):
        return content
    return "\n".join(part.get("text") or "" for part in many(content))


def one(value: Any) -> Json:
    """An object that may be missing."""
    found: Json = value or {}
    return found


def many(value: Any) -> list[Json]:
    """A list of objects that may be missing."""
    found: list[Json] = value or []
    return found


def uid(prefix: str) -> str:
    return prefix + uuid4().hex[:24]


def pieces(text: str) -> list[str]:
    return [text[start : start + _PIECE] for start in range(0, len(text), _PIECE)]
