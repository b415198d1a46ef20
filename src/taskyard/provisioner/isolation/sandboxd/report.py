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
_TAKEN, _REFUSED = range(200, 300), range(400, 500)
#: Refusals that may pass: the token is not known yet, or the server is busy.
_LATER = frozenset({401, 408, 429})


class Reporter:
    """POST decisions in batches; best effort: the log file is the record."""

    def __init__(self, plan: EgressPlan, *, pause: float = _PAUSE) -> None:
        self._plan = plan
        self._pause = pause
        self._held: deque[Decision] = deque(maxlen=_HELD)
        self._wake = threading.Event()

    def start(self) -> None:
        if self._plan["token"]:
            threading.Thread(target=self._run, name="report", daemon=True).start()

    def add(self, decision: Decision) -> None:
        self._held.append(decision)
        self._wake.set()

    def _run(self) -> None:
        pause = self._pause
        batch: list[Decision] = []
        while True:
            _ = self._wake.wait()
            self._wake.clear()
            while batch or self._held:
                while self._held and len(batch) < _BATCH:
                    batch.append(self._held.popleft())
                if self._is_settled(batch):
                    batch = []
                    pause = self._pause
                else:
                    pause = min(pause * 2, _LONGEST_PAUSE)
                time.sleep(pause)  # noqa: TID251 - a thread of its own; nothing waits for it

    def _is_settled(self, batch: list[Decision]) -> bool:
        """Whether the server has it, or will never take it."""
        status = self._post(batch)
        return status in _TAKEN or (status in _REFUSED and status not in _LATER)

    def _post(self, batch: list[Decision]) -> int:
        """The status of the answer; 0 when there was none."""
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
                return int(connection.recv(64)[9:12])
        except (OSError, ValueError):
            return 0
