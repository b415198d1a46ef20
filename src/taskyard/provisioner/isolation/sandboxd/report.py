"""Tell the server about egress decisions, when it listens."""

import json
import threading
import time
from collections import deque

from taskyard.provisioner.isolation.sandboxd import relay
from taskyard.provisioner.isolation.sandboxd.egress import Decision
from taskyard.provisioner.isolation.sandboxd.plan import EgressPlan

__all__ = ["Reporter"]

_BATCH = 200
_HELD = 5_000  # decisions; older ones are then only in the log file
_PAUSE = 2.0  # seconds between batches
_LONGEST_PAUSE = 300.0
_ANSWER_SECONDS = 10.0


class Reporter:
    """POST decisions in batches; best effort: the log file is the record."""

    def __init__(self, plan: EgressPlan) -> None:
        self._plan = plan
        self._held: deque[Decision] = deque(maxlen=_HELD)
        self._wake = threading.Event()

    def start(self) -> None:
        if self._plan["token"]:
            threading.Thread(target=self._run, name="report", daemon=True).start()

    def add(self, decision: Decision) -> None:
        self._held.append(decision)
        self._wake.set()

    def _run(self) -> None:
        pause = _PAUSE
        batch: list[Decision] = []
        while True:
            _ = self._wake.wait()
            self._wake.clear()
            while batch or self._held:
                while self._held and len(batch) < _BATCH:
                    batch.append(self._held.popleft())
                if self._post(batch):
                    batch = []
                    pause = _PAUSE
                else:
                    pause = min(pause * 2, _LONGEST_PAUSE)
                time.sleep(pause)  # noqa: TID251 - a thread of its own; nothing waits for it

    def _post(self, batch: list[Decision]) -> bool:
        body = json.dumps({"decisions": batch}).encode()
        head = (
            f"POST {self._plan['report_to']} HTTP/1.1\r\nHost: taskyard\r\n"
            f"Authorization: Bearer {self._plan['token']}\r\n"
            f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n"
            "Connection: close\r\n\r\n"
        )
        try:
            with relay.dial(self._plan["report_server"]) as connection:
                connection.settimeout(_ANSWER_SECONDS)
                connection.sendall(head.encode() + body)
                return connection.recv(64)[9:10] == b"2"
        except OSError:
            return False
