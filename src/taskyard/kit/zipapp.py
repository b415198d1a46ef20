"""Pack Python packages into one file that any Python of the right version can run."""

import importlib.util
import io
import marshal
import platform
import struct
import sys
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path, PurePosixPath
from typing import Final

__all__ = ["RUNNER", "CannotPack", "build", "without_symbols"]

#: What the workspace's runner consists of. A name ending in `.*` stands for the package
#: with all below it, others for that one module (and the packages it lies in).
RUNNER: Final = (
    "taskyard.runner.*",
    "taskyard.protocol.link",
    "taskyard.protocol.sessions",
    "taskyard.protocol.terminal",
    "taskyard.kit.clock",
    "taskyard.kit.mux.*",
    "taskyard.kit.shapes",
    "taskyard.kit.supervisor",
    "h11.*",
    "typing_extensions",
    "websockets.*",
)

#: Parts that a client does not need: other concurrency models, servers, the command line.
_LEFT_OUT: Final = (
    "websockets/legacy/",
    "websockets/sync/",
    "websockets/trio/",
    "websockets/__main__.py",
    "websockets/asyncio/router.py",
    "websockets/asyncio/server.py",
    "websockets/auth.py",
    "websockets/cli.py",
    "websockets/server.py",
    "h11/tests/",
)
#: The flag of bytecode that is found by hash and not compared (PEP 552).
_UNCHECKED: Final = (1).to_bytes(4, "little")
_TIMESTAMP: Final = (1980, 1, 1, 0, 0, 0)
_MAIN: Final = """\
import sys

TASKYARD_ENTRY = sys.path[0]
if sys.version_info < (3, 11):
    sys.exit("taskyard-runner needs Python 3.11 or newer, this is " + sys.version.split()[0])

from taskyard.runner.main import main

sys.exit(main(sys.argv[1:]))
"""


class CannotPack(Exception):
    """A package is not installed as Python source; the text names it."""


def build(packages: Sequence[str] = RUNNER, *, main: str = _MAIN) -> bytes:
    """The archive's bytes: the same input gives the same bytes, always.

    Modules are found, not imported. Binary parts are left out: packages must work
    without them. Two things go along for machines like this one: the terminal emulator's
    shared library below `lib/`, where `pyghostty` is installed, and the bytecode of this
    Python (compiling all of it takes half a second of every workspace's first start);
    another Python reads the sources. Raises `CannotPack`.
    """
    files: dict[str, bytes] = {"__main__.py": main.encode(), **_libraries()}
    for name in packages:
        files.update(_files(name))
    files.update(_bytecode(files))
    out = io.BytesIO()
    out.write(b"#!/usr/bin/env python3\n")
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        for path in sorted(files):
            info = zipfile.ZipInfo(path, _TIMESTAMP)
            info.compress_type = zipfile.ZIP_DEFLATED
            info.external_attr = 0o644 << 16
            archive.writestr(info, files[path])
    return out.getvalue()


def _files(name: str) -> Iterator[tuple[str, bytes]]:
    whole = name.endswith(".*")
    module = name.removesuffix(".*")
    parents = module.split(".")[:-1]
    for depth in range(1, len(parents) + 1):
        yield from _one(".".join(parents[:depth]))
    if not whole:
        yield from _one(module)
        return
    source = _source(module)
    base = PurePosixPath(*module.split("."))
    for file in sorted(source.parent.rglob("*")):
        if file.suffix not in (".py", ".sh") or "__pycache__" in file.parts:
            continue
        path = str(base / file.relative_to(source.parent).as_posix())
        if not path.startswith(_LEFT_OUT):
            yield path, file.read_bytes()


def _bytecode(files: Mapping[str, bytes]) -> dict[str, bytes]:
    """The compiled modules, where an import from an archive looks for them.

    They are not compared with their sources (PEP 552). The format without references (2)
    is the one whose bytes do not depend on what else this process holds.
    """
    compiled: dict[str, bytes] = {}
    for path, source in files.items():
        if not path.endswith(".py"):
            continue
        code = compile(source, path, "exec", dont_inherit=True, optimize=0)
        digest = importlib.util.source_hash(source)
        head = importlib.util.MAGIC_NUMBER + _UNCHECKED + digest
        compiled[f"{path}c"] = head + marshal.dumps(code, 2)
    return compiled


def _one(module: str) -> Iterator[tuple[str, bytes]]:
    source = _source(module)
    path = PurePosixPath(*module.split("."))
    is_package = source.name == "__init__.py"
    yield f"{path}/__init__.py" if is_package else f"{path}.py", source.read_bytes()


def _libraries() -> dict[str, bytes]:
    """Shared libraries that the runner loads by path, once it is unpacked."""
    spec = importlib.util.find_spec("pyghostty")
    if spec is None or not spec.origin:
        return {}
    library = Path(spec.origin).parent / "_lib" / "libghostty-vt.so"
    if not library.is_file():
        return {}
    folder = f"lib/{sys.platform}-{platform.machine()}"
    return {f"{folder}/{library.name}": without_symbols(library.read_bytes())}


def without_symbols(library: bytes) -> bytes:
    """An ELF library cut after what is loaded: debug symbols are four fifths of it.

    Only the program headers matter to the loader; the section headers, which lie behind
    the symbols, are declared absent. What is no 64-bit little-endian ELF stays whole.
    """
    if library[:6] != b"\x7fELF\x02\x01":
        return library
    (table,) = struct.unpack_from("<Q", library, 32)
    entry, count = struct.unpack_from("<HH", library, 54)
    end = table + entry * count
    for number in range(count):
        offset, size = struct.unpack_from("<8xQ16xQ", library, table + entry * number)
        end = max(end, offset + size)
    head = bytearray(library[:end])
    struct.pack_into("<Q", head, 40, 0)
    struct.pack_into("<HHH", head, 58, 0, 0, 0)
    return bytes(head)


def _source(module: str) -> Path:
    spec = importlib.util.find_spec(module)
    if spec is None or spec.origin is None or not spec.origin.endswith(".py"):
        raise CannotPack(f"{module} is not installed as Python source")
    return Path(spec.origin)
