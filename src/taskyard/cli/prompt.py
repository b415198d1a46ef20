"""Where a prompt comes from: the argument, a pipe, or the person at the terminal."""

import sys

import typer

from taskyard.kit.errors import InvalidRequest

__all__ = ["confirm", "read_prompt"]


def read_prompt(argument: str | None, *, from_stdin: bool, question: str) -> str:
    """The text, which is never blank."""
    if from_stdin or argument == "-":
        text = sys.stdin.read()
    elif argument is not None:
        text = argument
    elif sys.stdin.isatty():
        text = str(typer.prompt(question, err=True))
    else:
        text = sys.stdin.read()
    if not text.strip():
        raise InvalidRequest(
            "The prompt is empty.", detail="Write it as an argument, or use --stdin."
        )
    return text


def confirm(question: str, *, yes: bool) -> None:
    """Go on, or leave; without a terminal to ask at, `--yes` must be given."""
    if yes:
        return
    if not sys.stdin.isatty():
        raise InvalidRequest(
            "There is no terminal to confirm at.", detail="Add --yes to go on."
        )
    typer.confirm(question, abort=True, err=True)
