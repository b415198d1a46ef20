"""What Terraform says with `-json`: log lines, errors with their place, timings."""

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, cast

from taskyard.protocol.provisioner import Timing
from taskyard.provisioner.journal import Journal, Level

__all__ = ["Output", "TerraformError", "describe_diagnostic"]

Object = dict[str, Any]

_LEVELS: Final[dict[str, Level]] = {
    "trace": "trace",
    "debug": "debug",
    "info": "info",
    "warn": "warn",
    "error": "error",
}
#: Said to programs, not to people.
_SILENT: Final = frozenset({"version", "outputs", "resource_drift"})
_MAX_ERRORS: Final = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class TerraformError:
    text: str  # in one line, with its place
    summary: str
    detail: str


class Output:
    """Takes one command's lines."""

    def __init__(self, journal: Journal, *, timing: str) -> None:
        self.errors: list[TerraformError] = []
        self._journal = journal
        self._timing = timing
        self._started: dict[tuple[str, str], datetime] = {}

    def line(self, line: str) -> None:
        message = _parsed(line)
        if message is None:
            if line.strip():
                self._journal.write(line, source="provisioner")
            return

        kind = str(message.get("type", "log"))
        if kind == "diagnostic":
            self._diagnostic(message.get("diagnostic") or {})
        elif kind not in _SILENT:
            level = _LEVELS.get(str(message.get("@level")), "info")
            if kind.startswith("refresh_") or _is_read(message):
                level = "debug"  # two lines for each thing that is only looked at
            text = str(message.get("@message", ""))
            self._journal.write(text, level, source="provisioner")
        if "hook" in message:
            self._time(kind, message)

    def _diagnostic(self, diagnostic: Object) -> None:
        text = describe_diagnostic(diagnostic)
        if diagnostic.get("severity") == "warning":
            self._journal.write(text, "warn", source="provisioner")
            return

        self._journal.write(text, "error", source="provisioner")
        error = TerraformError(
            text=text,
            summary=str(diagnostic.get("summary", "")),
            detail=str(diagnostic.get("detail", "")),
        )
        # One mistake in a loop gives the same error for each instance.
        if len(self.errors) < _MAX_ERRORS and error not in self.errors:
            self.errors.append(error)

    def _time(self, kind: str, message: Object) -> None:
        hook: Object = message["hook"]
        resource: Object = hook.get("resource") or {}
        address = str(resource.get("addr", ""))
        phase, _, moment = kind.rpartition("_")
        at = _timestamp(message.get("@timestamp"))
        if phase not in {"apply", "refresh"} or at is None:
            return

        if moment == "start":
            self._started[phase, address] = at
        elif moment in {"complete", "errored"} and (phase, address) in self._started:
            action = "refresh" if phase == "refresh" else str(hook.get("action", ""))
            self._journal.timings.append(
                Timing(
                    stage=self._timing,
                    source=str(resource.get("implied_provider", "")),
                    action=action,
                    resource=address,
                    started_at=self._started.pop((phase, address)),
                    ended_at=at,
                )
            )


def describe_diagnostic(diagnostic: Object) -> str:
    """`main.tf:42: Summary: Detail`, in one line."""
    place: Object = diagnostic.get("range") or {}
    start: Object = place.get("start") or {}
    where = (
        f"{place['filename']}:{start.get('line', 1)}: " if "filename" in place else ""
    )
    parts = (str(diagnostic.get(part) or "") for part in ("summary", "detail"))
    text = ": ".join(" ".join(part.split()) for part in parts if part)
    return where + text


def _is_read(message: Object) -> bool:
    """Of a data source, which is told like something that is made."""
    hook: Object = message.get("hook") or {}
    return hook.get("action") == "read"


def _parsed(line: str) -> Object | None:
    if not line.startswith("{"):
        return None
    try:
        found: Any = json.loads(line)
    except ValueError:
        return None
    return cast("Object", found) if isinstance(found, dict) else None


def _timestamp(text: Any) -> datetime | None:
    try:
        return datetime.fromisoformat(text)
    except (TypeError, ValueError):
        return None
