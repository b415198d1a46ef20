"""Blocks of content that a workspace sends, and what of them an editor is shown."""

from typing import Any

import pytest
from acp.schema import ContentToolCallContent

from taskyard.server.tasks.acp.blocks import content_block

GOOD: list[dict[str, Any]] = [
    {"type": "text", "text": "ls"},
    {"type": "image", "data": "aGk=", "mimeType": "image/png"},
    {"type": "audio", "data": "aGk=", "mimeType": "audio/wav"},
    {"type": "resource_link", "uri": "file:///a", "name": "a"},
    {"type": "resource", "resource": {"uri": "file:///a", "text": "hi"}},
    {"type": "resource", "resource": {"uri": "file:///a", "blob": "aGk="}},
]


@pytest.mark.parametrize("block", GOOD)
def test_what_the_protocol_knows_is_shown(block: dict[str, Any]) -> None:
    assert content_block({**block, "annotations": 7}) == block
    ContentToolCallContent.model_validate({"type": "content", "content": block})


@pytest.mark.parametrize(
    "block",
    [
        None,
        "text",
        {},
        {"type": ["text"]},
        {"type": "text"},
        {"type": "text", "text": None},
        {"type": "image", "data": "aGk="},
        {"type": "resource", "resource": {"uri": "file:///a"}},
        {"type": "resource", "resource": []},
        {"type": "of tomorrow", "text": "x"},
    ],
)
def test_what_is_not_whole_is_left_out(block: object) -> None:
    assert content_block(block) is None
