"""Name a task: from a model, else from the words of its prompt, else at random.

Every name ends in a random suffix, so that two tasks of one prompt do not collide.
"""

import json
import random
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final, Protocol

from coolname import generate_slug

from taskyard.kit import names

__all__ = ["DISPLAY_LENGTH", "ModelNamer", "Naming", "Suggestion", "read_suggestion"]

DISPLAY_LENGTH: Final = 64
#: 32 less the suffix "-" and four hexadecimal digits.
_STEM_LENGTH: Final = names.MAX_LENGTH - 5
_UNNAMED: Final = "task-unnamed"


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A name without its suffix, and what people read."""

    stem: str
    display_name: str


class ModelNamer(Protocol):
    async def suggest(self, prompt: str) -> Suggestion | None:
        """Ask a model; None when it gives no usable answer in time. Never raises."""
        ...


class Naming:
    """Makes names. Speaks to the network: call it while no database session is open."""

    def __init__(
        self,
        *,
        model: ModelNamer | None,
        rng: random.Random,
        random_words: Callable[[], str] = lambda: generate_slug(2),
    ) -> None:
        self._model = model
        self._rng = rng
        self._random_words = random_words

    async def name(self, prompt: str) -> Suggestion:
        """A whole name and a display name for a task that was given none."""
        suggestion = await self._model.suggest(prompt) if self._model else None
        suggestion = suggestion or from_prompt(prompt) or self._at_random()
        suffix = f"-{self._rng.randrange(0x10000):04x}"
        return Suggestion(suggestion.stem + suffix, suggestion.display_name)

    @staticmethod
    def show(prompt: str) -> str:
        """The display name of a task that was given a name only."""
        return display_name(prompt)

    def _at_random(self) -> Suggestion:
        stem = names.slug(self._random_words(), max_length=_STEM_LENGTH)
        return Suggestion(stem, _capitalised(stem.replace("-", " ")))


def from_prompt(prompt: str) -> Suggestion | None:
    """The first words of the prompt; None when it has no letter or digit for a name."""
    stem = names.slug(prompt, max_length=_STEM_LENGTH)
    return Suggestion(stem, display_name(prompt)) if stem else None


def display_name(prompt: str) -> str:
    """The prompt on one line, at most 64 characters, cut at a word with an ellipsis."""
    line = " ".join(prompt.split())
    if len(line) > DISPLAY_LENGTH:
        cut = line[: DISPLAY_LENGTH - 1]
        whole_words = cut.rsplit(" ", 1)[0] if " " in cut else cut
        line = whole_words.rstrip(" ,.;:") + "…"
    return _capitalised(line)


def read_suggestion(text: str) -> Suggestion | None:
    """A model's answer `{"task_name": …, "display_name": …}`, wherever it stands in `text`.

    None when there is no such object, the name cannot be made valid, or the model says
    that it could not think of one.
    """
    found = re.search(r"\{.*\}", text, re.DOTALL)
    if found is None:
        return None
    try:
        answer: dict[str, Any] = json.loads(found.group())
    except ValueError:
        return None

    name, shown = answer.get("task_name"), answer.get("display_name", "")
    stem = names.slug(name, max_length=_STEM_LENGTH) if isinstance(name, str) else ""
    shown = display_name(shown) if isinstance(shown, str) else ""
    if not stem or stem == _UNNAMED:
        return None
    return Suggestion(stem, shown or _capitalised(stem.replace("-", " ")))


def _capitalised(text: str) -> str:
    return text[:1].upper() + text[1:]
