"""The bridge that editors start: the Agent Client Protocol on its pipes, one message a line."""

import asyncio
import json
import os
import random
import signal
import stat
import sys
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from http import HTTPStatus
from typing import Annotated, Final, cast, final
from urllib.parse import quote, urlencode

import typer
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidHandshake, InvalidStatus

from taskyard.cli.bridge import Bridge
from taskyard.cli.reference import Reference
from taskyard.cli.session import settings
from taskyard.kit.errors import (
    Forbidden,
    InvalidRequest,
    NotFound,
    TaskyardError,
    Unauthenticated,
)
from taskyard.protocol.acp import ALL_TASKS_PATH, MAX_FRAME_BYTES, PARSE_ERROR, Json
from taskyard.sdk import ServerUnreachable, Settings

__all__ = ["acp"]

#: A line of an editor; what is longer than a frame of the server is refused by name.
_MAX_LINE: Final = 32 * MAX_FRAME_BYTES
_OPEN_SECONDS: Final = 20.0
_LONGEST_PAUSE: Final = 5.0
#: A server that restarts is back by then; after that the editor is told that it waits.
_PATIENCE_SECONDS: Final = 60.0

_REFUSALS: Final[dict[int, type[TaskyardError]]] = {
    HTTPStatus.BAD_REQUEST: InvalidRequest,
    HTTPStatus.UNAUTHORIZED: Unauthenticated,
    HTTPStatus.FORBIDDEN: Forbidden,
    HTTPStatus.NOT_FOUND: NotFound,
}


def acp(
    task: Annotated[
        str, typer.Argument(help="One task: name, OWNER/NAME or id; all if left out.")
    ] = "",
    template: Annotated[
        str,
        typer.Option(help="What new tasks are made from; the only one if left out."),
    ] = "",
    preset: Annotated[str, typer.Option(help="A preset of that template.")] = "",
) -> None:
    """Let an editor work with tasks: started by it, speaks ACP on its pipes.

    In the editor, name this command as an agent server. Each task is a session; a new
    session becomes a task with its first prompt. With TASK the editor attaches to that one.
    """
    if task and (template or preset):
        raise InvalidRequest(
            "--template and --preset are for new tasks, and TASK is there already.",
            detail="Leave out one or the other.",
        )
    chosen = settings()
    asyncio.run(_Line(chosen, _path(task, template, preset), one_task=bool(task)).run())


def _path(task: str, template: str, preset: str) -> str:
    if task:
        named = Reference.parse(task)
        user, name = quote(named.user, safe=""), quote(named.name, safe="")
        return f"/api/v2/tasks/{user}/{name}/acp"
    given = {"template": template, "preset": preset}
    query = urlencode({name: value for name, value in given.items() if value})
    return f"{ALL_TASKS_PATH}?{query}" if query else ALL_TASKS_PATH


