"""Drop the input box that a terminal agent keeps at the bottom of its screen.

What is dropped must look like a box: a prompt sign that opens its line, with a border
beside it or only hints below it. A `>` somewhere in an answer (HTML, `a > b`) is not one.
"""

import re
from collections.abc import Callable
from typing import Final

__all__ = ["has_input_box", "remove_input_box"]

_BORDER: Final = re.compile(r"[─╌━▄▀]{15,}")
#: A prompt sign at the start of a line, inside a box or not: `>`, `│ >`, `( O)>`.
_PROMPT: Final = re.compile(r"^\s*(?:[│|┃]\s*)?(?:\(\s?[Oo]\)\s*)?[>❯](?:\s|$)")
_SLIM: Final = re.compile(r"[|│┃❯]")
_NEAR_END: Final = 6
_SLIM_NEAR_END: Final = 9


def remove_input_box(agent: str, text: str) -> str:
    """`text` up to the input box of `agent`; unchanged when there is none."""
    return _RULES.get(agent, _generic)(text)


def has_input_box(agent: str, screen: str) -> bool:
    """Whether the agent shows where to type: it has started."""
    return remove_input_box(agent, screen) != screen


def _generic(text: str) -> str:
    lines = text.split("\n")
    start = _prompt_box(lines)
    if start is None:
        start = _slim_box(lines)

    return text if start is None else "\n".join(lines[:start])


def _prompt_box(lines: list[str]) -> int | None:
    last = len(lines) - 1
    for index in range(last, max(last - _NEAR_END, -1), -1):
        if not _PROMPT.match(lines[index]):
            continue
        above = index > 0 and bool(_BORDER.search(lines[index - 1]))
        if above:
            return index - 1
        if _stands_alone(lines, index):
            return index

    return None


def _stands_alone(lines: list[str], index: int) -> bool:
    """No border above: then it is a prompt only if nothing but blanks or hints follow.

    A quotation in Markdown (`> text`) has the same look; it is kept, because what follows
    a quotation, or ends an answer, is text and not an empty prompt.
    """
    words = lines[index].strip().strip("│|┃").strip()
    boxed = lines[index].strip()[:1] in set("│|┃")
    empty = words in {">", "❯"} or words.startswith("(")
    return boxed or empty


def _slim_box(lines: list[str]) -> int | None:
    last = len(lines) - 3
    for index in range(last, max(len(lines) - _SLIM_NEAR_END, 0) - 1, -1):
        if (
            _BORDER.search(lines[index])
            and _SLIM.search(lines[index + 1])
            and _BORDER.search(lines[index + 2])
        ):
            return index

    return None


def _codex(text: str) -> str:
    """The box is two lines above the status line, which stays as it is part of the answer."""
    lines = text.split("\n")
    if len(lines) >= 3 and "›" in lines[-3]:  # noqa: PLR2004 - box, blank, status
        del lines[-3:-1]

    return "\n".join(lines)


def _opencode(text: str) -> str:
    """The box ends with a line of `╹▀▀▀`; four lines above it belong to it."""
    lines = text.split("\n")
    for index in range(len(lines) - 1, 3, -1):
        if "╹▀" in lines[index]:
            return "\n".join(lines[: index - 4])

    return text


def _amp(text: str) -> str:
    """The last frame from `╭…╮` to `╰…╯`. Nothing else on the screen: it has just started."""
    lines = text.split("\n")
    bottom = _last(lines, "╰", "╯", len(lines))
    top = None if bottom is None else _last(lines, "╭", "╮", bottom)
    if top is None:
        return text

    kept = "\n".join(lines[:top])
    return kept if kept.strip() else "Welcome to Amp"


def _last(lines: list[str], left: str, right: str, before: int) -> int | None:
    for index in range(before - 1, -1, -1):
        if left in lines[index] and right in lines[index]:
            return index

    return None


_RULES: Final[dict[str, Callable[[str], str]]] = {
    "codex": _codex,
    "opencode": _opencode,
    "amp": _amp,
}
