"""Order among scripts: `coder exp sync want|start|complete`, kept in the runner's memory."""

from collections.abc import Mapping
from typing import Any, final

from taskyard.runner.control import ControlError, Method

__all__ = ["SyncGraph"]


@final
class SyncGraph:
    """Units, what each waits for, and how far each is: pending, started, completed.

    A unit that was only named by others counts as not completed: whoever waits for it
    waits until it has run.
    """

    def __init__(self) -> None:
        self._needs: dict[str, set[str]] = {}
        self._status: dict[str, str] = {}

    @property
    def methods(self) -> Mapping[str, Method]:
        return {
            "sync.want": self._want,
            "sync.start": self._start,
            "sync.complete": self._complete,
            "sync.status": self._unit,
            "sync.list": self._list,
            "sync.ping": self._ping,
        }

    async def _want(self, params: Mapping[str, Any]) -> Mapping[str, Any]:
        unit = _name(params)
        if self._status.get(unit) in ("started", "completed"):
            raise ControlError(f"{unit} has been started: it cannot wait for more")
        for need in params.get("needs") or ():
            if need == unit or unit in self._reachable(str(need)):
                raise ControlError(
                    f"{unit} and {need} would wait for each other for ever"
                )
            self._needs.setdefault(unit, set()).add(str(need))
        self._status.setdefault(unit, "pending")
        return {}

    async def _start(self, params: Mapping[str, Any]) -> Mapping[str, Any]:
        """Start a unit if all it waits for is done; else say what is missing."""
        unit = _name(params)
        if self._status.get(unit) == "completed":
            raise ControlError(f"{unit} is completed already")
        missing = self._missing(unit)
        if not missing:
            self._status[unit] = "started"
        return {"started": not missing, "missing": missing}

    async def _complete(self, params: Mapping[str, Any]) -> Mapping[str, Any]:
        unit = _name(params)
        if self._status.get(unit) != "started":
            raise ControlError(f"{unit} has not been started")
        self._status[unit] = "completed"
        return {}

    async def _unit(self, params: Mapping[str, Any]) -> Mapping[str, Any]:
        unit = _name(params)
        return {
            "unit": unit,
            "status": self._status.get(unit, "not registered"),
            "needs": sorted(self._needs.get(unit, ())),
            "missing": self._missing(unit),
        }

    async def _list(self, _params: Mapping[str, Any]) -> Mapping[str, Any]:
        names = sorted({*self._status, *self._needs})
        return {"units": [await self._unit({"unit": name}) for name in names]}

    async def _ping(self, _params: Mapping[str, Any]) -> Mapping[str, Any]:
        return {}

    def _missing(self, unit: str) -> list[str]:
        return sorted(
            n for n in self._needs.get(unit, ()) if self._status.get(n) != "completed"
        )

    def _reachable(self, unit: str) -> set[str]:
        found: set[str] = set()
        todo = [unit]
        while todo:
            for need in self._needs.get(todo.pop(), ()):
                if need not in found:
                    found.add(need)
                    todo.append(need)
        return found


def _name(params: Mapping[str, Any]) -> str:
    name = str(params.get("unit") or "")
    if not name:
        raise ControlError("the name of a unit must be given")
    return name