@final
class _Line:
    """Editor, bridge and server, until the editor hangs up."""

    def __init__(self, chosen: Settings, path: str, *, one_task: bool) -> None:
        self._settings = chosen
        self._url = f"ws{chosen.url.removeprefix('http')}{path}"
        self._bridge = Bridge(one_task=one_task)
        self._socket: ClientConnection | None = None
        self._writer: asyncio.StreamWriter | None = None
        self._sending = asyncio.Lock()

    async def run(self) -> None:
        """Raises Unauthenticated, Forbidden, NotFound, ServerUnreachable."""
        reader, self._writer = await _pipes()
        refusal: TaskyardError | None = None
        try:
            async with asyncio.TaskGroup() as group:
                listening = group.create_task(self._listen(reader))
                serving = group.create_task(self._serve())
                loop = asyncio.get_running_loop()
                loop.add_signal_handler(signal.SIGTERM, listening.cancel)
                listening.add_done_callback(lambda _: serving.cancel())
        except* TaskyardError as refusals:
            refusal = cast("TaskyardError", refusals.exceptions[0])
        except* ConnectionError:
            pass  # the editor is gone
        if refusal is not None:
            raise refusal

    # -- the editor -------------------------------------------------------------------

    async def _listen(self, reader: asyncio.StreamReader) -> None:
        """Until the editor closes its end."""
        while line := await _line(reader):
            try:
                message = json.loads(line)
            except (ValueError, RecursionError):
                message = None
            if isinstance(message, dict):
                self._bridge.from_editor(cast("Json", message))
            elif line.strip():
                error = {"code": PARSE_ERROR, "message": "The line is not a message."}
                self._bridge.to_editor.append(
                    {"jsonrpc": "2.0", "id": None, "error": error}
                )
            await self._pass_on()

    # -- the server -------------------------------------------------------------------

    async def _serve(self) -> None:
        """Connect, again and again. The first time, what is wrong is said and that is all."""
        attempt, is_first = 0, True
        loop = asyncio.get_running_loop()
        away_since = loop.time()
        while True:
            try:
                async with self._connected():
                    is_first, attempt = False, 0
                    await self._receive()
            except TaskyardError as error:
                if is_first or not isinstance(error, ServerUnreachable):
                    self._bridge.give_up(f"{error.message} {error.detail}")
                    await self._pass_on()
                    raise
                _say(f"{error.detail}; trying again")
            if attempt == 0:
                away_since = loop.time()
            attempt += 1
            if loop.time() - away_since > _PATIENCE_SECONDS:
                self._bridge.give_up(
                    f"The server {self._settings.url} does not answer; "
                    "the connection is made again as soon as it does."
                )
                await self._pass_on()
            pause = min(_LONGEST_PAUSE, 0.1 * 2.0 ** min(attempt, 10))
            await asyncio.sleep(pause * random.uniform(0.5, 1.0))  # noqa: S311 - jitter

    @asynccontextmanager
    async def _connected(self) -> AsyncGenerator[None]:
        async with await self._dial() as socket:
            self._socket = socket
            self._bridge.connected()
            try:
                await self._pass_on()
                yield
            finally:
                self._socket = None
                self._bridge.lost()
                await self._pass_on()

    async def _dial(self) -> ClientConnection:
        """Raises what the server refuses with, or ServerUnreachable."""
        try:
            return await connect(
                self._url,
                additional_headers={"Coder-Session-Token": self._settings.token},
                user_agent_header="taskyard",
                max_size=8 * MAX_FRAME_BYTES,
                open_timeout=_OPEN_SECONDS,
            )
        except InvalidStatus as refused:
            raise _refusal(refused, self._settings.url) from refused
        except (OSError, TimeoutError, InvalidHandshake) as error:
            raise ServerUnreachable(detail=f"{self._settings.url}: {error}") from error

    async def _receive(self) -> None:
        """Until the connection is gone."""
        socket = self._socket
        assert socket is not None  # noqa: S101 - connected
        try:
            async for frame in socket:
                if isinstance(frame, str):
                    self._bridge.from_server(json.loads(frame))
                    await self._pass_on()
        except ConnectionClosed as closed:
            _say(f"the connection to the server is lost: {closed}")

    # -- both -------------------------------------------------------------------------

    async def _pass_on(self) -> None:
        """What the bridge has to say, in order, to whoever is there."""
        async with self._sending:
            bridge, socket = self._bridge, self._socket
            while socket is not None and bridge.to_server:
                message = bridge.to_server.pop(0)
                frame = _encoded(message)
                if len(frame) > MAX_FRAME_BYTES:
                    bridge.drop(
                        message,
                        f"The message has {len(frame)} bytes, {MAX_FRAME_BYTES} can be "
                        "sent: leave out the longest part.",
                    )
                    continue
                try:
                    await socket.send(frame.decode())
                except ConnectionClosed:
                    break  # the one who receives sees it too, and connects again
            assert self._writer is not None  # noqa: S101 - opened before all else
            while bridge.to_editor:
                self._writer.write(_encoded(bridge.to_editor.pop(0)) + b"\n")
                await self._writer.drain()


async def _pipes() -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    """Standard input and output. Raises InvalidRequest when they are none that wait."""
    loop = asyncio.get_running_loop()
    reader = asyncio.StreamReader(limit=_MAX_LINE)
    try:
        _check_that_it_waits(sys.stdin.fileno())
        await loop.connect_read_pipe(
            lambda: asyncio.StreamReaderProtocol(reader), sys.stdin
        )
        transport, protocol = await loop.connect_write_pipe(
            asyncio.streams.FlowControlMixin, sys.stdout
        )
    except ValueError as error:
        raise InvalidRequest(
            "Standard input and output must be pipes.",
            detail="An editor starts this command; see `taskyard acp --help`.",
        ) from error
    return reader, asyncio.StreamWriter(transport, protocol, None, loop)


def _check_that_it_waits(descriptor: int) -> None:
    """Raises ValueError for what cannot be waited for, such as /dev/null.

    asyncio takes any device, and fails where nobody can catch it.
    """
    if stat.S_ISCHR(os.fstat(descriptor).st_mode) and not os.isatty(descriptor):
        raise ValueError(f"{descriptor} is a device")


async def _line(reader: asyncio.StreamReader) -> bytes:
    try:
        return await reader.readline()
    except ValueError as error:
        raise InvalidRequest(
            f"The editor sent a line of more than {_MAX_LINE} bytes."
        ) from error


def _encoded(message: Json) -> bytes:
    return json.dumps(message, ensure_ascii=False, separators=(",", ":")).encode()


def _refusal(refused: InvalidStatus, url: str) -> TaskyardError:
    status, body = refused.response.status_code, refused.response.body or b""
    kind = _REFUSALS.get(status)
    if kind is None:
        return ServerUnreachable(detail=f"{url} answered HTTP {status}")
    try:
        said = cast("Json", json.loads(body))
    except ValueError:
        said = Json()
    detail = str(said.get("detail") or "")
    if kind is Unauthenticated:
        detail = f"Run `taskyard login {url}`, or set TASKYARD_TOKEN."
    return kind(str(said.get("message") or ""), detail=detail)


def _say(words: str) -> None:
    """Editors keep what is said here in their log; the protocol has the other pipe."""
    typer.echo(f"taskyard acp: {words}", err=True)
