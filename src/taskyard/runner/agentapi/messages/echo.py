"""Drop the person's own words, which a terminal agent shows again above its answer.

The echo is not the text that was sent: the agent wraps it, frames it, styles it away
(Codex drops code fences). So it is matched rune by rune without white space, and a few
runes may be missing or added on either side.
"""

from typing import Final

__all__ = ["remove_echo"]

#: The echo begins near the top: within this many lines, or this many runes if more.
_SEARCH_LINES: Final = 6
_SEARCH_RUNES: Final = 25
_PREFIX_RUNES: Final = 6
#: How far ahead both texts are searched for the next rune they share.
_LOOK_AHEAD: Final = 5
#: Frames that close an echo on the line below it.
_FRAME_ENDS: Final = {
    "gemini": ("╯", "╰"),
    "copilot": ("╯", "╰"),
    "cursor": ("┘", "└"),
    "cursor-agent": ("┘", "└"),
}
_EXTRA_LINES: Final = {"opencode": 2}


def remove_echo(agent: str, message: str, user_input: str) -> str:
    """`message` from the line after the echo of `user_input`; unchanged without an echo."""
    wanted = [rune for rune in user_input if not rune.isspace()]
    if not wanted:
        return message

    shown, line_of = _runes_with_lines(message)
    start = _find_start(shown, line_of, _first_runes(user_input))
    if start is None:
        return message

    last_line = line_of[_find_end(shown, wanted, start)]
    lines = message.split("\n")
    return "\n".join(lines[_after_frame(agent, lines, last_line) :])


def _runes_with_lines(message: str) -> tuple[list[str], list[int]]:
    runes: list[str] = []
    lines: list[int] = []
    for number, line in enumerate(message.split("\n")):
        for rune in line:
            if not rune.isspace():
                runes.append(rune)
                lines.append(number)

    return runes, lines


def _first_runes(user_input: str) -> list[str]:
    """Only of the first line: a frame may stand between it and the second."""
    first = next(line for line in user_input.split("\n") if line.strip())
    return [rune for rune in first if not rune.isspace()][:_PREFIX_RUNES]


def _find_start(shown: list[str], line_of: list[int], prefix: list[str]) -> int | None:
    near_top = sum(1 for line in line_of if line < _SEARCH_LINES)
    window = shown[: max(near_top, _SEARCH_RUNES)]
    for index in range(len(window) - len(prefix) + 1):
        if window[index : index + len(prefix)] == prefix:
            return index

    return None


def _find_end(shown: list[str], wanted: list[str], start: int) -> int:
    """Index of the last rune of the echo, following both texts as far as they agree."""
    at, have = start, 0
    while have < len(wanted) - 1:
        step = _next_match(shown, wanted, at, have)
        if step is None:
            break

        at, have = step
    return at


def _next_match(
    shown: list[str], wanted: list[str], at: int, have: int
) -> tuple[int, int] | None:
    for i in range(have + 1, min(have + 1 + _LOOK_AHEAD, len(wanted))):
        for j in range(at + 1, min(at + 1 + _LOOK_AHEAD, len(shown))):
            if shown[j] == wanted[i]:
                return j, i

    return None


def _after_frame(agent: str, lines: list[str], last: int) -> int:
    """Index of the first line that is not the echo or the frame around it."""
    after = last + 1 + _EXTRA_LINES.get(agent, 0)
    ends = _FRAME_ENDS.get(agent)
    if ends and after < len(lines) and all(end in lines[after] for end in ends):
        after += 1

    return after
