"""Take in what hooks report, and the agent's own files beside them, in order."""

import asyncio
from collections import deque
from pathlib import Path
from typing import Final, final

from taskyard.runner.agents.driver import Emit
from taskyard.runner.agents.hooks.facts import Begun, HookFact, Prompted
from taskyard.runner.agents.hooks.files import Spool, TranscriptFile
from taskyard.runner.agents.hooks.wiring import Wiring
from taskyard.runner.agents.hooks.witness import Witness

__all__ = ["Hearing"]

#: Facts that wait; an agent that floods us loses the oldest.
_WAITING: Final = 10_000
#: Files are read no more often, however often something is drawn.
_READ_SECONDS: Final = 0.1


@final
class Hearing:
    """`run` folds what `hear` was given into the witness, and looks into files.

    1. An agent writes a message into its file and then runs the hook of the next tool.
    2. The hook reaches us; the file has not been read since.
    3. Were the hook folded first, the message would stand behind the tool. So before each
       fact the files are read.
    """

    def __init__(self, emit: Emit) -> None:
        self.witness = Witness(emit)
        self._loop = asyncio.get_running_loop()
        self._waiting: deque[HookFact] = deque(maxlen=_WAITING)
        self._something = asyncio.Event()
        self._agent = ""
        self._spool: Spool | None = None
        self._transcript: TranscriptFile | None = None
        self._read_at = 0.0
        self._again: asyncio.TimerHandle | None = None

    async def open(self, wiring: Wiring) -> None:
        self._agent = wiring.agent
        self.witness.is_wired = True
        if wiring.spool is not None:
            self._spool = await asyncio.to_thread(Spool, wiring.spool, wiring.agent)

    def hear(self, fact: HookFact) -> None:
        self._waiting.append(fact)
        self._something.set()

    def look(self) -> None:
        """Something happened at the terminal: the agent may have written to its files."""
        if self._again is None and (self._spool or self._transcript):
            pause = max(0.0, self._read_at + _READ_SECONDS - self._loop.time())
            self._again = self._loop.call_later(pause, self._something.set)

    async def next(self) -> bool:
        """Wait for something to take in, and do so; whether there was anything."""
        await self._something.wait()
        self._something.clear()
        if self._again is not None:
            self._again.cancel()
            self._again = None
        was_told = await self._read()
        while self._waiting:
            was_told = True
            fact = self._waiting.popleft()
            self.witness.hear(fact)
            await self._follow(fact)
        return was_told

    async def forget(self) -> None:
        """A turn is over: what its files said is taken in."""
        if self._spool is not None:
            await asyncio.to_thread(self._spool.clear)

    async def _read(self) -> bool:
        self._read_at = self._loop.time()
        was_told = False
        for file in (self._spool, self._transcript):
            if file is not None:
                for fact in await asyncio.to_thread(file.news):
                    was_told = True
                    self.witness.hear(fact)
        return was_told

    async def _follow(self, fact: HookFact) -> None:
        """Turn to the file of the conversation that the agent is in now."""
        if not isinstance(fact, Begun | Prompted) or not fact.transcript:
            return
        path, old = Path(fact.transcript), self._transcript
        is_known = old is not None and old.path == path
        if is_known or fact.conversation != self.witness.conversation:
            return
        self._transcript = await asyncio.to_thread(
            TranscriptFile,
            path,
            self._agent,
            fact.conversation,
            from_end=not (isinstance(fact, Begun) and fact.is_new),
        )
