"""Sockets that listen inside a workspace's network namespace but belong to us.

A socket stays in the namespace it was made in. A short-lived child joins the workspace's,
opens the listeners there and hands the descriptors back; we then accept from inside while
our own connections start from the host. The workspace itself has a loopback device and
nothing else, so what we do not open cannot be reached: it fails closed.
"""

import fcntl
import os
import select
import socket
import struct
import time

from taskyard.provisioner.isolation.sandboxd import kernel
from taskyard.provisioner.isolation.sandboxd.processes import Process

__all__ = ["listen_inside"]

Address = tuple[str, int]

#: ioctl on a namespace: the user namespace that owns it. Not the one of the workspace's
#: processes: bubblewrap nests a second one.
_NS_GET_USERNS = 0xB701
_SIOCGIFFLAGS, _SIOCSIFADDR = 0x8913, 0x8916
_IFF_UP = 1
_BACKLOG = 256
_SETUP_SECONDS = 20.0


def listen_inside(pid: int, addresses: list[Address]) -> list[socket.socket]:
    """Listen on TCP `addresses` in the network namespace of process `pid`.

    Call it before any thread exists: it forks. OSError when the namespace cannot be
    joined or an address is taken.
    """
    ours, theirs = socket.socketpair()
    child = os.fork()
    if child == 0:
        _answer(theirs, pid, addresses)
        os._exit(0)

    theirs.close()
    with ours:
        message, descriptors, _, _ = socket.recv_fds(ours, 1024, len(addresses))
    os.waitpid(child, 0)
    if message != b"ok":
        for descriptor in descriptors:
            os.close(descriptor)
        raise OSError(message.decode() or "the listening child died")
    return [socket.socket(fileno=descriptor) for descriptor in descriptors]


def _answer(channel: socket.socket, pid: int, addresses: list[Address]) -> None:
    try:
        _join(pid)
        sockets = [_listen(address) for address in addresses]
        socket.send_fds(channel, [b"ok"], [each.fileno() for each in sockets])
    except BaseException as error:  # noqa: BLE001 - a forked child may only report and end
        channel.send(str(error).encode()[:1000])


def _join(pid: int) -> None:
    network = os.open(f"/proc/{pid}/ns/net", os.O_RDONLY)
    if os.geteuid() != 0:  # root has power over every namespace already
        owner: int = fcntl.ioctl(network, _NS_GET_USERNS)
        kernel.setns(owner, kernel.NEW_USER)
    kernel.setns(network, kernel.NEW_NET)
    _wait_for_loopback(pid)


def _wait_for_loopback(pid: int) -> None:
    """Wait until bubblewrap has set up the device, or given up.

    We must not do it for it: an address that is there already is an error to it.
    """
    request = struct.pack("16sH14x", b"lo", 0)
    deadline = time.monotonic() + _SETUP_SECONDS
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as control:
        while time.monotonic() < deadline and Process.of(pid) is not None:
            answer: bytes = fcntl.ioctl(control, _SIOCGIFFLAGS, request)
            if struct.unpack("16sH14x", answer)[1] & _IFF_UP:
                return
            _ = select.select([], [], [], 0.001)
    raise TimeoutError("the workspace's network was not set up")


def _listen(address: Address) -> socket.socket:
    host, _ = address
    if ":" in host:
        return socket.create_server(address, family=socket.AF_INET6, backlog=_BACKLOG)
    if not host.startswith("127."):
        _own_address(host)
    return socket.create_server(address, backlog=_BACKLOG)


def _own_address(host: str) -> None:
    """Give the loopback device an address of the outside world, for the server's URL."""
    request = struct.pack(
        "16sHH4s8x", b"lo:0", socket.AF_INET, 0, socket.inet_aton(host)
    )
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as control:
        _ = fcntl.ioctl(control, _SIOCSIFADDR, request)
