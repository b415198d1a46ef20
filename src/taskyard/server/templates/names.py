"""Names of template versions: what is valid, and how one is made."""

import re
from typing import Final

import coolname

__all__ = ["explain_invalid_version", "random_version_name"]

_VALID: Final = re.compile(r"[a-zA-Z0-9]+(?:[_.-][a-zA-Z0-9]+)*", re.ASCII)
_MAX_LENGTH: Final = 64


def explain_invalid_version(name: str) -> str | None:
    """Say what is wrong, or None. Beside a name's hyphen, versions have dots."""
    if not name:
        return "must not be empty"
    if len(name) > _MAX_LENGTH:
        return f"must be {_MAX_LENGTH} characters or less"
    if not _VALID.fullmatch(name):
        return (
            "may hold letters, digits and single hyphens, dots or underscores between "
            "them only"
        )
    return None


def random_version_name() -> str:
    """Such as `brave-otter-of-bliss`; unique enough within one template."""
    return coolname.generate_slug(3)
