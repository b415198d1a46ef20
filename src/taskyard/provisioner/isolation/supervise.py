"""Start the supervisor of one sandbox and hear whether its command runs."""

import json
import os
import select
import subprocess
import sys
import time
from pathlib import Path

import taskyard
from taskyard.provisioner.isolation.sandboxd.plan import Plan, Ready
from taskyard.provisioner.isolation.spec import SandboxFailed

__all__ = ["SOURCES", "start"]

_READY_SECONDS = 60.0
#: Without site-packages (-S) and without the user's environment (-I): it starts in a
#: third of the time, in half the memory, and nothing can be slipped under it.
_BOOT = (
    "import sys; sys.path.append(sys.argv[1]); "
    "from taskyard.provisioner.isolation.sandboxd.main import main; main()"
)
#: Where `import taskyard` finds us; sandboxd has no other path.
SOURCES = Path(taskyard.__file__).parents[1]


def start(plan: Plan) -> Ready:
    """Returns what the supervisor says; raises `SandboxFailed` when it says nothing."""
    log = Path(plan["directory"], "supervisor.log")
    with log.open("ab") as errors:
        starter = subprocess.Popen(
            [sys.executable, "-I", "-S", "-c", _BOOT, str(SOURCES)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=errors,
            cwd="/",
            start_new_session=True,
            # One memory arena instead of one a thread: a third of its size at rest.
            env={"PATH": "/usr/bin:/bin", "MALLOC_ARENA_MAX": "1"},
        )
    with starter:
        assert starter.stdin is not None  # noqa: S101 - PIPE was asked for
        assert starter.stdout is not None  # noqa: S101 - as above
        with starter.stdin as stdin:
            _ = stdin.write(json.dumps(plan).encode())
        line = _line(starter.stdout.fileno())
    if line is None:
        said = log.read_text(errors="replace").strip().splitlines()[-1:]
        raise SandboxFailed(
            "the sandbox's supervisor ended, or fell silent for "
            f"{_READY_SECONDS:.0f} s, before the command ran: "
            f"{' '.join(said) or 'it left no word'}"
        )
    ready: Ready = json.loads(line)
    return ready


def _line(descriptor: int) -> bytes | None:
    deadline = time.monotonic() + _READY_SECONDS
    text = b""
    while (left := deadline - time.monotonic()) > 0:
        ready, _, _ = select.select([descriptor], [], [], left)
        data = os.read(descriptor, 65_536) if ready else b""
        if not data:
            return None
        text += data
        if b"\n" in text:
            return text
    return None
