"""What a workspace must not see, reach or change."""

import os
import socket
import threading
from pathlib import Path
from uuid import uuid4

import pytest

from taskyard.provisioner.isolation.spec import Mount
from tests.integration.provisioner.isolation.conftest import Inside, Yard

needs_root = pytest.mark.skipif(
    os.geteuid() != 0, reason="only root gives every workspace a user of its own"
)


def test_only_its_own_processes_are_there(anyone: Inside) -> None:
    pids = anyone.value("[p for p in os.listdir('/proc') if p.isdigit()]", "os")

    assert sorted(pids) == ["1", "2"]


@pytest.mark.parametrize(
    "path",
    ["/etc/shadow", "/etc/gshadow", "/etc/ssl/private", "/root", "/var/lib", "/boot",
     "/sys", "/etc/ssh", "/run/docker.sock", "/home/cloudsdk"],
)  # fmt: skip
def test_the_hosts_secrets_are_not_there(anyone: Inside, path: str) -> None:
    assert anyone.value(f"os.path.lexists({path!r})", "os") is False


def test_the_data_directory_and_other_homes_are_not_there(yard: Yard) -> None:
    other = yard.inside()
    inside = yard.inside()

    for path in (yard.data, other.spec.home, other.spec.home.parent):
        assert inside.value(f"os.path.lexists({str(path)!r})", "os") is False


@needs_root
def test_another_workspaces_home_stays_closed_even_when_mounted(yard: Yard) -> None:
    other = yard.inside()
    _ = other.run("open('/home/coder/secret', 'w').write('x')")
    mount = Mount(source=other.spec.home, target="/srv/other", read_only=True)

    inside = yard.inside(mounts=(mount,))

    assert "PermissionError" in inside.run("open('/srv/other/secret')")


@needs_root
def test_outside_it_is_a_user_of_its_own_and_never_root(yard: Yard) -> None:
    users = set[int]()
    for _ in range(2):
        sandbox = yard.inside().sandbox
        init = yard.init_of(sandbox.id)
        status = Path(f"/proc/{init.pid}/status").read_text()
        uids = next(line for line in status.splitlines() if line.startswith("Uid:"))
        users |= {int(word) for word in uids.split()[1:]}

    assert len(users) == 2
    assert 0 not in users


def test_it_holds_no_power(anyone: Inside) -> None:
    status = anyone.run("print(open('/proc/self/status').read())")

    lines = dict(line.split(":", 1) for line in status.splitlines())
    for name in ("CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb"):
        assert int(lines[name], 16) == 0
    assert lines["NoNewPrivs"].strip() == "1"
    assert lines["Seccomp"].strip() == "2"
    assert lines["Uid"].split() == ["1000"] * 4


def test_nothing_of_ours_is_left_open_in_it(yard: Yard) -> None:
    status, text = yard.output("sh", "-c", "ls /proc/self/fd; env")

    assert status == 0
    assert text.split()[:4] == ["0", "1", "2", "3"]  # 3: the directory itself


def test_secrets_of_the_environment_are_on_no_command_line(yard: Yard) -> None:
    spec = yard.spec(environment={"KEY": "s3cr3t"}, supervisor_token="t0k3n")
    sandbox = yard.create(spec)

    lines = Path("/proc").glob("[0-9]*/cmdline")
    seen = b"".join(path.read_bytes() for path in lines if path.exists())
    written = b"".join(
        path.read_bytes() for path in yard.directory(sandbox.id).iterdir()
    )

    assert b"s3cr3t" not in seen + written
    assert b"t0k3n" not in seen + written


@pytest.mark.parametrize("host", ["127.0.0.1", "::1"])
def test_services_on_the_hosts_loopback_cannot_be_reached(
    anyone: Inside, host: str
) -> None:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.create_server((host, 0), family=family) as listener:
        port = listener.getsockname()[1]
        answer = anyone.run(
            f"import socket; socket.create_connection(({host!r}, {port}), 5)"
        )

    assert answer.startswith("ConnectionRefusedError")


@pytest.mark.parametrize(
    "address", ["169.254.169.254", "8.8.8.8", "10.0.0.1", "192.168.0.1"]
)
def test_no_address_outside_has_a_way_to_it(anyone: Inside, address: str) -> None:
    tcp = anyone.run(f"import socket; socket.create_connection(({address!r}, 443), 5)")
    udp = anyone.run(
        "import socket; socket.socket(socket.AF_INET, socket.SOCK_DGRAM)"
        f".sendto(b'x', ({address!r}, 443))"
    )

    assert "Network is unreachable" in tcp
    assert "Network is unreachable" in udp


