"""A server's end of the runner link, in memory, that can be told to misbehave."""

import asyncio
import uuid
from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import Any, Final, Self, cast, final

from websockets.asyncio.server import Server, ServerConnection, serve
from websockets.datastructures import Headers
from websockets.exceptions import ConnectionClosed
from websockets.http11 import Request, Response
from websockets.typing import Subprotocol

from taskyard.kit.mux.mux import Mux, MuxStream, Target
from taskyard.kit.mux.pump import PumpCarrier
from taskyard.protocol.link import (
    PATH,
    SUBPROTOCOL,
    App,
    Command,
    CommandName,
    DurableEvent,
    Hello,
    Manifest,
    MetadataItem,
    MetadataValue,
    Reply,
    Script,
    SessionSeed,
)
from taskyard.protocol.sessions import SessionEvent

__all__ = ["LinkServer", "make_manifest", "make_script"]


#: How soon a claim is asked again when nothing arrives.
RECHECK_SECONDS: Final = 0.1


def make_script(script: str, **changes: Any) -> Script:
    """A script that runs on start."""
    made: Script = {
        "id": str(uuid.uuid4()),
        "display_name": "script",
        "script": script,
        "log_path": "",
        "cron": "",
        "run_on_start": True,
        "run_on_stop": False,
        "start_blocks_login": False,
        "timeout_seconds": 0,
    }
    return cast("Script", {**made, **changes})


def make_manifest(
    *,
    access_url: str,
    scripts: tuple[Script, ...] = (),
    apps: tuple[App, ...] = (),
    metadata: tuple[MetadataItem, ...] = (),
    sessions: tuple[SessionSeed, ...] = (),
    **changes: Any,
) -> Manifest:
    made: Manifest = {
        "workspace_id": str(uuid.uuid4()),
        "workspace_name": "dev",
        "owner_name": "ada",
        "owner_email": "ada@example.test",
        "agent_id": str(uuid.uuid4()),
        "agent_name": "main",
        "build_id": str(uuid.uuid4()),
        "build_number": 1,
        "access_url": access_url,
        "directory": "",
        "motd_file": "",
        "environment": {},
        "secret_environment": {},
        "scripts": list(scripts),
        "apps": list(apps),
        "metadata": list(metadata),
        "startup_blocking": False,
        "task_id": str(uuid.uuid4()),
        "sessions": list(sessions),
        "permission_policy": "allow_edits",
    }
    return cast("Manifest", {**made, **changes})


