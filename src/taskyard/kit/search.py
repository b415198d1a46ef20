"""Search queries as clients write them: `owner:me status:"running" word`."""

import re
from collections.abc import Collection
from typing import Final

from taskyard.kit.errors import InvalidRequest, Validation

__all__ = ["InvalidSearch", "parse"]

#: A word, in which quoted parts may hold spaces.
_TERM: Final = re.compile(r'(?:[^\s"]+|"[^"]*"?)+')


class InvalidSearch(InvalidRequest):
    """Invalid search query."""


def parse(
    query: str, *, keys: Collection[str], bare: str, message: str = ""
) -> dict[str, str]:
    """Terms by key; a term without a key is of key `bare`.

    Lower-cased as a whole; a comma after a term is dropped (some clients join with ", ").
    Raises InvalidSearch, with `message`, that names what it does not understand.
    """
    terms: dict[str, str] = {}
    for found in _TERM.findall(query.lower()):
        term = str(found).rstrip(",")
        if not term:
            continue
        key, value = _split(term, bare, message)
        if key not in keys:
            raise _invalid(key, f"{key!r} is not one of {', '.join(keys)}.", message)
        if key in terms:
            raise _invalid(key, "The key is given twice.", message)
        terms[key] = value

    return terms


def _split(term: str, bare: str, message: str) -> tuple[str, str]:
    outside = re.sub(r'"[^"]*"?', "", term)
    if term.startswith(":") or term.endswith(":"):
        raise _invalid("q", f"{term!r} must not begin or end with a colon.", message)
    if outside.count(":") > 1:
        raise _invalid(
            "q", f"{term!r} can have one colon only; quote a value.", message
        )

    key, separator, value = term.partition(":") if ":" in outside else (bare, ":", term)
    del separator
    return key.replace('"', ""), value.replace('"', "")


def _invalid(field: str, detail: str, message: str) -> InvalidSearch:
    return InvalidSearch(message, validations=[Validation(field, detail)])
