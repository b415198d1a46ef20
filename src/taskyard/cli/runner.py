"""What runs inside a workspace, called through the installed command for development."""

import sys
from typing import Annotated

import typer

from taskyard.runner.main import main

__all__ = ["agentapi", "runner"]

Arguments = Annotated[list[str] | None, typer.Argument()]


def runner(arguments: Arguments = None) -> None:
    """Everything after `runner` is the runner's own command line."""
    sys.exit(main(arguments or []))


def agentapi(arguments: Arguments = None) -> None:
    """Everything after `agentapi` is its own command line, with its `--`."""
    # The parser has dropped the `--` that parts our flags from the agent's.
    words = sys.argv[sys.argv.index("agentapi") :] if "agentapi" in sys.argv else []
    sys.exit(main(words or ["agentapi", *(arguments or [])]))
