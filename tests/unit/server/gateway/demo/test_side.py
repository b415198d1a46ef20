"""Requests that agents make for themselves."""

import json
from typing import Any

from tests.support.pretend_agent import CLAUDE_TOOLS
from tests.unit.server.gateway.demo.conftest import ask


def _text(body: dict[str, Any]) -> str:
    return ask(body)["content"][0]["text"]


def test_a_title_fits_the_schema_and_the_prompt() -> None:
    schema = {
        "type": "object",
        "properties": {"title": {"type": "string"}},
        "required": ["title"],
    }
    text = _text(
        {
            "messages": [
                {
                    "role": "user",
                    "content": "<session>\nfix the login page please\n</session>",
                }
            ],
            "output_config": {"format": {"type": "json_schema", "schema": schema}},
        }
    )

    assert json.loads(text) == {"title": "Fix the login page please"}


def test_the_safety_classifier_hears_that_nothing_is_wrong() -> None:
    answer = ask(
        {
            "messages": [{"role": "user", "content": "<transcript></transcript>"}],
            "stop_sequences": ["</severity>"],
        }
    )

    assert answer["content"][0]["text"] == "<severity>0"
    assert answer["stop_reason"] == "stop_sequence"


def test_a_suggestion_is_short_and_calls_nothing() -> None:
    answer = ask(
        {
            "messages": [
                {"role": "user", "content": "hi"},
                {"role": "assistant", "content": "hello"},
                {
                    "role": "user",
                    "content": "[SUGGESTION MODE: Suggest what comes next]",
                },
            ],
            "tools": list(CLAUDE_TOOLS),
        }
    )

    assert answer["stop_reason"] == "end_turn"
    assert len(answer["content"][0]["text"].split()) < 12


def test_a_compaction_keeps_what_the_user_asked_for() -> None:
    text = _text(
        {
            "messages": [
                {"role": "user", "content": "make it purple"},
                {"role": "assistant", "content": "done"},
                {
                    "role": "user",
                    "content": "Your task is to create a detailed summary of the conversation so far",
                },
            ],
            "tools": list(CLAUDE_TOOLS),
        }
    )

    assert "- make it purple" in text


def test_without_tools_it_says_what_it_is() -> None:
    assert "demo model" in _text({"messages": [{"role": "user", "content": "hello"}]})
