"""`agentapi server`, `agentapi attach` and `agentapi --version`, in and out of workspaces."""

import argparse
import json
import os
import sys
from dataclasses import replace
from typing import Final

from taskyard.runner.agentapi.openapi import document
from taskyard.runner.agentapi.standalone.options import HelpWanted, UsageError, parse

__all__ = ["COMPATIBLE_VERSION", "main"]

#: The release whose flags, routes and files these are; scripts read the last word.
COMPATIBLE_VERSION: Final = "0.12.1"
_HELP: Final = """\
agentapi: an HTTP API for a coding agent in a terminal

  agentapi server [flags] -- agent [arguments]   run an agent and serve its API
  agentapi attach --url URL                      show the agent's terminal here
  agentapi --version

`agentapi server --help` lists the flags; each is also a variable AGENTAPI_<NAME>.
"""


def main(arguments: list[str]) -> int:
    match arguments:
        case ["--version" | "-v" | "version", *_]:
            sys.stdout.write(f"agentapi version {COMPATIBLE_VERSION}\n")
            return 0
        case ["server", *rest]:
            return _server(rest)
        case ["attach", *rest]:
            return _attach(rest)
        case [] | ["--help" | "-h" | "help", *_]:
            sys.stdout.write(_HELP)
            return 0
        case _:
            sys.stderr.write(f"agentapi: unknown command {arguments[0]!r}\n{_HELP}")
            return 2


def _server(arguments: list[str]) -> int:
    try:
        options = parse(arguments, os.environ)
    except HelpWanted as exc:
        sys.stdout.write(str(exc))
        return 0
    except UsageError as exc:
        sys.stderr.write(f"agentapi: {exc}\n")
        return 1
    if options.print_openapi:
        sys.stdout.write(json.dumps(document(), indent=2) + "\n")
        return 0
    if options.exit:
        return 0
    from taskyard.runner.agentapi.standalone import server  # noqa: PLC0415 - slow

    if not options.initial_prompt:
        options = replace(options, initial_prompt=server.piped_prompt())
    return server.run(options)


def _attach(arguments: list[str]) -> int:
    from taskyard.runner.agentapi.standalone.attach import (  # noqa: PLC0415 - slow
        CannotAttach,
        attach,
    )

    parser = argparse.ArgumentParser(prog="agentapi attach")
    parser.add_argument("--url", "-u", default="http://localhost:3284")
    try:
        return attach(str(parser.parse_args(arguments).url))
    except CannotAttach as exc:
        sys.stderr.write(f"agentapi: {exc}\n")
        return 1
