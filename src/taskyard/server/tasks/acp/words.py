"""What an editor sends as a prompt, as the text that the agent is told."""

from collections.abc import Iterable
from pathlib import PurePosixPath
from urllib.parse import unquote, urlsplit

from taskyard.kit.errors import InvalidRequest, Validation
from taskyard.protocol.api.acp import (
    ContentBlock,
    LinkBlock,
    OtherBlock,
    ResourceBlock,
    TextBlock,
)

__all__ = ["ContentNotSupported", "prompt_text"]


class ContentNotSupported(InvalidRequest):
    """A prompt can hold text, links to files and the text of files."""

    def __init__(self, kind: str) -> None:
        super().__init__(
            detail=f"It holds a block of the type {kind!r}, which agents in workspaces "
            "are not told yet: leave it out.",
            validations=[Validation("prompt", f"{kind!r} is not supported")],
        )


def prompt_text(blocks: Iterable[ContentBlock], *, cwd: str) -> str:
    """One text. Raises ContentNotSupported.

    `cwd` is the folder that the editor has open: a file below it is named by its path
    from there, for the agent works in another copy of the same project.
    """
    words, files = list[str](), list[str]()
    for block in blocks:
        match block:
            case TextBlock():
                words.append(block.text)
            case LinkBlock():
                words.append(_name(block.uri, cwd) or block.name)
            case ResourceBlock() if block.resource.text is not None:
                name = _name(block.resource.uri, cwd)
                words.append(name)
                files.append(f"{name}:\n{_fenced(block.resource.text)}")
            case ResourceBlock():
                raise ContentNotSupported("blob")
            case OtherBlock():
                raise ContentNotSupported(block.type)
    return "\n\n".join(["".join(words), *files])


def _name(uri: str, cwd: str) -> str:
    parts = urlsplit(uri)
    if parts.scheme != "file":
        return uri
    path = PurePosixPath(unquote(parts.path))
    if cwd and path.is_relative_to(cwd):
        path = path.relative_to(cwd)
    lines = f"#{parts.fragment}" if parts.fragment else ""
    return f"{path}{lines}"


def _fenced(text: str) -> str:
    fence = "```"
    while fence in text:
        fence += "`"
    return f"{fence}\n{text}\n{fence}"
