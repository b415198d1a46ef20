"""Drop the input box that a terminal agent keeps at the bottom of its screen.

What is dropped must look like a box: a prompt sign that opens its line, between two
borders, or alone at the very end for the agents that draw no borders. A `>` somewhere in
an answer (HTML, `a > b`, a quotation) is not one, nor is the cursor of a menu.
"""

import re
from collections.abc import Callable, Sequence
from typing import Final

__all__ = ["has_input_box", "remove_input_box"]

_BORDER: Final = re.compile(r"[─╌━▄▀]{15,}")
_FRAMES: Final = "│|┃ \t\xa0"
#: What opens an input box: a sign and what is typed or hinted at, but no numbered choice.
_PROMPT: Final = re.compile(r"[>❯›→*](?:\s+(?!\d+[.)]\s).*|\s*)$")
#: A prompt without borders: aider's modes, Goose's bird, Amazon Q's agent and its use.
_BARE: Final = re.compile(
    r"(?:>|❯|(?:ask|code|architect|help|multi|diff|context)>"
    r"|(?:\[[^\]\n]{1,60}\]\s*)?(?:\d{1,3}%\s*)?!?>)\s*$"
    r"|\(\s?[Oo]\)>(?:\s.*)?$"
)
#: Agents whose input is always between borders; a `>` alone is something they say.
_BORDERED: Final = frozenset(
    {"claude", "gemini", "qwen", "copilot", "cursor", "auggie", "codex", "opencode"}
)
#: Lines below a box (hints, a status line of one's own), and lines of text inside it.
_BELOW: Final = 6
_INSIDE: Final = 6
_CODEX_BOX: Final = re.compile(r"\s*[›▌](?:\s+(?!\d+[.)]\s|•).*|\s*)$")
_CODEX_WORDS: Final = re.compile(r"^\s*[•●]")
_CODEX_STATUS: Final = re.compile(r"^.*(?: · |\d% )")
#: Below Amp's frame stands one line at most.
_AMP_BELOW: Final = 3
#: Where it is, and the model with its price: ` ~/src/app [⎇ main*]     a-model (1x)`.
_COPILOT_STATUS: Final = re.compile(
    r"^\s*[~/]\S*(?:\s+\[⎇[^\]]*\](?:\s.*)?|\s{3,}\S.*\(\d+(?:\.\d+)?x\))\s*$"
)
#: Right above the box, the folder may stand alone.
_COPILOT_PLACE: Final = re.compile(r"^ ?[~/]\S*$")


def remove_input_box(agent: str, text: str) -> str:
    """`text` without the input box of `agent`; unchanged when there is none."""
    lines = text.split("\n")
    while lines and not lines[-1].strip():
        lines.pop()
    kept = _RULES.get(agent, _generic)(agent, lines)
    return text if kept is None else "\n".join(kept)


def has_input_box(agent: str, screen: str) -> bool:
    """Whether the agent shows where to type: it has started."""
    return remove_input_box(agent, screen) != screen


def _generic(agent: str, lines: list[str]) -> list[str] | None:
    start = _between_borders(lines)
    if start is None and agent not in _BORDERED:
        start = _bare(lines)
    return None if start is None else lines[:start]


def _between_borders(lines: Sequence[str]) -> int | None:
    """Where the upper border is of the last box with a prompt in it."""
    bottoms = range(len(lines) - 1, max(len(lines) - 2 - _BELOW, 1), -1)
    for bottom in (at for at in bottoms if _BORDER.search(lines[at])):
        for top in range(bottom - 2, max(bottom - 2 - _INSIDE, -1), -1):
            if _BORDER.search(lines[top]):
                if _holds_input(lines[top + 1 : bottom]):
                    return top
                break
    return None


def _holds_input(lines: Sequence[str]) -> bool:
    """A prompt sign, in a frame or not, or a frame with nothing in it; no cells of a table."""
    inside = [line.strip(_FRAMES) for line in lines]
    if not any(inside):
        return any(line.strip() for line in lines)
    return bool(_PROMPT.match(inside[0])) and "│" not in inside[0]


def _bare(lines: Sequence[str]) -> int | None:
    if not lines or not _BARE.match(lines[-1].strip()):
        return None
    last = len(lines) - 1
    return last - 1 if last > 0 and _BORDER.search(lines[last - 1]) else last


def _codex(_agent: str, lines: list[str]) -> list[str] | None:
    """The box is above a blank and the status line, which stays: clients are used to it.

    Where a line of hints stands below that, nothing of the end is the answer.
    """
    for at in range(len(lines) - 1, max(len(lines) - 2 - _BELOW, -1), -1):
        if _CODEX_BOX.match(lines[at]) and not (at and lines[at - 1].strip()):
            rest = _below_codex_box(lines[at:])
            if rest is None or (rest and _CODEX_WORDS.match(rest[0])):
                return None
            if len(rest) <= 1:
                return [*lines[:at], *rest]
            return lines[:at] if _CODEX_STATUS.match(rest[0]) else None
    return None


def _below_codex_box(lines: Sequence[str]) -> Sequence[str] | None:
    """What stands below the box that the first line opens; None when it is no box."""
    if lines[0].lstrip().startswith("▌"):
        return lines[1:]
    end = 1
    while end < len(lines) and lines[end].startswith("  ") and lines[end].strip():
        end += 1  # more lines of what is typed
    if end < len(lines) and lines[end].strip():
        return None
    while end < len(lines) and not lines[end].strip():
        end += 1
    return lines[end:]


def _opencode(_agent: str, lines: list[str]) -> list[str] | None:
    """The box ends with a line of `╹▀▀▀`; the lines with a bar above it belong to it."""
    for at in range(len(lines) - 1, max(len(lines) - 2 - _BELOW, -1), -1):
        if "╹▀" in lines[at]:
            top = at
            while top > 0 and lines[top - 1].lstrip().startswith("┃"):
                top -= 1
            return lines[:top]
    return None


def _amp(_agent: str, lines: list[str]) -> list[str] | None:
    """The frame from `╭…╮` to `╰…╯`. Nothing else on the screen: it has just started."""
    lowest = max(len(lines) - 1 - _AMP_BELOW, 0)
    bottom = _last(lines, "╰", "╯", range(len(lines) - 1, lowest - 1, -1))
    top = None if bottom is None else _last(lines, "╭", "╮", range(bottom - 1, -1, -1))
    if top is None:
        return None

    kept = lines[:top]
    return kept if any(line.strip() for line in kept) else ["Welcome to Amp"]


def _last(lines: Sequence[str], left: str, right: str, places: range) -> int | None:
    return next((at for at in places if left in lines[at] and right in lines[at]), None)


def _copilot(agent: str, lines: list[str]) -> list[str] | None:
    """Above the box, or without one at the end, stands a line about folder and model."""
    kept = _generic(agent, lines)
    if kept and _COPILOT_PLACE.match(kept[-1]):
        return kept[:-1]
    found = list(lines if kept is None else kept)
    while found and not found[-1].strip():
        found.pop()
    if found and _COPILOT_STATUS.match(found[-1]):
        return found[:-1]
    return kept


_RULES: Final[dict[str, Callable[[str, list[str]], list[str] | None]]] = {
    "codex": _codex,
    "opencode": _opencode,
    "amp": _amp,
    "copilot": _copilot,
}