@final
class LinkServer:
    """Stores what runners send the way the real server must, and can be made to fail.

    `received` holds every event message as it came, with repeats; `events` what is stored
    after de-duplication. Switches: `acknowledging` (else acks are held back), `cut_after`
    (drop the connection after that many more events, before they are acknowledged),
    `refusal` (send `refused`), `status` (answer the handshake with this HTTP status),
    `silent` (accept, but never welcome).
    """

    def __init__(self, manifest: Callable[[str], Manifest]) -> None:
        self._make_manifest = manifest
        self.manifest: Manifest
        self.token = "agent-token-0123456789"  # noqa: S105 - of a fake
        self.url = ""
        self.hellos: list[Hello] = []
        self.received: list[tuple[int, DurableEvent]] = []
        self.events: list[DurableEvent] = []
        self.metadata: list[MetadataValue] = []
        self.acknowledging = True
        self.cut_after: int | None = None
        self.refusal = ""
        self.status = 0
        self.silent = False
        self._acked: dict[str, int] = {}
        self._replies: dict[str, asyncio.Future[Reply]] = {}
        self._changed = asyncio.Event()
        self._server: Server | None = None
        self._current: tuple[ServerConnection, Mux] | None = None
        self._port = 0

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.stop()

    async def start(self) -> None:
        """Listen; after `stop`, at the same port again."""
        self._server = await serve(
            self._connected,
            "127.0.0.1",
            self._port,
            subprotocols=[Subprotocol(SUBPROTOCOL)],
            process_request=self._admit,
            compression=None,
            max_size=8 * 1024 * 1024,
        )
        self._port = next(iter(self._server.sockets)).getsockname()[1]
        self.url = f"http://127.0.0.1:{self._port}"
        if not hasattr(self, "manifest"):
            self.manifest = self._make_manifest(self.url)

    async def stop(self) -> None:
        """Go away, as a restart does; what is stored stays."""
        if self._server is not None:
            self._server.close()
            await self._server.wait_closed()
            self._server = None

    async def cut(self) -> None:
        """Break the connection without a word."""
        if self._current is not None:
            self._current[0].transport.abort()

    async def command(
        self, name: CommandName, command_id: str = "", **args: Any
    ) -> Reply:
        """Send a command and wait for its reply."""
        command: Command = {
            "type": "command",
            "id": command_id or str(uuid.uuid4()),
            "name": name,
            "args": args,
        }
        future: asyncio.Future[Reply] = asyncio.get_running_loop().create_future()
        self._replies[command["id"]] = future
        self._mux.send_message(cast("dict[str, Any]", command))
        return await future

    async def open(
        self, target: Target, protocol: Callable[[], asyncio.BaseProtocol]
    ) -> MuxStream:
        """Open a stream into the workspace."""
        stream, _ = await self._mux.open(target, protocol, wait=True)
        return stream

    async def until(self, claim: Callable[[], bool], *, seconds: float = 20.0) -> None:
        """Wait until `claim` holds; it is asked again whenever anything arrives.

        Facts outside of this object (processes, files) are seen a moment later.
        """
        try:
            async with asyncio.timeout(seconds):
                while not claim():
                    self._changed.clear()
                    with suppress(TimeoutError):
                        async with asyncio.timeout(RECHECK_SECONDS):
                            await self._changed.wait()
        except TimeoutError:
            tail = "\n".join(str(event)[:300] for event in self.events[-15:])
            raise AssertionError(
                f"it did not become true; the last events:\n{tail}"
            ) from None

    async def until_attached(self, times: int = 1) -> None:
        await self.until(lambda: len(self.hellos) >= times)

    def named(self, name: str) -> list[Any]:
        """Stored events of a name."""
        return [event for event in self.events if event["name"] == name]

    @property
    def lifecycles(self) -> list[str]:
        return [event["state"] for event in self.named("lifecycle")]

    def session_events(self, kind: str = "") -> list[SessionEvent]:
        """Events of all sessions, in order."""
        return list(self._session_events(kind))

    @property
    def state(self) -> str:
        """The newest state that a session reported."""
        states = self.session_events("state")
        return states[-1]["data"]["state"] if states else ""

    def said(self, role: str = "agent") -> str:
        """All text of a role, joined."""
        return "".join(
            event["data"]["text"]
            for event in self.session_events()
            if event["kind"] in ("message", "message_chunk")
            and event["data"]["role"] == role
            and event["data"]["kind"] == "text"
        )

    def logged(self) -> str:
        return "\n".join(
            line["output"] for event in self.named("logs") for line in event["lines"]
        )

    def _session_events(self, kind: str) -> Iterator[SessionEvent]:
        for batch in self.named("session_events"):
            for event in batch["events"]:
                if not kind or event["kind"] == kind:
                    yield event

    @property
    def _mux(self) -> Mux:
        if self._current is None:
            raise AssertionError("no runner is attached")
        return self._current[1]

    def _admit(self, connection: ServerConnection, request: Request) -> Response | None:
        if self.status:
            return Response(self.status, "refused", Headers(), b"")
        if (
            request.path != PATH
            or request.headers.get("Coder-Session-Token") != self.token
        ):
            return connection.respond(401, "unknown token\n")
        return None

    async def _connected(self, connection: ServerConnection) -> None:
        mux = Mux(
            dialled=False,
            on_open=_refuse,
            on_message=lambda body: self._received(connection, mux, body),
        )

        async def receive() -> bytes | None:
            with suppress(ConnectionClosed):
                return cast("bytes", await connection.recv())
            return None

        self._current = (connection, mux)
        await PumpCarrier(mux, receive=receive, send=connection.send).run()

    def _received(
        self, connection: ServerConnection, mux: Mux, body: dict[str, Any]
    ) -> None:
        match body["type"]:
            case "hello":
                self._hello(mux, cast("Hello", body))
            case "event":
                self._event(connection, mux, int(body["seq"]), body["event"])
            case "metadata":
                self.metadata.append(cast("MetadataValue", body))
            case _:
                future = self._replies.pop(body["id"], None)
                if future is not None and not future.done():
                    future.set_result(cast("Reply", body))
        self._changed.set()

    def _hello(self, mux: Mux, hello: Hello) -> None:
        self.hellos.append(hello)
        if self.refusal:
            mux.send_message({"type": "refused", "reason": self.refusal})
        elif not self.silent:
            acked = self._acked.get(hello["stream"], 0)
            manifest = cast("dict[str, Any]", self.manifest)
            mux.send_message({"type": "welcome", "acked": acked, "manifest": manifest})

    def _event(
        self, connection: ServerConnection, mux: Mux, seq: int, event: DurableEvent
    ) -> None:
        self.received.append((seq, event))
        if self.cut_after is not None:
            self.cut_after -= 1
            if self.cut_after < 0:
                self.cut_after = None
                connection.transport.abort()
                return
        stream = self.hellos[-1]["stream"]
        if seq > self._acked.get(stream, 0):
            self._acked[stream] = seq
            self.events.append(event)
        if self.acknowledging:
            mux.send_message({"type": "ack", "seq": self._acked[stream]})


def _refuse(stream: MuxStream, _target: Target) -> None:
    stream.reject("a runner opens no streams")
