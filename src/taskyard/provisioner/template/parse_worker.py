"""Evaluate templates without Terraform: one JSON line in, one out.

Run by file, as a process of its own: a template can make the evaluator hang or eat
memory, and then this process is killed. Needs nothing but tfparse.
"""

import ctypes
import json
import os
import resource
import signal
import sys
from importlib import import_module
from typing import Any

ADDRESS_SPACE = (
    3 << 30
)  # Go reserves a lot of it without using it; 1 GiB does not start
PR_SET_PDEATHSIG = 1


def variables(blocks: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The root module's, in the order of file and line."""
    own = [b for b in blocks if b["__tfmeta"]["path"].startswith("variable.")]
    own.sort(key=lambda b: (b["__tfmeta"]["filename"], b["__tfmeta"]["line_start"]))
    return [
        {
            "name": block["__tfmeta"]["label"],
            "place": f"{block['__tfmeta']['filename']}:{block['__tfmeta']['line_start']}",
            "type": block.get("type"),
            "description": block.get("description"),
            "required": "default" not in block,
            "default": block.get("default"),
            "sensitive": block.get("sensitive") is True,
        }
        for block in own
    ]


def parse(directory: str) -> dict[str, Any]:
    # After the limits are set, and not at all where there is no build of it.
    try:
        tfparse: Any = import_module("tfparse")
    except ImportError:
        return {"variables": []}
    try:
        found: dict[str, Any] = tfparse.load_from_path(
            directory, stop_on_hcl_error=True
        )
    except tfparse.ParseError as error:
        return {"error": str(error)}
    return {"variables": variables(found.get("variable", []))}


def main() -> None:
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    resource.setrlimit(resource.RLIMIT_AS, (ADDRESS_SPACE, ADDRESS_SPACE))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))

    # The library may print; the answers need a channel of their own.
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)
    for line in sys.stdin:
        answers.write(json.dumps(parse(json.loads(line)), default=str) + "\n")
        answers.flush()


if __name__ == "__main__":
    main()
