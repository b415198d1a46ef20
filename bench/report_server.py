"""How soon the report tool answers an agent that starts it, against Python's own start.

The single file that workspaces run, through the program that agents are told of. First
answer: from the start of the process to its answer to `initialize`. Goal: 100 ms, since an
agent starts it with each session and waits.
"""

import json
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from _goal import finish, goal

from taskyard.kit import zipapp
from taskyard.runner import shims

RUNS: Final = 20
BARE: Final = (sys.executable, "-I", "-S")
INITIALIZE: Final = {
    "jsonrpc": "2.0",
    "id": 1,
    "method": "initialize",
    "params": {
        "protocolVersion": "2025-06-18",
        "capabilities": {},
        "clientInfo": {"name": "bench", "version": "1"},
    },
}


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        runner = Path(folder) / "taskyard-runner.pyz"
        runner.write_bytes(zipapp.build())
        shims.write(Path(folder) / "bin", (*BARE, str(runner)))
        program = Path(folder) / "bin/taskyard"
        python = [_seconds([*BARE, "-c", "print(input())"]) for _ in range(RUNS)]
        report = [_seconds([str(program), "mcp", "report"]) for _ in range(RUNS)]
    print(f"python alone: {_ms(python)}")
    print(f"report tool: {_ms(report)}")
    goal("first answer of the report tool", statistics.median(report) * 1e3, 100, "ms")
    finish()


def _seconds(command: Sequence[str]) -> float:
    """From the start of the process to the first line that it answers."""
    began = time.perf_counter()
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.write(json.dumps(INITIALIZE) + "\n")
        process.stdin.flush()
        answer = json.loads(process.stdout.readline())
        took = time.perf_counter() - began
        process.stdin.close()
    if answer["id"] != INITIALIZE["id"] or "error" in answer:
        raise SystemExit(f"no answer to initialize: {answer}")
    return took


def _ms(times: Sequence[float]) -> str:
    milliseconds = sorted(each * 1e3 for each in times)
    return f"median {statistics.median(milliseconds):.0f} ms, max {milliseconds[-1]:.0f} ms"


if __name__ == "__main__":
    main()
