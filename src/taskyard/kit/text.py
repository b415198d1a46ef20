"""Text from strangers, made fit to be stored and shown."""

import re
from typing import Any, Final

__all__ = ["clean", "clean_json", "shorten"]

#: Control characters but tab and newline: NUL cannot be stored, escape would reach the
#: terminal of who reads a log. Lone surrogates have no UTF-8.
_UNFIT: Final = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff]")
_ESCAPE_SEQUENCE: Final = re.compile(
    r"\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)?|.)"
)


def clean(text: str) -> str:
    """Without control characters and terminal sequences; line ends become newlines."""
    if not _UNFIT.search(text):
        return text
    plain = _ESCAPE_SEQUENCE.sub("", text.replace("\r\n", "\n"))
    return _UNFIT.sub("", plain)


def clean_json(value: Any) -> Any:
    """The same for every text in a JSON value, keys too."""
    match value:
        case str():
            return clean(value)
        case dict():
            return {clean(str(k)): clean_json(v) for k, v in value.items()}  # pyright: ignore[reportUnknownVariableType, reportUnknownArgumentType] - JSON has no narrower type
        case list():
            return [clean_json(item) for item in value]  # pyright: ignore[reportUnknownVariableType] - as above
        case _:
            return value


def shorten(text: str, limit: int) -> str:
    """At most `limit` characters; what is cut is shown by an ellipsis."""
    return text if len(text) <= limit else text[: limit - 1] + "…"
