import json
import socket
import threading
from collections.abc import Iterator

import pytest

from taskyard.provisioner.isolation.sandboxd.egress import Decision
from taskyard.provisioner.isolation.sandboxd.plan import EgressPlan
from taskyard.provisioner.isolation.sandboxd.report import Reporter


class Server:
    """Answers with the given statuses, one a request; keeps the hosts it was told."""

    def __init__(self, statuses: list[int]) -> None:
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._statuses = statuses
        self.port = int(self._listener.getsockname()[1])
        self.told: list[list[str]] = []
        self._thread = threading.Thread(target=self._run)
        self._thread.start()

    def join(self) -> None:
        self._thread.join(20)
        assert not self._thread.is_alive()
        self._listener.close()

    def _run(self) -> None:
        for status in self._statuses:
            connection, _ = self._listener.accept()
            with connection, connection.makefile("rb") as reader:
                length = 0
                while (line := reader.readline()) != b"\r\n":
                    name, _, value = line.partition(b": ")
                    if name == b"Content-Length":
                        length = int(value)
                body = json.loads(reader.read(length))
                self.told.append([each["host"] for each in body["decisions"]])
                connection.sendall(b"HTTP/1.1 %d X\r\n\r\n" % status)


def decision(host: str) -> Decision:
    return Decision(
        at=1.0,
        verdict="deny",
        method="CONNECT",
        host=host,
        port=443,
        path="",
        rule="",
        why="",
    )


@pytest.fixture
def server(request: pytest.FixtureRequest) -> Iterator[Server]:
    made = Server(request.param)
    yield made
    made.join()


def reporter_to(server: Server) -> Reporter:
    address = f"127.0.0.1:{server.port}"
    plan = EgressPlan(rules=[], report_to="/x", report_server=address, token="t")
    return Reporter(plan, pause=0.01)


@pytest.mark.parametrize("server", [[500, 401, 429, 204]], indirect=True)
def test_what_was_not_taken_is_told_again(server: Server) -> None:
    reporter = reporter_to(server)
    reporter.add(decision("a"))
    reporter.add(decision("b"))

    reporter.start()
    server.join()

    assert server.told == [["a", "b"]] * 4


@pytest.mark.parametrize("server", [[422, 204]], indirect=True)
def test_what_is_refused_for_good_does_not_hold_up_the_rest(server: Server) -> None:
    reporter = reporter_to(server)
    for number in range(201):
        reporter.add(decision(str(number)))

    reporter.start()
    server.join()

    assert [len(batch) for batch in server.told] == [200, 1]
