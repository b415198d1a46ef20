"""Draw what a terminal agent shows: the echo of a message, and its input box.

Shapes of the versions of autumn 2026, and older ones that are still in use.
"""

import unicodedata
from collections.abc import Callable, Sequence
from typing import Final

__all__ = ["BOXES", "ECHOES", "wrapped"]


def wrapped(text: str, width: int) -> list[str]:
    """Lines of at most `width` columns, cut anywhere; CJK and emoji take two columns."""
    lines: list[str] = []
    for given in text.split("\n"):
        line, columns = "", 0
        for rune in given:
            size = 2 if unicodedata.east_asian_width(rune) in "WF" else 1
            if columns + size > width:
                lines.append(line)
                line, columns = "", 0
            line, columns = line + rune, columns + size
        lines.append(line)
    return lines


def _signed(sign: str, indent: str) -> Callable[[str, int], list[str]]:
    """`> hello`, more lines indented."""

    def draw(text: str, width: int) -> list[str]:
        first, *rest = wrapped(text, width - len(sign))
        return [f"{sign}{first}", *(f"{indent}{line}" if line else "" for line in rest)]

    return draw


def _framed(corners: str, sign: str) -> Callable[[str, int], list[str]]:
    """A box of its own around the echo."""

    def draw(text: str, width: int) -> list[str]:
        first, *rest = wrapped(text, width - 6)
        inner = [f"{sign}{first}", *(f"  {line}" for line in rest)]
        return [
            f" {corners[0]}{'─' * (width - 4)}{corners[1]}",
            *(f" │ {line.ljust(width - 6)} │" for line in inner),
            f" {corners[2]}{'─' * (width - 4)}{corners[3]}",
        ]

    return draw


def _barred(tail: Sequence[str] = ()) -> Callable[[str, int], list[str]]:
    def draw(text: str, width: int) -> list[str]:
        return [*(f"  ┃ {line}" for line in wrapped(text, width - 4)), *tail]

    return draw


def _between_bars(text: str, width: int) -> list[str]:
    return ["▄" * width, *_signed(" > ", "   ")(text, width), "▀" * width]


ECHOES: Final[dict[str, list[Callable[[str, int], list[str]]]]] = {
    "claude": [_signed("❯ ", "  "), _signed("> ", "  ")],
    "codex": [_signed("› ", "  ")],
    "gemini": [_framed("╭╮╰╯", "> "), _between_bars, _signed("> ", "  ")],
    "copilot": [_framed("╭╮╰╯", "> "), _signed("❯ ", "  ")],
    "cursor": [_framed("┌┐└┘", "")],
    "auggie": [_signed("› ", "  ")],
    "amp": [_barred()],
    "opencode": [_barred(["  ┃ jo 2:19:24 PM", "  ┃"]), _barred(["  ┃"])],
    "goose": [_signed("( O)> ", "")],
    "aider": [_signed("> ", "")],
    "amazonq": [_signed("> ", "")],
    "custom": [_signed("> ", ""), _signed("jo@host:~$ ", "")],
}


def _lines(*inside: str) -> Callable[[int], list[str]]:
    return lambda width: ["─" * width, *inside[:1], "─" * width, *inside[1:]]


def _box(
    corners: str, *inside: str, below: Sequence[str] = ()
) -> Callable[[int], list[str]]:
    return lambda width: [
        f"{corners[0]}{'─' * (width - 2)}{corners[1]}",
        *(f"│ {line.ljust(width - 4)} │" for line in inside),
        f"{corners[2]}{'─' * (width - 2)}{corners[3]}",
        *below,
    ]


BOXES: Final[dict[str, list[Callable[[int], list[str]]]]] = {
    "claude": [
        _lines("❯\xa0", "  ? for shortcuts"),
        _lines("❯ fix the other one too", "  ⏵⏵ accept edits on", "  3 files changed"),
        _box("╭╮╰╯", ">", below=["  ? for shortcuts"]),
    ],
    # Codex's status line stays: see the tests.
    "gemini": [
        _box("╭╮╰╯", ">   Type your message or @path", below=[" ~/src   no sandbox"]),
        lambda width: [
            "▄" * width,
            " *   Type your message",
            "▀" * width,
            " ~/src  no sandbox",
        ],
    ],
    "copilot": [
        lambda width: [
            " ~/src/app [⎇ main*]     a-model-4.5 (1x)",
            "─" * width,
            "❯  Type @ to mention files, # for issues/PRs, / for commands, or ?",
            "   for shortcuts",
            "─" * width,
            " shift+tab switch mode",
        ],
    ],
    "cursor": [_box("┌┐└┘", "→ Add a follow-up", below=[" ctrl+r to review"])],
    "auggie": [_box("╭╮╰╯", "› Try 'help me'", below=[" ? to show shortcuts"])],
    "amp": [_box("╭╮╰╯", "", "", "", below=[" 2% of 983k"]), _box("╭╮╰╯", "", "")],
    "opencode": [
        lambda width: [
            *("  ┃", "  ┃", "  ┃", "  ┃  Build  Some Model", f"  ╹{'▀' * (width - 4)}"),
            *("   tab switch agent", "", " opencode v1.0.98  ~/src"),
        ],
    ],
    "goose": [lambda _: ["( O)> Press Enter to send, Ctrl-J for new line"]],
    "aider": [lambda width: ["─" * width, "> "], lambda _: ["ask> "]],
    "amazonq": [lambda _: ["[rust] 6% !> "], lambda _: ["> "]],
    "custom": [lambda _: ["> "], lambda width: ["─" * width, "> "]],
}
