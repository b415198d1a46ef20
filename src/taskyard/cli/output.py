"""What commands print: results on stdout, progress and errors on stderr.

Colour, cut lines and live lines are for terminals; a pipe gets whole, plain text. Text
that comes from workspaces is cleaned first: it must not steer the reader's terminal.
"""

import re
import sys
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Annotated, Literal, TypeVar

import typer
from pydantic import BaseModel
from pydantic_core import to_json
from rich.console import Console
from rich.table import Table
from rich.text import Text

from taskyard.kit.errors import InvalidRequest

__all__ = [
    "Columns",
    "ColumnsOption",
    "Format",
    "FormatOption",
    "JsonOption",
    "Style",
    "ago",
    "clean",
    "note",
    "print_json",
    "print_rows",
    "print_text",
    "wants_json",
]

Row = TypeVar("Row", bound=BaseModel)
Columns = Mapping[str, Callable[[Row], str]]
Format = Literal["table", "json"]
Style = Literal["", "bold", "dim", "green", "yellow", "red", "cyan"]

FormatOption = Annotated[
    Format, typer.Option("-o", "--output", help="How to print the result.")
]
JsonOption = Annotated[bool, typer.Option("--json", help="The same as `-o json`.")]
ColumnsOption = Annotated[
    str | None, typer.Option("-c", "--column", help="Columns, separated by commas.")
]

# Escape sequences of terminals (CSI, OSC, two-character ones), then what is left of the
# control characters; tabs and line ends stay.
_ESCAPES = re.compile(
    r"\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)?|[@-Z\\-_])"
)
_CONTROLS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")


def clean(text: str) -> str:
    """Without anything a terminal would obey, or that would turn the text around."""
    return _CONTROLS.sub("", _ESCAPES.sub("", text.replace("\r\n", "\n")))


def note(text: str, style: Style = "") -> None:
    """A line of progress or advice: stderr, so that stdout stays the result."""
    _console(to_stderr=True).print(Text(clean(text), style=style), soft_wrap=True)


def print_text(text: str, style: Style = "", *, end: str = "\n") -> None:
    _console().print(Text(clean(text), style=style), soft_wrap=True, end=end)


def wants_json(output: Format, as_json: bool) -> bool:
    return as_json or output == "json"


def print_json(value: BaseModel | Sequence[BaseModel] | Mapping[str, object]) -> None:
    """The wire's own shape, so that scripts and the API agree."""
    sys.stdout.write(to_json(value, indent=2).decode() + "\n")
    sys.stdout.flush()


def print_rows(
    rows: Sequence[Row],
    columns: Columns[Row],
    *,
    chosen: str | None = None,
    default: Sequence[str] = (),
    empty: str,
) -> None:
    """A table with the chosen columns; `empty` says on stderr that there is nothing."""
    names = _chosen(columns, chosen) or list(default) or list(columns)
    if not rows:
        note(empty)
        return

    cells = [[_cell(columns[name](row)) for name in names] for row in rows]
    titles = [name.upper() for name in names]
    console = _console()
    if console.is_terminal:
        _rich_table(console, titles, cells)
    else:
        _plain_table(titles, cells)


def _rich_table(
    console: Console, titles: Sequence[str], cells: Sequence[Sequence[str]]
) -> None:
    table = Table(box=None, pad_edge=False, header_style="bold")
    for title in titles:
        table.add_column(title, no_wrap=True, overflow="ellipsis")
    for row in cells:
        table.add_row(*[Text(cell) for cell in row])
    console.print(table)


def _plain_table(titles: Sequence[str], cells: Sequence[Sequence[str]]) -> None:
    lines = [titles, *cells]
    widths = [max(len(line[i]) for line in lines) for i in range(len(titles))]
    for line in lines:
        padded = [cell.ljust(width) for cell, width in zip(line, widths, strict=True)]
        sys.stdout.write("  ".join(padded).rstrip() + "\n")


def ago(then: datetime, now: datetime) -> str:
    """`4s`, `12m`, `3h`, `5d`: one figure is enough to judge by."""
    passed = max(now - then, timedelta())
    for unit, name in (
        (timedelta(days=1), "d"),
        (timedelta(hours=1), "h"),
        (timedelta(minutes=1), "m"),
    ):
        if passed >= unit:
            return f"{passed // unit}{name} ago"

    return f"{int(passed.total_seconds())}s ago"


def _chosen(columns: Mapping[str, object], chosen: str | None) -> list[str]:
    if chosen is None:
        return []

    names = [name.strip().lower() for name in chosen.split(",") if name.strip()]
    for name in names:
        if name not in columns:
            raise InvalidRequest(
                f"There is no column {name!r}.",
                detail=f"Columns: {', '.join(columns)}",
            )

    return names


def _cell(text: str) -> str:
    return " ".join(clean(text).split())


def _console(*, to_stderr: bool = False) -> Console:
    # Made for each print: tests and pipes swap the streams under us, and it is cheap.
    return Console(stderr=to_stderr, highlight=False, markup=False, emoji=False)
