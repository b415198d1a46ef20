import os
import socket
from pathlib import Path

import pytest

from taskyard.server.config import Config
from taskyard.server.launch.bind import bind, check_reach, is_loopback
from taskyard.server.launch.errors import CannotStart
from taskyard.server.launch.lock import locked


@pytest.mark.parametrize(
    ("host", "expected"),
    [
        ("127.0.0.1", True),
        ("127.8.9.10", True),
        ("::1", True),
        ("localhost", True),
        ("0.0.0.0", False),  # noqa: S104 - looked at, not bound
        ("10.0.0.1", False),
        ("::", False),
        ("192.168.1.5", False),
        ("yard.example", False),
    ],
)
def test_who_can_reach_an_address(host: str, *, expected: bool) -> None:
    assert is_loopback(host) is expected


def test_a_public_address_must_be_asked_for() -> None:
    with pytest.raises(CannotStart, match="TASKYARD_ALLOW_PUBLIC_BIND"):
        check_reach(Config(listen="0.0.0.0:7080"))

    check_reach(Config(listen="0.0.0.0:7080", allow_public_bind=True))


def test_a_taken_port_is_named() -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]

        with pytest.raises(CannotStart, match=f"127.0.0.1:{port}.*TASKYARD_LISTEN"):
            bind(Config(listen=f"127.0.0.1:{port}"))


def test_a_data_directory_has_one_server(tmp_path: Path) -> None:
    with (
        locked(tmp_path),
        pytest.raises(CannotStart, match=f"process {os.getpid()}"),
        locked(tmp_path),
    ):
        pass

    with locked(tmp_path):
        pass


def test_a_data_directory_that_cannot_be_written_is_named() -> None:
    with pytest.raises(CannotStart, match="TASKYARD_DATA_DIR"), locked(Path("/proc/x")):
        pass
