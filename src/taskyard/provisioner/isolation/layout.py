"""What a workspace looks like from inside: its files, its user, its environment."""

import ipaddress
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from taskyard.provisioner.isolation.sandboxd.main import EGRESS_PROXY
from taskyard.provisioner.isolation.sandboxd.plan import Staged
from taskyard.provisioner.isolation.sandboxd.rules import InvalidRule, parse
from taskyard.provisioner.isolation.spec import HOME, InvalidSpec, SandboxSpec
from taskyard.provisioner.isolation.toolchain import Bwrap, Toolchain

__all__ = ["AGENTS", "NODE", "PYTHON", "Door", "Layout", "check_spec", "door_of"]

AGENTS = "/opt/taskyard/agents"
PYTHON = "/opt/taskyard/python"
NODE = "/opt/taskyard/node"

USER = "coder"
UID = 1000  # as seen inside
_RUNTIME = f"/run/user/{UID}"
_MEMORY_BYTES = 8 << 30  # to share out to /tmp and the like when there is no limit
_HOSTNAME = re.compile(r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?", re.IGNORECASE)
_VARIABLE = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_TOP_OURS = frozenset({"", "proc", "dev", "sys", "usr", "etc", "bin", "sbin", "lib"})
_PATHS_OURS = frozenset({"/run", "/tmp", "/var", "/home", "/opt", "/opt/taskyard"})  # noqa: S108 - inside
_SYSTEM_PATH = (
    "/usr/local/sbin", "/usr/local/bin", "/usr/sbin", "/usr/bin", "/sbin", "/bin",
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Door:
    """How the server is reached from inside, under the URL that everybody uses."""

    host: str  # an address, listened on inside
    port: int
    name: str  # resolved to `host` inside; empty when the URL holds an address
    server: str  # host:port or unix:/path, from outside


class Layout:
    """Collects bubblewrap's words; one object for one sandbox.

    With a `stage`, sources are named below it instead of where they are: the user that
    runs bubblewrap may not be able to walk there (see `sandboxd.launch`).
    """

    def __init__(self, stage: str) -> None:
        self.staged: list[Staged] = []
        self.arguments: list[str] = []
        self._stage = stage

    def build(
        self, spec: SandboxSpec, tools: Toolchain, agents: Path, door: Door
    ) -> None:
        self._namespaces(spec.hostname)
        self._host(tools)
        self._scratch(spec.limits.memory_bytes)
        self._tools(tools, agents)
        self._bind(spec.home, HOME, read_only=False)
        for mount in spec.mounts:
            self._bind(mount.source, mount.target, read_only=mount.read_only)
        self.arguments += ["--chdir", HOME, "--clearenv"]
        for key, value in environment(spec, tools, door).items():
            self.arguments += ["--setenv", key, value]

    def program(self, bwrap: Bwrap) -> str:
        """Where bubblewrap itself is: it may lie beyond its user's reach, too."""
        if not self._stage or not bwrap.needs:
            return str(bwrap.path)
        package = bwrap.needs[0]
        for need in bwrap.needs:
            self.staged.append(Staged(source=str(need), name=need.name))
        return f"{self._stage}/{package.name}/{bwrap.path.relative_to(package)}"

    def _namespaces(self, hostname: str) -> None:
        self.arguments += [
            "--unshare-user", "--uid", str(UID), "--gid", str(UID),
            "--unshare-pid", "--unshare-ipc", "--unshare-uts", "--unshare-cgroup-try",
            "--unshare-net", "--hostname", hostname,
            "--die-with-parent", "--new-session", "--cap-drop", "ALL",
        ]  # fmt: skip

    def _host(self, tools: Toolchain) -> None:
        # Missing parents would be closed to all but the workspace's own user.
        for path in ("/etc", "/home", "/opt", "/opt/taskyard", "/var"):
            self.arguments += ["--perms", "0755", "--dir", path]
        for source, target in tools.shared:
            self.arguments += ["--ro-bind", str(source), target]
        for target, link in tools.links:
            self.arguments += ["--symlink", target, link]

    def _scratch(self, memory_bytes: int | None) -> None:
        # Files here are memory: together less than the limit, so that a full /tmp is an
        # error of whoever writes and not the end of the workspace.
        memory = memory_bytes or _MEMORY_BYTES
        self.arguments += ["--proc", "/proc", "--dev", "/dev"]
        for mode, share, path in (
            ("1777", 2, "/tmp"),  # noqa: S108 - inside, and of this workspace alone
            ("1777", 8, "/dev/shm"),  # noqa: S108 - as above
            ("1777", 8, "/var/tmp"),  # noqa: S108 - as above
            ("0755", 16, "/run"),
        ):
            size = str(memory // share)
            self.arguments += ["--perms", mode, "--size", size, "--tmpfs", path]
        self.arguments += ["--perms", "0700", "--dir", _RUNTIME, "--remount-ro", "/dev"]
        self.arguments += ["--symlink", "/run", "/var/run"]

    def _tools(self, tools: Toolchain, agents: Path) -> None:
        if tools.python_is_prefix:
            self._installation(tools.python, PYTHON)
        else:
            self.arguments += ["--symlink", str(tools.python), f"{PYTHON}/bin/python3"]
        if tools.node is not None and tools.node.is_dir():
            self._installation(tools.node, NODE)
        elif tools.node is not None:
            self._bind(tools.node, f"{NODE}/bin/node", read_only=True)
        self._bind(agents, AGENTS, read_only=True)

    def _installation(self, prefix: Path, link: str) -> None:
        """Show it where it was built for, since programs find their libraries by path."""
        if prefix.is_relative_to(HOME):  # would be covered by the workspace's own home
            self._bind(prefix, link, read_only=True)
            return
        self._bind(prefix, str(prefix), read_only=True)
        self.arguments += ["--symlink", str(prefix), link]

    def _bind(self, source: Path, target: str, *, read_only: bool) -> None:
        path = str(source)
        if self._stage:
            name = str(len(self.staged))
            self.staged.append(Staged(source=path, name=name))
            path = f"{self._stage}/{name}"
        self.arguments += ["--ro-bind" if read_only else "--bind", path, target]


def environment(spec: SandboxSpec, tools: Toolchain, door: Door) -> dict[str, str]:
    """The command's environment; the spec's own values win."""
    proxy = f"http://{EGRESS_PROXY[0]}:{EGRESS_PROXY[1]}"
    direct = ",".join(
        dict.fromkeys(
            ["localhost", "127.0.0.1", "::1", door.host, door.name or door.host]
        )
    )
    values = {
        "HOME": HOME,
        "USER": USER,
        "LOGNAME": USER,
        "SHELL": tools.shell,
        "PATH": ":".join(_search_path(tools)),
        "LANG": "C.UTF-8",
        "XDG_RUNTIME_DIR": _RUNTIME,
        "HTTP_PROXY": proxy,
        "HTTPS_PROXY": proxy,
        "http_proxy": proxy,
        "https_proxy": proxy,
        "NO_PROXY": direct,
        "no_proxy": direct,
        "NODE_USE_ENV_PROXY": "1",
        "TASKYARD_SANDBOX_ID": str(spec.id),
    }
    if tools.ca_bundle:
        for name in ("SSL_CERT_FILE", "NODE_EXTRA_CA_CERTS", "REQUESTS_CA_BUNDLE"):
            values[name] = tools.ca_bundle
    return values | spec.environment


def files(spec: SandboxSpec, tools: Toolchain, door: Door) -> dict[str, str]:
    """Generated files of /etc."""
    names = " ".join(dict.fromkeys(["localhost", spec.hostname]))
    hosts = f"127.0.0.1 {names}\n::1 ip6-localhost ip6-loopback\n"
    if door.name and door.name != "localhost":
        hosts += f"{door.host} {door.name}\n"
    return {
        "/etc/passwd": (
            "root:x:0:0:root:/root:/usr/sbin/nologin\n"
            f"{USER}:x:{UID}:{UID}:{USER}:{HOME}:{tools.shell}\n"
            "nobody:x:65534:65534:nobody:/nonexistent:/usr/sbin/nologin\n"
        ),
        "/etc/group": f"root:x:0:\n{USER}:x:{UID}:\nnogroup:x:65534:\n",
        "/etc/hosts": hosts,
        "/etc/hostname": f"{spec.hostname}\n",
        # Nobody answers there, at once: names are resolved by the egress proxy.
        "/etc/resolv.conf": "nameserver 127.0.0.1\noptions timeout:1 attempts:1\n",
        "/etc/nsswitch.conf": "passwd: files\ngroup: files\nhosts: files dns\n",
        "/etc/machine-id": f"{spec.workspace_id.hex}\n",
    }


def door_of(access_url: str, server_address: str) -> Door:
    """Raises `InvalidSpec`."""
    url = urlsplit(access_url)
    try:
        port = url.port or {"http": 80, "https": 443}[url.scheme]
        host = (url.hostname or "").rstrip(".")
    except (KeyError, ValueError):
        port, host = 0, ""
    if not host:
        raise InvalidSpec(
            f"the access URL {access_url!r} is not http://host[:port] or https://…"
        )
    # TLS ends at whoever answers for that name, not at the server behind it.
    server = f"{host}:{port}" if url.scheme == "https" else server_address
    _check_address(server)
    try:
        ip = ipaddress.ip_address(host)
    except ValueError:
        door = Door(host="127.0.0.1", port=port, name=host, server=server)
    else:
        if ip.version == 6 and not ip.is_loopback:  # noqa: PLR2004 - IPv6
            raise InvalidSpec(
                f"the access URL {access_url!r} holds an IPv6 address: use a host name"
            )
        inside = "127.0.0.1" if ip.is_unspecified else str(ip)
        door = Door(host=inside, port=port, name="", server=server)
    if (door.host, door.port) == EGRESS_PROXY:
        raise InvalidSpec(f"port {port} of the access URL is the egress proxy's")
    return door


def check_spec(spec: SandboxSpec) -> None:
    """Raises `InvalidSpec` for what would fail later with a worse message."""
    if not spec.command or not spec.command[0]:
        raise InvalidSpec("the command is empty")
    if not _HOSTNAME.fullmatch(spec.hostname):
        raise InvalidSpec(
            f"hostname {spec.hostname!r}: use up to 63 letters, digits and hyphens"
        )
    for word in (*spec.command, *spec.environment.values()):
        if "\0" in word:
            raise InvalidSpec("the command or its environment holds a NUL character")
    for name in spec.environment:
        if not _VARIABLE.fullmatch(name):
            raise InvalidSpec(f"environment variable {name!r} is not a name")
    for mount in spec.mounts:
        _check_mount(mount.source, mount.target)
    _check_limits(spec)
    for rule in spec.egress:
        try:
            _ = parse(rule)
        except InvalidRule as error:
            raise InvalidSpec(str(error)) from None


def _check_mount(source: Path, target: str) -> None:
    if target != os.path.normpath(target) or not target.startswith("/"):
        raise InvalidSpec(f"mount target {target!r} is not a plain absolute path")
    if target in _PATHS_OURS or target.split("/")[1] in _TOP_OURS:
        raise InvalidSpec(
            f"mount target {target!r} belongs to the sandbox: choose one below "
            f"{HOME}, /mnt, /srv or /data"
        )
    if not source.exists():
        raise InvalidSpec(f"mount source {str(source)!r} does not exist on this host")


def _check_limits(spec: SandboxSpec) -> None:
    limits = spec.limits
    for name, value, least in (
        ("memory_bytes", limits.memory_bytes, 16 << 20),
        ("cpus", limits.cpus, 0.01),
        ("pids", limits.pids, 8),
    ):
        if value is not None and value < least:
            raise InvalidSpec(f"limit {name}={value} is too low: at least {least}")


def _check_address(server: str) -> None:
    if server.startswith("unix:/"):
        return
    host, colon, port = server.rpartition(":")
    if not host or not colon or not port.isdigit():
        raise InvalidSpec(f"server address {server!r} is not host:port or unix:/path")


def _search_path(tools: Toolchain) -> list[str]:
    """The workspace's own programs, ours, then the host's as far as they are visible."""
    words = [f"{HOME}/.local/bin", f"{AGENTS}/bin"]
    if tools.node is not None:
        words.append(f"{NODE}/bin")
    words += _SYSTEM_PATH
    # The host's additions below /usr, for example /usr/local/go/bin.
    words += [w for w in _host_path(os.environ) if w.startswith("/usr/")]
    words.append(f"{PYTHON}/bin")  # last: the host's own python3 comes before ours
    return list(dict.fromkeys(words))


def _host_path(host: Mapping[str, str]) -> list[str]:
    return [w for w in host.get("PATH", "").split(":") if os.path.isdir(w)]  # noqa: PTH112 - words of PATH
