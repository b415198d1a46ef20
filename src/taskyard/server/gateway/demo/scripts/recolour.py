"""Change the primary colour of the theme: find the variable, edit it, keep text readable."""

import re
from collections.abc import Mapping
from typing import Final

from taskyard.server.gateway.demo.scripts.explore import Part, read_file
from taskyard.server.gateway.demo.steps import Edit, Report, Run, Script

__all__ = ["colour_in", "recolour"]

#: Shades that carry white or black text well.
COLOURS: Final[Mapping[str, str]] = {
    "amber": "#b45309",
    "black": "#171717",
    "blue": "#1d4ed8",
    "brown": "#78350f",
    "crimson": "#be123c",
    "cyan": "#0e7490",
    "gold": "#a16207",
    "gray": "#4b5563",
    "green": "#15803d",
    "grey": "#4b5563",
    "indigo": "#4338ca",
    "lime": "#4d7c0f",
    "magenta": "#a21caf",
    "navy": "#1e3a8a",
    "orange": "#c2410c",
    "pink": "#be185d",
    "purple": "#6d28d9",
    "red": "#b91c1c",
    "teal": "#0f766e",
    "turquoise": "#0f766e",
    "violet": "#7c3aed",
    "white": "#ffffff",
    "yellow": "#facc15",
}
_NAMED: Final = re.compile(
    rf"\b({'|'.join(COLOURS)})\b|(#[0-9a-f]{{6}}\b|#[0-9a-f]{{3}}\b)", re.IGNORECASE
)
_SEARCH: Final = (
    "grep -rnE --include='*.css' --include='*.scss' --include='*.html' "
    "--exclude-dir=node_modules --exclude-dir=.git "
    "-e '--[a-z-]*primary[a-z-]*[[:space:]]*:' ."
)
_READABLE: Final = 4.5  # contrast that WCAG AA asks for of normal text


def colour_in(prompt: str) -> tuple[str, str] | None:
    """Name and hexadecimal value of the last colour that is named: "from teal to purple"."""
    found = _NAMED.findall(prompt)
    if not found:
        return None

    name, value = found[-1]
    return (name.lower(), COLOURS[name.lower()]) if name else (value, value.lower())


def recolour(prompt: str) -> Script:
    name, value = colour_in(prompt) or ("purple", COLOURS["purple"])
    yield Report(
        state="working", summary=f"Looking for the theme's primary colour ({name})"
    )
    found = yield Run(
        command=_SEARCH,
        purpose="Find where the primary colour is defined",
        say="I'll find where the theme defines its primary colour.",
    )
    place = _place(found.text)
    if found.failed or place is None:
        yield Report(
            state="failure", summary="Found no variable for the primary colour"
        )
        return (
            "I found no CSS variable with `primary` in its name, so I changed nothing. "
            "Tell me the file and the rule that hold the colour."
        )

    path, variable = place
    text = yield from read_file(path, f"`{variable}` is defined in `{path}`.")
    old = _declaration(text, variable)
    if old is None:
        return f"I could not read `{variable}` in `{path}`, so I changed nothing."

    edited = yield Edit(path=path, old=old, new=f"{variable}: {value};")
    if edited.failed:
        yield Report(state="failure", summary=f"Could not edit {path}")
        return f"I could not edit `{path}`: {edited.text.strip()}"

    note = yield from _keep_readable(path, text, value)
    check = yield Run(
        command=f"grep -n -- 'primary' {path} | head -n 20; git diff --stat 2>/dev/null || true",
        purpose="Check the change",
    )
    yield Report(
        state="complete", summary=f"The primary colour is {name} ({value}) now"
    )
    return (
        f"The primary colour is {name} now: `{variable}` in `{path}` changed from "
        f"`{_value(old)}` to `{value}`.{note} Reload the preview to see it.\n\n"
        f"```\n{check.text.strip()}\n```"
    )


def _keep_readable(path: str, text: str, value: str) -> Part:
    """Change the colour of text on the primary colour when it could not be read."""
    found = re.search(
        r"(?<![\w-])--[\w-]*on-primary\s*:\s*(#[0-9a-fA-F]{6}|#[0-9a-fA-F]{3})\s*;",
        text,
    )
    if found is None or _contrast(found[1], value) >= _READABLE:
        return ""

    better = max(("#ffffff", "#171717"), key=lambda colour: _contrast(colour, value))
    outcome = yield Edit(
        path=path, old=found[0], new=found[0].replace(found[1], better)
    )
    if outcome.failed:
        return " Text on it may be hard to read."
    return f" Text on it is `{better}` now, so that it stays readable."


def _place(listing: str) -> tuple[str, str] | None:
    """File and name of the best match: a variable that is named for the colour itself."""
    matches = re.findall(
        r"^(?:\./)?([^:\n]+):\d+:\s*(--[\w-]*primary[\w-]*)\s*:", listing, re.MULTILINE
    )
    ranked = sorted(matches, key=lambda m: ("-on-" in m[1], len(m[1]), m[0]))
    return ranked[0] if ranked else None


def _declaration(text: str, variable: str) -> str | None:
    found = re.search(rf"(?<![\w-]){re.escape(variable)}\s*:[^;\n]{{0,200}};", text)
    return found[0] if found and text.count(found[0]) == 1 else None


def _value(declaration: str) -> str:
    return declaration.partition(":")[2].strip(" ;")


def _contrast(one: str, other: str) -> float:
    light, dark = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def _luminance(value: str) -> float:
    digits = value.removeprefix("#")
    if len(digits) == 3:  # noqa: PLR2004 - the short form of a hexadecimal colour
        digits = "".join(digit * 2 for digit in digits)
    parts = [int(digits[i : i + 2], 16) / 255 for i in (0, 2, 4)]
    linear = [
        p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4  # noqa: PLR2004 - sRGB
        for p in parts
    ]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