def test_names_do_not_resolve_so_none_carries_data_out(anyone: Inside) -> None:
    answer = anyone.run("import socket; socket.getaddrinfo('pypi.org', 443)")

    assert answer.startswith("gaierror")


def test_abstract_sockets_of_the_host_are_not_there(yard: Yard) -> None:
    name = f"\0taskyard-{uuid4()}"
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(name)
        listener.listen()
        answer = yard.inside().run(
            f"import socket; socket.socket(socket.AF_UNIX).connect({name!r})"
        )

    assert answer.startswith("ConnectionRefusedError")


@pytest.mark.parametrize("family", [17, 31, 38, 40])  # packet, bluetooth, alg, vsock
def test_sockets_that_no_namespace_holds_are_refused(
    anyone: Inside, family: int
) -> None:
    answer = anyone.run(f"import socket; socket.socket({family}, 2)")

    assert "Address family not supported" in answer


def test_its_network_cannot_be_changed(anyone: Inside) -> None:
    answer = anyone.run(
        "import fcntl, socket, struct\n"
        "request = struct.pack('16sH14x', b'lo', 0)\n"
        "fcntl.ioctl(socket.socket(), 0x8914, request)"  # lo down
    )

    assert answer.startswith("PermissionError")


@pytest.mark.parametrize(
    "call",
    [
        "unshare(0x10000000)",  # user namespace
        "unshare(0x40000000)",
        "setns(0, 0)",
        "mount(b'x', b'/tmp', b'tmpfs', 0, None)",
        "umount2(b'/proc', 2)",
        "syscall(321, 0, 0, 0)",  # bpf on x86, harmless elsewhere
        "sethostname(b'x', 1)",
        "reboot(0)",
    ],
)
def test_calls_that_lead_out_are_refused(yard: Yard, call: str) -> None:
    answer = yard.inside().run(
        "import ctypes, os\n"
        "libc = ctypes.CDLL(None, use_errno=True)\n"
        f"print(libc.{call}, os.strerror(ctypes.get_errno()), end='')"
    )

    assert answer == "-1 Operation not permitted"


@pytest.mark.parametrize(
    "path",
    ["/x", "/usr/x", "/usr/local/x", "/etc/x", "/bin/x", "/dev/x", "/home/x",
     "/opt/taskyard/agents/x", "/proc/sys/kernel/hostname", "/proc/sysrq-trigger"],
)  # fmt: skip
def test_what_is_the_hosts_cannot_be_written(anyone: Inside, path: str) -> None:
    answer = anyone.run(f"open({path!r}, 'w').write('x')")

    assert answer.startswith(("OSError", "PermissionError", "FileNotFoundError"))


@pytest.mark.parametrize(
    "path",
    ["/home/coder/x", "/tmp/x", "/var/tmp/x", "/dev/shm/x", "/run/user/1000/x"],  # noqa: S108 - inside
)
def test_what_is_its_own_can_be_written(anyone: Inside, path: str) -> None:
    assert anyone.run(f"open({path!r}, 'w').write('x')") == ""


def test_a_link_planted_in_a_volume_mounts_nothing_of_the_host(yard: Yard) -> None:
    volume = yard.data / "volumes/hostile"
    volume.mkdir(parents=True)
    (volume / "shared").symlink_to("/etc")
    mount = Mount(source=volume / "shared", target="/srv/x")

    with pytest.raises(ValueError, match="symbolic link in a volume"):
        _ = yard.create(yard.spec(mounts=(mount,)))


def test_nested_namespaces_do_not_open_the_outer_ones(yard: Yard) -> None:
    _, refused = yard.output("unshare", "-Ur", "true")
    status, nested = yard.output(
        "sh",
        "-c",
        "unshare -Ur id -u; unshare -Ur ip link set lo down 2>&1;"
        "unshare -Urn ip -o link | wc -l",
        nested_namespaces=True,
    )

    assert "Operation not permitted" in refused
    assert status == 0
    lines = nested.splitlines()
    assert lines[0] == "0"
    assert "Operation not permitted" in lines[1]


def test_a_signal_to_everything_hits_only_its_own(yard: Yard) -> None:
    other = yard.inside()
    done = threading.Event()

    _ = yard.output("sh", "-c", "kill -9 -1")
    done.set()

    assert other.value("1 + 1") == 2
