"""A follow-up through all of Taskyard, against the agent's own time for the same turn.

Both are of the same turn of the same real agent: from `POST` of the message to the end of
the turn as a watcher of the event stream sees it, and what the agent took at the far end
of the ACP pipe (`duration_ms` of the turn). Goal: at most 1.1 times, plus 50 ms. Two turns
before the first that counts fill caches.
"""

import json
import statistics
import sys
import time

import httpx
from _cost import cpu_seconds
from _goal import finish, goal

from taskyard.testing.installation import Installation, installed

RUNS = int(sys.argv[1]) if len(sys.argv) > 1 else 20


def main() -> None:
    with installed() as taskyard:
        taskyard.starter()
        name = taskyard.create_task("hello")["name"]
        taskyard.until_work(name, "working", "idle")
        taskyard.until(
            "the first turn ends", lambda: _turns(taskyard, name), seconds=90
        )
        taskyard.until_work(name, "idle")
        with taskyard.api as client:  # making one takes longer than a request
            runs = [_follow_up(taskyard, client, name, n) for n in range(RUNS + 2)][2:]
        taskyard.delete(f"/api/v2/tasks/me/{name}")
    through = statistics.median(total for total, _, _ in runs) * 1000
    own = statistics.median(own for _, own, _ in runs) * 1000
    added = statistics.median(total - own for total, own, _ in runs) * 1000
    cpu = statistics.mean(used for _, _, used in runs)
    print(f"follow-up to finished turn, {RUNS} runs, p50")
    print(f"  through Taskyard {through:8.1f} ms")
    print(f"  the agent alone  {own:8.1f} ms")
    print(f"  added            {added:8.1f} ms")
    print(f"  ratio            {through / own:8.2f}")
    print(f"  the server's CPU {cpu * 1000:8.1f} ms a follow-up")
    goal("1.1 x the agent alone + 50 ms", through, own * 1.1 + 50, "ms")
    finish()


def _turns(taskyard: Installation, name: str) -> int:
    return sum(event["kind"] == "turn_ended" for event in taskyard.events(name))


def _follow_up(
    taskyard: Installation, client: httpx.Client, name: str, number: int
) -> tuple[float, float, float]:
    """Seconds through Taskyard, of the agent alone, and of the server's CPU."""
    task = f"/api/v2/tasks/me/{name}"
    used = cpu_seconds(taskyard.pid)
    last = taskyard.events(name)[-1]["seq"]
    with client.stream("GET", f"{task}/events?after={last}") as stream:
        posted = time.monotonic()
        message = {"input": f"hello {number}"}
        client.post(f"{task}/messages", json=message).raise_for_status()
        turn = _until_turn_ended(stream)
        total = time.monotonic() - posted
    used = cpu_seconds(taskyard.pid) - used
    taskyard.until_work(name, "idle")
    return total, turn["duration_ms"] / 1000, used


def _until_turn_ended(stream: httpx.Response) -> dict[str, float]:
    for line in stream.iter_lines():
        if line.startswith("data: "):
            event = json.loads(line.removeprefix("data: "))
            if event.get("kind") == "turn_ended":
                return event["data"]
    raise SystemExit("the event stream ended before the turn")


if __name__ == "__main__":
    main()
