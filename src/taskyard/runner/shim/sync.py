"""`coder exp sync …`: order among scripts that start at the same time."""

import argparse
import json
import re
import sys
import time
from collections.abc import Sequence
from typing import Final

from taskyard.kit.shapes import as_objects
from taskyard.runner.shim.call import CallFailed, call, fail

__all__ = ["main", "seconds"]

POLL_SECONDS: Final = 1.0
_UNITS: Final = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0, "": 1.0}


def main(arguments: Sequence[str]) -> int:
    options = _parser().parse_args(arguments)
    try:
        match options.action:
            case "want":
                call("sync.want", {"unit": options.unit, "needs": options.needs})
            case "start":
                _start(options.unit, seconds(options.timeout))
            case "complete":
                call("sync.complete", {"unit": options.unit})
            case "ping":
                call("sync.ping", {})
                _print("Success")
            case "status":
                _status(options.unit, as_json=options.output == "json")
            case _:
                _list(as_json=options.output == "json")
    except CallFailed as exc:
        fail(str(exc))
    return 0


def seconds(text: str) -> float:
    """Read a duration such as 90s, 5m or 1h30m."""
    parts = re.findall(r"(\d+(?:\.\d+)?)(ms|s|m|h|)", text)
    if not parts or "".join(number + unit for number, unit in parts) != text:
        fail(f"{text!r} is no duration; write it like 90s or 5m", 2)
    return sum(float(number) * _UNITS[unit] for number, unit in parts)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="coder exp sync", allow_abbrev=False)
    actions = parser.add_subparsers(dest="action", required=True)
    want = actions.add_parser("want", help="say what a unit waits for")
    want.add_argument("unit")
    want.add_argument("needs", nargs="+")
    start = actions.add_parser(
        "start", help="wait for these, then mark the unit as started"
    )
    start.add_argument("unit")
    start.add_argument("--timeout", default="5m")
    actions.add_parser("complete", help="mark a unit as done").add_argument("unit")
    status = actions.add_parser("status")
    status.add_argument("unit")
    status.add_argument("--output", "-o", choices=("table", "json"), default="table")
    listing = actions.add_parser("list")
    listing.add_argument("--output", "-o", choices=("table", "json"), default="table")
    actions.add_parser("ping", help="say whether the runner answers")
    return parser


def _start(unit: str, limit: float) -> None:
    deadline = time.monotonic() + limit
    while not (answer := call("sync.start", {"unit": unit}))["started"]:
        if time.monotonic() > deadline:
            missing = ", ".join(answer["missing"])
            fail(f"{unit} waited {limit:g} s for {missing}")
        time.sleep(POLL_SECONDS)  # noqa: TID251 - a command without an event loop


def _status(unit: str, *, as_json: bool) -> None:
    answer = call("sync.status", {"unit": unit})
    if as_json:
        _print(json.dumps(answer))
        return
    _print(f"{answer['unit']}\t{answer['status']}")
    for need in answer["needs"]:
        _print(f"  {'waits for' if need in answer['missing'] else 'had'}\t{need}")


def _list(*, as_json: bool) -> None:
    units = as_objects(call("sync.list", {})["units"])
    if as_json:
        _print(json.dumps(units))
        return
    for unit in units:
        _print(f"{unit['unit']}\t{unit['status']}\t{', '.join(unit['needs'])}")


def _print(text: str) -> None:
    sys.stdout.write(text + "\n")
