from dataclasses import replace
from pathlib import Path
from uuid import UUID

import pytest

from taskyard.provisioner.isolation.layout import (
    Layout,
    check_spec,
    door_of,
    environment,
    files,
)
from taskyard.provisioner.isolation.spec import (
    InvalidSpec,
    Limits,
    Mount,
    SandboxSpec,
)
from taskyard.provisioner.isolation.toolchain import Toolchain

SPEC = SandboxSpec(
    id=UUID(int=1),
    workspace_id=UUID(int=2),
    hostname="box",
    command=("true",),
    environment={},
    home=Path("/data/volumes/home"),
    access_url="http://127.0.0.1:7080",
    server_address="127.0.0.1:7080",
)
TOOLS = Toolchain(  # noqa: S604 - the name of a shell, not a call of one
    links=(("usr/bin", "/bin"),),
    shared=((Path("/usr"), "/usr"),),
    python=Path("/usr/bin/python3"),
    python_is_prefix=False,
    node=None,
    ca_bundle="/etc/ssl/certs/ca-certificates.crt",
    shell="/bin/bash",
)


@pytest.mark.parametrize(
    ("url", "address", "name", "server"),
    [
        ("http://127.0.0.1:7080", ("127.0.0.1", 7080), "", "10.0.0.9:7080"),
        ("http://localhost:7080", ("127.0.0.1", 7080), "localhost", "10.0.0.9:7080"),
        ("http://yard.corp", ("127.0.0.1", 80), "yard.corp", "10.0.0.9:7080"),
        ("https://yard.corp/", ("127.0.0.1", 443), "yard.corp", "yard.corp:443"),
        ("http://192.168.7.7:80", ("192.168.7.7", 80), "", "10.0.0.9:7080"),
        ("http://[::1]:7080", ("::1", 7080), "", "10.0.0.9:7080"),
        ("http://0.0.0.0:7080", ("127.0.0.1", 7080), "", "10.0.0.9:7080"),
    ],
)
def test_the_server_is_reached_inside_under_its_own_url(
    url: str, address: tuple[str, int], name: str, server: str
) -> None:
    door = door_of(url, "10.0.0.9:7080")

    assert ((door.host, door.port), door.name, door.server) == (address, name, server)


@pytest.mark.parametrize(
    ("url", "server", "hint"),
    [
        ("127.0.0.1:7080", "127.0.0.1:7080", "not http://"),
        ("ftp://yard.corp", "127.0.0.1:7080", "not http://"),
        ("http://:7080", "127.0.0.1:7080", "not http://"),
        ("http://yard.corp:99999", "127.0.0.1:7080", "not http://"),
        ("http://[2001:db8::1]:80", "127.0.0.1:7080", "use a host name"),
        ("http://127.0.0.1:3128", "127.0.0.1:7080", "egress proxy"),
        ("http://127.0.0.1:7080", "7080", "not host:port"),
        ("http://127.0.0.1:7080", "unix:relative", "not host:port"),
    ],
)
def test_a_server_that_cannot_be_reached_is_refused(
    url: str, server: str, hint: str
) -> None:
    with pytest.raises(InvalidSpec, match=hint):
        _ = door_of(url, server)


@pytest.mark.parametrize(
    ("spec", "hint"),
    [
        (replace(SPEC, command=()), "command is empty"),
        (replace(SPEC, command=("a", "b\0")), "NUL"),
        (replace(SPEC, environment={"A": "\0"}), "NUL"),
        (replace(SPEC, environment={"A=B": "c"}), "is not a name"),
        (replace(SPEC, hostname="a b"), "hostname"),
        (replace(SPEC, hostname="x" * 64), "hostname"),
        (replace(SPEC, hostname="-x"), "hostname"),
        (replace(SPEC, egress=("domain=a.org path=/x",)), "interception"),
        (replace(SPEC, egress=("pypi.org",)), "key=value"),
        (replace(SPEC, limits=Limits(memory_bytes=1000)), "memory_bytes=1000"),
        (replace(SPEC, limits=Limits(cpus=0)), "cpus=0"),
        (replace(SPEC, limits=Limits(pids=1)), "pids=1"),
    ],
)
def test_a_spec_that_cannot_be_carried_out_says_why(
    spec: SandboxSpec, hint: str
) -> None:
    with pytest.raises(InvalidSpec, match=hint):
        check_spec(spec)


@pytest.mark.parametrize(
    "target",
    ["/", "data", "/data/", "/a/../etc", "/etc/x", "/usr/x", "/proc", "/dev/x", "/run"],
)
def test_a_mount_may_not_cover_the_sandbox(tmp_path: Path, target: str) -> None:
    spec = replace(SPEC, mounts=(Mount(source=tmp_path, target=target),))

    with pytest.raises(InvalidSpec, match="mount target"):
        check_spec(spec)


def test_a_mount_needs_a_source(tmp_path: Path) -> None:
    mount = Mount(source=tmp_path / "nothing", target="/data")

    with pytest.raises(InvalidSpec, match="does not exist on this host"):
        check_spec(replace(SPEC, mounts=(mount,)))


def test_the_spec_has_the_last_word_on_the_environment() -> None:
    spec = replace(SPEC, environment={"LANG": "de_DE.UTF-8", "MINE": "1"})

    values = environment(spec, TOOLS, door_of("http://yard.corp", "127.0.0.1:1"))

    assert values["LANG"] == "de_DE.UTF-8"
    assert values["MINE"] == "1"
    assert values["HOME"] == "/home/coder"
    assert values["HTTPS_PROXY"] == "http://127.0.0.1:3128"
    assert "yard.corp" in values["NO_PROXY"].split(",")


def test_the_servers_name_leads_to_the_door() -> None:
    made = files(SPEC, TOOLS, door_of("http://yard.corp", "127.0.0.1:1"))

    assert "127.0.0.1 yard.corp\n" in made["/etc/hosts"]
    assert "127.0.0.1 localhost box\n" in made["/etc/hosts"]


def test_with_a_stage_no_source_is_named_where_it_is() -> None:
    inside = Layout("/mnt")

    inside.build(SPEC, TOOLS, Path("/data/agents"), door_of(SPEC.access_url, "x:1"))

    assert [each["source"] for each in inside.staged] == [
        "/data/agents",
        "/data/volumes/home",
    ]
    assert not any(word.startswith("/data") for word in inside.arguments)
    at = inside.arguments.index("/home/coder")
    assert inside.arguments[at - 2 : at] == ["--bind", "/mnt/1"]


def test_a_python_below_usr_is_linked_and_another_is_mounted() -> None:
    linked, mounted = Layout(""), Layout("")
    door = door_of(SPEC.access_url, "x:1")

    linked.build(SPEC, TOOLS, Path("/agents"), door)
    other = replace(TOOLS, python=Path("/root/py"), python_is_prefix=True)
    mounted.build(SPEC, other, Path("/agents"), door)

    assert " ".join(linked.arguments).count(
        "--symlink /usr/bin/python3 /opt/taskyard/python/bin/python3"
    )
    assert " ".join(mounted.arguments).count(
        "--ro-bind /root/py /root/py --symlink /root/py /opt/taskyard/python"
    )
