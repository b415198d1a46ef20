"""The state file: the conversation on disk, in version 1 of AgentAPI's format."""

import json
import os
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, cast

from taskyard.runner.agents.conversation import ChatMessage

__all__ = ["CannotLoad", "SavedState", "StateFile"]


class CannotLoad(Exception):
    """The file is there and cannot be used; the text says why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SavedState:
    messages: Sequence[ChatMessage]
    initial_prompt: str = ""
    initial_prompt_sent: bool = False


class StateFile:
    """One file, written whole or not at all, readable by its owner only."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._written: SavedState | None = None
        self._writing = threading.Lock()

    def load(self) -> SavedState | None:
        """What was saved last; None when there is no file. Raises `CannotLoad`."""
        try:
            body: Any = json.loads(self._path.read_text("utf-8"))
        except FileNotFoundError:
            return None
        except (OSError, ValueError, RecursionError) as exc:
            raise CannotLoad(f"{self._path}: {exc}") from exc
        if (
            not isinstance(body, dict)
            or cast("dict[str, Any]", body).get("version") != 1
        ):
            raise CannotLoad(f"{self._path} is not a state file of version 1")
        fields = cast("dict[str, Any]", body)
        try:
            messages = tuple(
                _message(number, given)
                for number, given in enumerate(fields.get("messages") or [])
            )
        except (KeyError, TypeError, AttributeError) as exc:
            raise CannotLoad(f"{self._path} holds a message without {exc}") from exc
        self._written = SavedState(
            messages=messages,
            initial_prompt=str(fields.get("initial_prompt") or ""),
            initial_prompt_sent=bool(fields.get("initial_prompt_sent")),
        )
        return self._written

    def set_aside(self) -> Path:
        """Keep a file that cannot be used from being written over; its new name.

        Raises `OSError`.
        """
        aside = self._path.with_name(f"{self._path.name}.unreadable")
        self._path.replace(aside)
        return aside

    def save(self, state: SavedState) -> None:
        """Write `state`, unless it is there already. Blocks; raises `OSError`."""
        with self._writing:
            if not _same(state, self._written):
                self._replace(state)
                self._written = state

    def _replace(self, state: SavedState) -> None:
        self._path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        fresh = self._path.with_name(f".{self._path.name}.{os.getpid()}")
        descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "w", encoding="utf-8", errors="replace") as file:
            json.dump(_body(state), file, ensure_ascii=False)
            file.flush()
            os.fsync(file.fileno())
        fresh.replace(self._path)


def _same(state: SavedState, written: SavedState | None) -> bool:
    """Whether both make the same file; the keys of messages are not in it."""
    if state is written or written is None:
        return state is written
    return (
        state.initial_prompt == written.initial_prompt
        and state.initial_prompt_sent == written.initial_prompt_sent
        and len(state.messages) == len(written.messages)
        and all(map(_same_message, state.messages, written.messages))
    )


def _same_message(one: ChatMessage, other: ChatMessage) -> bool:
    return one is other or (one.id, one.role, one.text, one.at) == (
        *(other.id, other.role, other.text, other.at),
    )


def _body(state: SavedState) -> dict[str, Any]:
    return {
        "version": 1,
        "messages": [
            {"id": m.id, "message": m.text, "role": m.role, "time": m.at}
            for m in state.messages
        ],
        "initial_prompt": state.initial_prompt,
        "initial_prompt_sent": state.initial_prompt_sent,
    }


def _message(number: int, given: Any) -> ChatMessage:
    role: Literal["user", "agent"] = "user" if given["role"] == "user" else "agent"
    return ChatMessage(
        id=number, role=role, text=str(given["message"]), at=str(given["time"])
    )
