"""How programs in the workspace reach the runner: two commands and a socket."""

import logging
from collections.abc import Mapping
from contextlib import AsyncExitStack
from typing import Any

from taskyard.runner import shims
from taskyard.runner.agents.sessions import Sessions, describe
from taskyard.runner.control import ControlError, ControlServer
from taskyard.runner.places import Places
from taskyard.runner.reports import Reports
from taskyard.runner.sync import SyncGraph

__all__ = ["open_door"]

log = logging.getLogger(__name__)


async def open_door(
    stack: AsyncExitStack, *, places: Places, sessions: Sessions, reports: Reports
) -> None:
    """Write the commands and listen until `stack` closes.

    Neither can fail the workspace: what is missing is said in the log.
    """
    try:
        shims.write(places.binaries, shims.launcher())
    except OSError as exc:
        log.warning(
            "cannot write %s: %s; scripts will not find `coder`", places.binaries, exc
        )
    control = ControlServer(places.socket)
    _register(control, sessions, reports)
    stack.push_async_callback(control.close)
    try:
        await control.start()
    except OSError as exc:
        log.warning(
            "cannot listen on %s: %s; agents cannot be started", places.socket, exc
        )


def _register(control: ControlServer, sessions: Sessions, reports: Reports) -> None:
    async def listing(_params: Mapping[str, Any]) -> Mapping[str, Any]:
        return {"sessions": [describe(session) for session in sessions.all]}

    async def status(params: Mapping[str, Any]) -> Mapping[str, Any]:
        session = sessions.of_key(str(params.get("key") or ""))
        if session is None:
            raise ControlError(f"there is no session {params.get('key')!r}")
        return describe(session)

    control.register("session.start", sessions.start)
    control.register("hook", sessions.hook)
    control.register("session.list", listing)
    control.register("session.status", status)
    control.register("report", reports.report)
    for name, method in SyncGraph().methods.items():
        control.register(name, method)
