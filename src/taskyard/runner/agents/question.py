"""A permission request as a chat shows it: text with a cursor, answered by keys or words."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Final, Self

from taskyard.kit.shapes import as_objects
from taskyard.protocol.sessions import PermissionOption

__all__ = ["Question"]

_NEEDED: Final = "Permission needed: "
_ASKED: Final = "Permission asked: "
_GAP: Final = "\n\n"
_YES: Final = frozenset({"y", "yes", "ok", "allow"})
_NO: Final = frozenset({"n", "no", "deny", "reject"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """What the agent waits for. `chosen` is where the arrow keys have moved the cursor."""

    request: str
    title: str
    options: Sequence[PermissionOption]
    at: str  # RFC 3339
    since: float = field(default=0.0, compare=False)  # the event loop's time
    chosen: int = 0

    @classmethod
    def of(
        cls, request: str, data: Mapping[str, Any], *, at: str, since: float
    ) -> Self:
        """Read a `permission_requested` event."""
        options = [
            PermissionOption(
                id=str(option.get("id", "")),
                name=str(option.get("name", "")),
                kind=option.get("kind", "reject_once"),
            )
            for option in as_objects(data.get("options"))
        ]
        title = str(data.get("title") or "The agent asks for permission")
        return cls(request=request, title=title, options=options, at=at, since=since)

    def moved(self, steps: int) -> Self:
        """With the cursor moved, round and round."""
        return replace(self, chosen=(self.chosen + steps) % max(len(self.options), 1))

    @property
    def text(self) -> str:
        """A menu as terminal agents draw it."""
        rows = (
            f"{'❯' if at == self.chosen else ' '} {at + 1}. {option['name']}"
            for at, option in enumerate(self.options)
        )
        return f"{_NEEDED}{self.title}{_GAP}" + "\n".join(rows)

    def outcome(self, data: Mapping[str, Any]) -> str:
        """What a `permission_resolved` event leaves of it in the conversation."""
        names = {option["id"]: option["name"] for option in self.options}
        answer = names.get(str(data.get("option_id")), "not answered")
        return f"{_ASKED}{self.title}{_GAP}→ {answer}"

    @staticmethod
    def unanswered(text: str) -> str:
        """What is left of a question's `text` when it can no longer be answered."""
        return (
            f"{text.partition(_GAP)[0].replace(_NEEDED, _ASKED, 1)}{_GAP}→ not answered"
        )

    def option_for(self, words: str) -> PermissionOption | None:
        """The option a person means by its number, its name, or yes and no."""
        said = words.strip().rstrip(".)").casefold()
        if said.isdecimal():
            number = int(said)
            return self.options[number - 1] if 0 < number <= len(self.options) else None
        for option in self.options:
            if said in (option["name"].casefold(), option["id"].casefold()):
                return option
        kinds = {"allow_once": said in _YES, "reject_once": said in _NO}
        wanted = next((kind for kind, meant in kinds.items() if meant), "")
        return next((o for o in self.options if o["kind"] == wanted), None)
