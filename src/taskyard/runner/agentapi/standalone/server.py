"""`agentapi server`: one agent, its HTTP surface, its state file, until either ends."""

import asyncio
import logging
import os
import re
import select
import signal
import stat
import sys
from collections.abc import Callable
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Final, final

from taskyard.kit.clock import Clock, SystemClock
from taskyard.kit.supervisor import Supervisor
from taskyard.runner.agentapi.http import serve_on_loopback
from taskyard.runner.agentapi.standalone.chat import Chat
from taskyard.runner.agentapi.standalone.keeper import Keeper
from taskyard.runner.agentapi.standalone.options import Options
from taskyard.runner.agentapi.standalone.pidfile import AlreadyRunning, PidFile
from taskyard.runner.agentapi.standalone.state import CannotLoad, StateFile
from taskyard.runner.agentapi.surface import Access, Surface
from taskyard.runner.agentapi.uploads import BODY_BYTES
from taskyard.runner.agents.acp.driver import AcpDriver
from taskyard.runner.agents.driver import AgentFailed, Driver, Emit, Launch
from taskyard.runner.agents.tui.driver import TuiDriver

__all__ = ["piped_prompt", "run"]

log = logging.getLogger(__name__)

STOP_SECONDS: Final = 5.0
#: A program that pipes a prompt has written it by then; one that never closes has none.
PIPE_SECONDS: Final = 5.0
#: A person may take as long as they like to log in.
_FOREVER: Final = 10.0**8
_RULE: Final = "========"
#: Of the sentence about an agent's end; its last words follow behind a colon.
_SUCCESS: Final = re.compile(r"[^:]* ended with exit code 0(?!\d)")


def run(options: Options) -> int:
    """Serve until a signal comes (0) or the agent ends (its failure is 1)."""
    logging.basicConfig(level=logging.INFO, format="%(levelname)s %(message)s")
    pid_file = PidFile(options.pid_file) if options.pid_file else None
    try:
        if pid_file is not None:
            pid_file.claim()
        return asyncio.run(_Server(options, SystemClock()).run())
    except (AlreadyRunning, OSError) as exc:
        log.error("cannot start: %s", exc)  # noqa: TRY400 - a sentence for a person
        return 1
    finally:
        if pid_file is not None:
            pid_file.release()


def piped_prompt() -> str:
    """What stands in standard input, if that is a file or a pipe."""
    mode = os.fstat(0).st_mode
    if not (stat.S_ISREG(mode) or stat.S_ISFIFO(mode)):
        return ""
    data = bytearray()
    while select.select([0], [], [], PIPE_SECONDS)[0]:
        part = os.read(0, 65536)
        if not part:
            break
        data += part
    return data.decode("utf-8", "replace").strip()


@final
class _Server:
    """Closed in this order: agent, state file, listener, uploads, background work."""

    def __init__(self, options: Options, clock: Clock) -> None:
        self._options = options
        self._clock = clock
        self._stop = asyncio.Event()
        file = StateFile(options.state_file) if options.state_file else None
        self._keeper = Keeper(file, saves=options.save_state)
        self._failure = ""

    async def run(self) -> int:
        async with AsyncExitStack() as stack:
            supervisor = await stack.enter_async_context(Supervisor())
            chat = self._chat(supervisor)
            self._restore(chat)
            self._listen_to_signals(chat)
            surface = Surface(chat, self._access())
            stack.callback(surface.remove_uploads)
            server = await stack.enter_async_context(
                serve_on_loopback(
                    surface, port=self._options.port, body_limit=BODY_BYTES
                )
            )
            stack.push_async_callback(lambda: self._keeper.keep(chat.snapshot()))
            stack.push_async_callback(chat.close, STOP_SECONDS)
            port = server.sockets[0].getsockname()[1]
            log.info("Starting server on port %d", port)
            supervisor.start(
                self._keeper.follow(chat.transcript, chat.snapshot), name="state"
            )
            supervisor.start(self._live(chat), name="agent")
            await self._stop.wait()
            await self._keeper.keep(chat.snapshot())
            screen = chat.screen
        return self._farewell(screen)

    def _access(self) -> Access:
        return Access(
            hosts=self._options.hosts,
            origins=self._options.origins,
            chat_base_path=self._options.chat_base_path,
            stable_while_asking=self._options.stable_while_asking,
        )

    def _chat(self, supervisor: Supervisor) -> Chat:
        make: Callable[[Emit], Driver] = (
            (lambda emit: AcpDriver(emit=emit))
            if self._options.speaks_acp
            else (
                lambda emit: TuiDriver(emit=emit, verbatim=True, start_seconds=_FOREVER)
            )
        )
        return Chat(
            agent=self._options.agent_type,
            transport="acp" if self._options.speaks_acp else "pty",
            make_driver=make,
            initial_prompt=self._options.initial_prompt.strip(),
            keep=self._keeper.keep,
            clock=self._clock,
            supervisor=supervisor,
        )

    async def _live(self, chat: Chat) -> None:
        """From the agent's start to its end."""
        try:
            await chat.start(
                Launch(
                    agent=self._options.agent_type,
                    command=self._options.command,
                    environment=dict(os.environ),
                    directory=Path.cwd(),
                    permission_policy=self._options.permission_policy,
                    columns=self._options.columns,
                    rows=self._options.rows,
                )
            )
            reason = await chat.ended()
            # An agent that ends because we were told to stop has not failed.
            if not self._stop.is_set() and not _SUCCESS.match(reason):
                self._failure = reason
        except (AgentFailed, OSError) as exc:
            self._failure = str(exc)
        finally:
            self._stop.set()

    def _restore(self, chat: Chat) -> None:
        if not self._options.load_state:
            return
        try:
            saved = self._keeper.load()
        except CannotLoad as exc:
            log.warning("Failed to restore previous session: %s", exc)
            chat.report(f"Failed to restore previous session: {exc}", "warning")
            return
        if saved is not None:
            chat.restore(saved)

    def _listen_to_signals(self, chat: Chat) -> None:
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            loop.add_signal_handler(number, self._stop.set)
        loop.add_signal_handler(
            signal.SIGUSR1, lambda: self._keeper.keep_now(chat.snapshot())
        )

    def _farewell(self, screen: str) -> int:
        if not self._failure:
            return 0
        sys.stderr.write(
            f"the agent failed: {self._failure}\n{_RULE}\n{screen.rstrip()}\n{_RULE}\n"
        )
        return 1
