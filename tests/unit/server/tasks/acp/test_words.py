"""Prompts of editors, as the text that an agent is told."""

from typing import Any

import pytest
from pydantic import TypeAdapter

from taskyard.protocol.api.acp import ContentBlock
from taskyard.server.tasks.acp.words import ContentNotSupported, prompt_text

BLOCKS = TypeAdapter(list[ContentBlock])


def told(*blocks: dict[str, Any], cwd: str = "/home/ada/shop") -> str:
    return prompt_text(BLOCKS.validate_python(blocks), cwd=cwd)


def text(words: str) -> dict[str, Any]:
    return {"type": "text", "text": words}


def link(uri: str) -> dict[str, Any]:
    return {"type": "resource_link", "uri": uri, "name": "it"}


def resource(uri: str, **fields: Any) -> dict[str, Any]:
    return {"type": "resource", "resource": {"uri": uri, **fields}}


def test_text_is_told_as_it_is() -> None:
    assert told(text("Look, "), text("please.")) == "Look, please."


@pytest.mark.parametrize(
    ("uri", "name"),
    [
        ("file:///home/ada/shop/src/a%20b.py", "src/a b.py"),
        ("file:///home/ada/shop/a.py#L3-7", "a.py#L3-7"),
        ("file:///etc/hosts", "/etc/hosts"),
        ("https://example.com/page", "https://example.com/page"),
    ],
)
def test_files_of_the_project_are_named_by_their_place_in_it(
    uri: str, name: str
) -> None:
    assert told(text("See "), link(uri)) == f"See {name}"


def test_the_text_of_a_file_comes_after_the_words_in_a_fence_of_its_own() -> None:
    prompt = told(
        text("Explain "),
        resource("file:///home/ada/shop/a.md", text="```\ncode\n```"),
        text(" please"),
    )

    assert prompt == "Explain a.md please\n\na.md:\n````\n```\ncode\n```\n````"


@pytest.mark.parametrize(
    "block",
    [
        {"type": "image", "data": "aGk=", "mimeType": "image/png"},
        {"type": "audio", "data": "aGk=", "mimeType": "audio/wav"},
        {"type": "of tomorrow"},
        resource("file:///a.bin", blob="aGk="),
    ],
)
def test_what_agents_cannot_be_told_is_refused(block: dict[str, Any]) -> None:
    with pytest.raises(ContentNotSupported, match="text"):
        told(text("See "), block)
