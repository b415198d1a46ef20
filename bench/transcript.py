"""Open a transcript of 200 MB at its end, against one of a thousand events.

    python bench/transcript.py [MEGABYTES]

Both are read by the code that serves `events/page`, `events?after=` and `logs`, from a
throw-away PostgreSQL, in the same run. Goal: the last page in under 300 ms, and at most
twice the small one's time.
"""

import asyncio
import statistics
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from uuid import UUID, uuid4

from _goal import finish, goal
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from taskyard.kit.postgres import THROWAWAY, EmbeddedPostgres
from taskyard.server.db.engine import create_engine, create_sessions, normal_url
from taskyard.server.db.migrate import upgrade
from taskyard.server.tasks.transcript import Transcript

EVENT_BYTES = 2000
ROUNDS = 15
SMALL = 1000

_SESSION = text("""
insert into sessions (id, workspace_id, task_id, key, agent, driver, external_id, title,
                      state, state_source, state_detail, state_at, heard_at, last_seq,
                      bytes, created_at)
values (:id, :id, :task, 'ccw', 'x', 'acp', '', '', 'idle', 'driver', '', now(), now(),
        :count, 0, now())
""")
_EVENTS = text("""
insert into session_events (session_id, seq, kind, key, at, data)
select :id, n, 'message_chunk', 'm' || n / 50, now(), jsonb_build_object(
    'role', 'agent', 'kind', 'text',
    'text', (select string_agg(md5(n::text || i::text), ' ')
             from generate_series(1, :words) i))
from generate_series(1, :count) n
""")


async def fill(session: AsyncSession, count: int) -> UUID:
    """A task with one session of `count` events; the id of the task."""
    ids = {"id": uuid4(), "task": uuid4()}
    await session.execute(text("set local session_replication_role = replica"))
    await session.execute(_SESSION, {**ids, "count": count})
    words = EVENT_BYTES // 33
    await session.execute(_EVENTS, {"id": ids["id"], "count": count, "words": words})
    return ids["task"]


async def p50(work: Callable[[], Awaitable[object]]) -> float:
    """Milliseconds."""
    took = list[float]()
    for _ in range(ROUNDS):
        began = time.perf_counter()
        await work()
        took.append((time.perf_counter() - began) * 1000)
    return statistics.median(took)


async def measure(session: AsyncSession, task: UUID, count: int) -> dict[str, float]:
    return {
        "last page (200)": await p50(
            lambda: Transcript(session, task).before(None, limit=200)
        ),
        "resume 50 before the end": await p50(
            lambda: Transcript(session, task).after(count - 50)
        ),
        "page in the middle (200)": await p50(
            lambda: Transcript(session, task).before(count // 2, limit=200)
        ),
    }


async def main(base: Path, megabytes: int) -> None:
    large = megabytes * 1_000_000 // EVENT_BYTES
    async with EmbeddedPostgres(data=base, settings=THROWAWAY).running() as postgres:
        url = normal_url(postgres.url("postgres"))
        await asyncio.to_thread(upgrade, url)
        engine = create_engine(url)
        async with create_sessions(engine)() as session:
            small = await measure(session, await fill(session, SMALL), SMALL)
            task = await fill(session, large)
            await session.execute(text("analyze"))
            big = await measure(session, task, large)
            logs = await p50(lambda: Transcript(session, task).logs())
            await session.rollback()
        await engine.dispose()

    print(f"{large} events, {megabytes} MB; small: {SMALL} events; p50 of {ROUNDS}")
    for name, took in big.items():
        ratio = took / small[name]
        print(f"  {name:26} {took:7.1f} ms   {ratio:5.2f} x small")
    print(f"  {'logs (newest part)':26} {logs:7.1f} ms")
    end = big["last page (200)"]
    goal("the session opens at its end", end, 300, "ms")
    goal("the same, times the small one", end / small["last page (200)"], 2)


if __name__ == "__main__":
    with tempfile.TemporaryDirectory(prefix="taskyard-bench-") as folder:
        Path(folder).chmod(0o755)
        wanted = int(sys.argv[1]) if len(sys.argv) > 1 else 200
        asyncio.run(main(Path(folder), wanted))
    finish()
