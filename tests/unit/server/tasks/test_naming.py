import random
import re

import pytest
from typing_extensions import override

from taskyard.kit.names import explain_invalid
from taskyard.server.tasks.naming import (
    ModelNamer,
    Naming,
    Suggestion,
    display_name,
    read_suggestion,
)

pytestmark = pytest.mark.asyncio


class FixedNamer(ModelNamer):
    def __init__(self, suggestion: Suggestion | None) -> None:
        self._suggestion = suggestion

    @override
    async def suggest(self, prompt: str) -> Suggestion | None:
        return self._suggestion


def _naming(model: ModelNamer | None = None) -> Naming:
    rng = random.Random(1)  # noqa: S311 - a suffix, no secret
    return Naming(model=model, rng=rng, random_words=lambda: "brave-otter")


async def test_a_model_names_the_task_if_there_is_one() -> None:
    model = FixedNamer(Suggestion("dark-mode", "Dark mode"))

    named = await _naming(model).name("make it dark")

    assert re.fullmatch(r"dark-mode-[0-9a-f]{4}", named.stem)
    assert named.display_name == "Dark mode"


async def test_without_a_model_the_prompts_first_words_are_the_name() -> None:
    named = await _naming().name("rewrite the backend in Go, please, and quickly")

    assert re.fullmatch(r"rewrite-the-backend-in-go-[0-9a-f]{4}", named.stem)


async def test_a_model_without_an_answer_falls_back_to_the_prompt() -> None:
    named = await _naming(FixedNamer(None)).name("fix tests")

    assert named.stem.startswith("fix-tests-")


async def test_a_prompt_without_letters_gets_random_words() -> None:
    named = await _naming().name("修正してください 🙏")

    assert named.stem.startswith("brave-otter-")


@pytest.mark.parametrize("prompt", ["a" * 300, "x", "-- --", "ÄÖÜ test", "a b " * 99])
async def test_every_name_is_valid(prompt: str) -> None:
    named = await _naming().name(prompt)

    assert explain_invalid(named.stem) is None
    assert len(named.display_name) <= 64


async def test_display_names_are_cut_at_a_word() -> None:
    shown = display_name("rewrite the whole backend in go\n" + "and keep it fast " * 9)

    assert len(shown) <= 64
    assert shown.startswith("Rewrite the whole backend in go and keep")
    assert shown.endswith("…")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param(
            '{"task_name": "dark-mode", "display_name": "dark mode"}',
            Suggestion("dark-mode", "Dark mode"),
            id="as asked",
        ),
        pytest.param(
            'Sure!\n```json\n{"task_name": "Dark Mode!", "display_name": ""}\n```',
            Suggestion("dark-mode", "Dark mode"),
            id="with words around it",
        ),
        pytest.param('{"task_name": "task-unnamed"}', None, id="unnamed"),
        pytest.param('{"task_name": "dark', None, id="cut off"),
        pytest.param('{"task_name": "!!!"}', None, id="no valid name"),
        pytest.param("no idea", None, id="prose"),
        pytest.param('{"task_name": [1]} and {', None, id="not JSON"),
    ],
)
async def test_a_models_answer_is_read_or_refused(
    text: str, expected: Suggestion | None
) -> None:
    assert read_suggestion(text) == expected
