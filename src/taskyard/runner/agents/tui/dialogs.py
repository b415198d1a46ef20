"""Find the dialog an agent shows: a menu, a permission, a login. It is never "idle".

A dialog is looked for where the agent asks: at the end of what is on the screen. The same
words further up are conversation.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Literal

from taskyard.protocol.sessions import PermissionOption

__all__ = ["Dialog", "find_dialog"]

#: Lines at the end of the screen that a dialog lies in.
_REACH: Final = 24
_DETAIL_CHARACTERS: Final = 300
#: Above a menu: the question, and what it is about.
_ABOVE: Final = 8
#: Below a menu: how to choose, and a status line or three.
_HINT_LINES: Final = 4

_CURSOR: Final = "❯›▶●◉➤>"
#: A numbered choice: `❯ 1. Yes`, `  2) No`, in a frame or not.
_NUMBERED: Final = re.compile(
    rf"^[\s│|┃]*(?P<cursor>[{_CURSOR}]?)\s*(?P<number>[1-9])[.)]\s+(?P<name>\S.*?)[\s│|┃]*$"
)
#: A choice with a cursor or a dot before it, in a list: `● Yes`, `○ No`.
_DOTTED: Final = re.compile(r"^[\s│|┃]*(?P<cursor>[❯›●◉○◯])\s+(?P<name>\S.*?)[\s│|┃]*$")
_YES_NO: Final = re.compile(
    r"(?:\((?:Y\)es/\(N\)o|y/n)\b[^\n]*|\[y/n(?:/\w)*\]|\by/n\b\)?)[^\n]{0,20}[?:>]?\s*$",
    re.IGNORECASE,
)
_INPUT: Final = re.compile(r"^[\s│|┃]*[>❯›](?:\s|$)")
_QUESTION: Final = re.compile(
    r"\bdo you (?:want|trust|agree)\b|\bwould you like\b|\ballow\b.*\?|\bproceed\?"
    r"|\bpermission\b|\bapprov(?:e|al)\b|\bconfirm\b|\bselect\b|\bchoose\b|\bwhich\b.*\?"
    r"|\btrust\b.*\?|\bwaiting for (?:user )?confirmation\b|\bapply this change\b",
    re.IGNORECASE,
)
_HINT: Final = re.compile(
    r"\benter to (?:confirm|select|continue)\b|\besc to (?:cancel|exit|reject)\b"
    r"|\buse (?:the )?(?:arrow|↑)|\b↑/?↓|\bpress enter\b|\btab to\b",
    re.IGNORECASE,
)
_LOGIN: Final = re.compile(
    r"\bsign(?:ing)? in\b|\blog ?in\b|\bauthenticat|\bapi key\b|\bnot logged in\b"
    r"|\bconnect a provider\b|\bauthoriz(?:e|ation)\b"
    r"|\boauth\b|\bsubscription\b.*\bbilling\b",
    re.IGNORECASE,
)
_ALWAYS: Final = re.compile(
    r"\balways\b|don'?t ask again|\bfor (?:this|the) session\b|\ball (?:edits|future)\b",
    re.IGNORECASE,
)
_NO: Final = re.compile(
    r"^(?:no\b|don'?t|deny|reject|cancel|exit|quit|never|skip|esc\b)", re.IGNORECASE
)
_CODE: Final = re.compile(
    r"paste (?:the |your )?(?:code|api key)|enter (?:the |your )?(?:(?:\w+ )?code|(?:\w+ )?api key)"
    r"|https://\S*(?:oauth|login|device)",
    re.IGNORECASE,
)
#: Choices beside each other, the hint on the same line: `Allow once   Reject   ⇆ select`.
_BESIDE: Final = re.compile(
    r"^[\s│|┃]*(?P<names>\S.*?)\s{3,}(?:\S+ \S+\s+)*⇆ select\b", re.IGNORECASE
)
_GAP: Final = re.compile(r"\s{2,}")
#: The bottom of an input box that has no prompt sign.
_BOX_BOTTOM: Final = "╹▀"


@dataclass(frozen=True, slots=True)
class Option:
    """`keys` choose it."""

    answer: PermissionOption
    keys: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Dialog:
    kind: Literal["permission", "menu", "login"]
    title: str  # the question, for a person
    options: tuple[Option, ...] = ()


def find_dialog(screen: str, more: re.Pattern[str] | None = None) -> Dialog | None:
    """The dialog at the end of `screen`; `more` matches dialogs that only one agent has."""
    lines = [line.rstrip() for line in screen.rstrip().split("\n")][-_REACH:]
    if (choices := _choices(lines)) is not None:
        start, options = choices
        question = _question(lines[:start])
        around = "\n".join(lines[max(0, start - _ABOVE) :])
        kind = _kind(question, options, around)
        return Dialog(kind=kind, title=question, options=options)
    if (beside := _beside(lines)) is not None:
        return beside
    last = "\n".join(lines[-2:])
    if _YES_NO.search(last) or (more is not None and more.search(last)):
        title = next(line for line in reversed(lines) if line.strip())
        return Dialog(kind="permission", title=_bare(title), options=_YES_AND_NO)
    if (asked := _wants_code(lines)) is not None:
        return Dialog(kind="login", title=_login_words(lines[: asked + 1]))
    return None


def _choices(lines: Sequence[str]) -> tuple[int, tuple[Option, ...]] | None:
    """Where a list of choices begins, and what they are; None without a list."""
    return _numbered(lines) or _explained(lines) or _dotted(lines)


def _numbered(lines: Sequence[str]) -> tuple[int, tuple[Option, ...]] | None:
    """Numbers in order, one of them under the cursor, and nothing but hints below."""
    found = [(i, m) for i, line in enumerate(lines) if (m := _NUMBERED.match(line))]
    starts = [at for at, (_, m) in enumerate(found) if m["number"] == "1"]
    if not starts:
        return None
    found = found[starts[-1] :]
    numbers = [int(m["number"]) for _, m in found]
    if len(found) < 2 or numbers != list(range(1, len(found) + 1)):  # noqa: PLR2004 - one choice is none
        return None
    start, end = found[0][0], found[-1][0]
    pointed = any(m["cursor"] for _, m in found)
    text = "\n".join(lines[max(0, start - _ABOVE) :])
    asked = any(words.search(text) for words in (_QUESTION, _HINT, _LOGIN))
    framed = lines[start].lstrip().startswith("│")
    if not pointed or not (asked or framed) or not _quiet_below(lines[end + 1 :]):
        return None
    options = tuple(
        _option(m["number"], m["name"], m["number"].encode()) for _, m in found
    )
    return start, options


def _explained(lines: Sequence[str]) -> tuple[int, tuple[Option, ...]] | None:
    """Choices with a line of explanation each and blank lines between, in a frame."""
    if not (_HINT.search("\n".join(lines)) or _LOGIN.search("\n".join(lines))):
        return None
    marked = [
        i
        for i, line in enumerate(lines)
        if (m := _DOTTED.match(line)) and m["cursor"] in "❯›" and "│" in line[:4]
    ]
    if not marked:
        return None
    at = marked[-1]
    heads = [
        i
        for i in range(1, len(lines))
        if _bare(lines[i])
        and not _bare(lines[i - 1])
        and _is_choice(lines[i], lines[at])
    ]
    # The words above the list begin where the cursor is, not where the choices do.
    if at not in heads or len(heads) < 2:  # noqa: PLR2004 - one choice is none
        return None
    names = [lines[i] for i in heads]
    return heads[0], _by_arrows(names, heads.index(at))


def _dotted(lines: Sequence[str]) -> tuple[int, tuple[Option, ...]] | None:
    """A run of lines of which exactly one is marked; only where a hint says how to choose."""
    if not _HINT.search("\n".join(lines)):
        return None
    marked = [
        i
        for i, line in enumerate(lines)
        if (m := _DOTTED.match(line)) and m["cursor"] not in "○◯"
    ]
    for at in reversed(marked):
        start, end = at, at
        while start > 0 and _is_choice(lines[start - 1], lines[at]):
            start -= 1
        while end + 1 < len(lines) and _is_choice(lines[end + 1], lines[at]):
            end += 1
        if end > start and _quiet_below(lines[end + 1 :]):
            return start, _by_arrows(lines[start : end + 1], at - start)
    return None


def _beside(lines: Sequence[str]) -> Dialog | None:
    """Choices in one line, the first of them marked by its colour alone."""
    at = len(lines) - 1
    while at >= 0 and not _bare(lines[at]):
        at -= 1
    found = _BESIDE.match(lines[at]) if at >= 0 else None
    if found is None:
        return None
    names = [name for name in _GAP.split(found["names"]) if name]
    options = tuple(
        _option(str(number), name, b"\x1b[C" * (number - 1) + b"\r")
        for number, name in enumerate(names, 1)
    )
    words = [_bare(line).lstrip("△→ ") for line in lines[:at]]
    asks = [i for i, line in enumerate(words) if _QUESTION.search(line)]
    title = ": ".join(w for w in words[asks[-1] : asks[-1] + 2] if w) if asks else ""
    kind = _kind(title, options, title)
    return Dialog(kind=kind, title=title[:_DETAIL_CHARACTERS], options=options)


def _wants_code(lines: Sequence[str]) -> int | None:
    """Where something for a login is to be typed; above an input box it is conversation."""
    asked = [i for i, line in enumerate(lines) if _CODE.search(line)]
    if not asked or not _LOGIN.search("\n".join(lines)):
        return None
    below = lines[asked[-1] + 1 :]
    if any(_INPUT.match(line) or _BOX_BOTTOM in line for line in below):
        return None
    return asked[0]


def _is_choice(line: str, marked: str) -> bool:
    """A neighbour in the list: its words begin where those of the marked line do."""
    bare, like = line.strip("│|┃ ○◯●◉❯›"), marked.strip("│|┃ ○◯●◉❯›")
    return bool(bare) and line.find(bare) == marked.find(like)


def _by_arrows(lines: Sequence[str], marked: int) -> tuple[Option, ...]:
    options: list[Option] = []
    for index, line in enumerate(lines):
        steps = index - marked
        arrows = b"\x1b[B" * steps if steps > 0 else b"\x1b[A" * -steps
        options.append(
            _option(str(index + 1), _bare(line).strip("○◯●◉❯› "), arrows + b"\r")
        )
    return tuple(options)


def _quiet_below(lines: Sequence[str]) -> bool:
    """Hints, borders and blank lines; an input box below means the list is conversation."""
    words = [line for line in lines if _bare(line)]
    return len(words) <= _HINT_LINES and not any(map(_INPUT.match, words))


def _option(number: str, name: str, keys: bytes) -> Option:
    kind: Literal["allow_once", "allow_always", "reject_once"]
    if _NO.match(name):
        kind = "reject_once"
    elif _ALWAYS.search(name):
        kind = "allow_always"
    else:
        kind = "allow_once"
    return Option({"id": number, "name": name[:_DETAIL_CHARACTERS], "kind": kind}, keys)


_YES_AND_NO: Final = (_option("y", "Yes", b"y\r"), _option("n", "No", b"n\r"))


def _kind(
    question: str, options: Sequence[Option], around: str
) -> Literal["permission", "menu", "login"]:
    kinds = {option.answer["kind"] for option in options}
    if "reject_once" in kinds and kinds & {"allow_once", "allow_always"}:
        return "permission"
    return "login" if _LOGIN.search(f"{question} {around}") else "menu"


def _question(lines: Sequence[str]) -> str:
    """The line above the choices that asks, else the first of the paragraph there."""
    words = [_bare(line) for line in lines]
    for line in reversed(words[-_ABOVE:]):
        if line.endswith("?") or _QUESTION.search(line):
            return line[:_DETAIL_CHARACTERS]
    while words and not words[-1]:
        words.pop()
    begin = next((i + 1 for i in reversed(range(len(words))) if not words[i]), 0)
    return words[begin][:_DETAIL_CHARACTERS] if words else ""


def _login_words(lines: Sequence[str]) -> str:
    """The nearest words about it that are no address."""
    named = [_bare(x) for x in lines if _LOGIN.search(x) and "://" not in x]
    return named[-1][:_DETAIL_CHARACTERS] if named else "The agent wants a login."


def _bare(line: str) -> str:
    """Without frames around it."""
    return line.strip("│|┃╭╮╰╯─━▄▀╌ \t")
