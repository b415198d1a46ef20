"""What `test_unprivileged` runs as an ordinary user, with that user's own interpreter.

Prints one JSON object; uses nothing that is not on every machine.
"""

import json
import sys
from pathlib import Path
from uuid import uuid4

from taskyard.provisioner.isolation.bubblewrap import BubblewrapIsolation
from taskyard.provisioner.isolation.sandboxd.processes import Process
from taskyard.provisioner.isolation.spec import (
    Limits,
    Sandbox,
    SandboxRefused,
    SandboxSpec,
)

_SCRIPT = """
id -un
wc -l < /proc/net/tcp
curl -s -o /dev/null -w '%{http_code}\\n' http://127.0.0.1:7080/
curl -s -x http://127.0.0.1:3128 -o /dev/null -w '%{http_code}\\n' http://evil.example/
unshare -Ur true 2> /dev/null || echo refused
cat "$1" 2> /dev/null || echo closed
ulimit -u
"""


def main() -> None:
    data = Path(sys.argv[1])
    secret = Path(sys.argv[2])
    isolation = BubblewrapIsolation(data, data / "agents")
    spec = SandboxSpec(
        id=uuid4(),
        workspace_id=uuid4(),
        hostname="box",
        command=("bash", "-c", _SCRIPT, "script", str(secret)),
        environment={},
        home=data / "home",
        limits=Limits(pids=60, memory_bytes=200 << 20),
        access_url="http://127.0.0.1:7080",
        server_address="127.0.0.1:1",
    )
    try:
        ended = isolation.create(spec)
    except SandboxRefused as refused:
        print(json.dumps({"refused": str(refused)}))  # noqa: T201 - its answer
        return
    directory = data / "sandboxes" / str(spec.id)
    _wait(ended)
    printed = (directory / "console.log").read_text()
    isolation.stop(spec.id)
    left = sorted(path.name for path in directory.iterdir())
    isolation.forget(spec.id)
    print(  # noqa: T201 - its answer
        json.dumps(
            {
                "isolation": ended.isolation,
                "limits": ended.limits,
                "printed": printed.split(),
                "left": left,
            }
        )
    )


def _wait(sandbox: Sandbox) -> None:
    if sandbox.running:
        process = Process(sandbox.supervisor_pid, sandbox.supervisor_started)
        _ = process.wait(30)


if __name__ == "__main__":
    main()
