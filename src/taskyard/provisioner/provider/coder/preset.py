"""`data "coder_workspace_preset"`: a named set of parameter values."""

import re
from collections.abc import Iterator
from typing import Any
from zoneinfo import available_timezones

from taskyard.provisioner.provider.checks import at_least, at_most_long
from taskyard.provisioner.provider.coder.run import CoderRun
from taskyard.provisioner.provider.coder.schedule import overlap
from taskyard.provisioner.provider.diagnostics import Diagnostic
from taskyard.provisioner.provider.schema import (
    BOOL,
    MAP_OF_STRING,
    NUMBER,
    Block,
    DataSource,
    Nested,
    computed,
    optional,
    required,
)
from taskyard.provisioner.provider.values import Object, known, objects

__all__ = ["PRESET"]

_HOUR, _YEAR = 3600, 31_536_000
_CRON = re.compile(r"\*( [0-9A-Za-z*/,\-]+){4}")


def _ttl(value: Any) -> str | None:
    if value == 0 or _HOUR <= value <= _YEAR:
        return None
    return f"Must be 0 (never) or from {_HOUR} to {_YEAR} seconds, not {value}."


def _timezone(value: Any) -> str | None:
    if value in available_timezones():
        return None
    return f'"{value}" is not a time zone; use a name such as "Europe/Berlin".'


def _cron(value: Any) -> str | None:
    if _CRON.fullmatch(value):
        return None
    return f'"{value}" must be "* HOUR DAY MONTH WEEKDAY"; the minute is always "*".'


def _no_empty_values(value: Any) -> str | None:
    empty = [key for key, content in value.items() if content == ""]
    return (
        f'The parameter "{empty[0]}" has an empty value: remove it.' if empty else None
    )


_SCHEDULING = Block(
    {"timezone": required(check=_timezone)},
    {
        "schedule": Nested(
            "list",
            Block(
                {
                    "cron": required(check=_cron),
                    "instances": required(NUMBER, check=at_least(0)),
                }
            ),
            minimum=1,
        )
    },
)
_PREBUILDS = Block(
    {"instances": required(NUMBER, check=at_least(0))},
    {
        "expiration_policy": Nested(
            "set", Block({"ttl": required(NUMBER, check=_ttl)}), maximum=1
        ),
        "scheduling": Nested("list", _SCHEDULING, maximum=1),
    },
)


def _validate(config: Object) -> Iterator[Diagnostic]:
    for prebuilds in objects(config.get("prebuilds")):
        for scheduling in objects(prebuilds.get("scheduling")):
            crons = [
                s["cron"]
                for s in objects(scheduling.get("schedule"))
                if known(s["cron"])
            ]
            if found := overlap([cron for cron in crons if _cron(cron) is None]):
                yield Diagnostic(
                    "Two prebuild schedules overlap",
                    f'"{found[0]}" and "{found[1]}" both match at some hour: '
                    "make their hours or days differ.",
                    ("prebuilds",),
                )


def _read(_run: CoderRun, config: Object) -> Object:
    return {**config, "id": config["name"]}


PRESET = DataSource(
    block=Block(
        {
            "id": computed(),
            "name": required(check=at_most_long(256)),
            "description": optional(check=at_most_long(128)),
            "icon": optional(check=at_most_long(256)),
            "default": optional(BOOL, default=False),
            "parameters": optional(MAP_OF_STRING, check=_no_empty_values),
        },
        {"prebuilds": Nested("set", _PREBUILDS, maximum=1)},
    ),
    read=_read,
    validate=_validate,
)
