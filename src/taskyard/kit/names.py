"""Names of users, templates, workspaces and tasks: what is valid, and how one is made.

A name is part of URLs and DNS labels: letters, digits and single inner hyphens, at most
32 characters. Comparison ignores case.
"""

import re
from typing import Final

__all__ = ["MAX_LENGTH", "explain_invalid", "slug"]

MAX_LENGTH: Final = 32
_VALID: Final = re.compile(r"[a-zA-Z0-9]+(?:-[a-zA-Z0-9]+)*", re.ASCII)


def explain_invalid(name: str, *, max_length: int = MAX_LENGTH) -> str | None:
    """Say what is wrong with `name`, or None when it is valid."""
    if not name:
        return "must not be empty"
    if len(name) > max_length:
        return f"must be {max_length} characters or less"
    if not _VALID.fullmatch(name):
        return "may hold letters, digits and single hyphens between them only"
    return None


def slug(text: str, *, max_length: int) -> str:
    """Whole lower-case words of `text`, joined by hyphens, within `max_length`.

    Empty when `text` has no ASCII letter or digit.
    """
    words = re.findall(r"[a-z0-9]+", text.lower())
    chosen = ""
    for word in words:
        longer = f"{chosen}-{word}" if chosen else word
        if len(longer) > max_length:
            break
        chosen = longer

    return chosen or "".join(words[:1])[:max_length]
