"""What a witness emits when it hears, folded as a reader of the log would."""

import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, final

from taskyard.protocol.sessions import EventKind
from taskyard.runner.agents.hooks.facts import HookFact
from taskyard.runner.agents.hooks.witness import Witness

__all__ = ["Told", "recorded"]

RECORDINGS = Path(__file__).parent / "recordings"


def recorded(name: str) -> list[dict[str, Any]]:
    """Payloads of hooks (`AGENT.hooks`) or lines of a file (`AGENT.file`), in order."""
    text = (RECORDINGS / f"{name}.jsonl").read_text("utf-8")
    return [json.loads(line) for line in text.splitlines()]


@final
class Told:
    def __init__(self) -> None:
        self.events: list[tuple[EventKind, str, dict[str, Any]]] = []
        self.witness = Witness(self.emit)

    def emit(self, kind: EventKind, key: str, data: Mapping[str, Any]) -> None:
        self.events.append((kind, key, dict(data)))

    def hear(self, facts: Iterable[HookFact]) -> None:
        for fact in facts:
            self.witness.hear(fact)

    @property
    def said(self) -> list[tuple[str, str]]:
        texts: dict[str, tuple[str, str]] = {}
        for kind, key, data in self.events:
            if kind in ("message", "message_chunk"):
                old = texts.get(key, ("", ""))[1] if kind == "message_chunk" else ""
                texts[key] = (data["role"], old + data["text"])
        return list(texts.values())

    @property
    def tools(self) -> list[tuple[str, str]]:
        """Titles, and what became of each."""
        tools = {
            key: (data["title"], data["status"])
            for kind, key, data in self.events
            if kind == "tool"
        }
        return list(tools.values())
