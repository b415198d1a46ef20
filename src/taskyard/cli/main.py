"""The `taskyard` command: its groups, the flags before them, and how it fails."""

import os
import sys
from collections.abc import Sequence
from contextvars import copy_context
from typing import Annotated, ClassVar

import typer

from taskyard.cli import flags
from taskyard.cli.exit_codes import ExitCode, for_error
from taskyard.cli.lazy import LazyCommand, LazyGroup
from taskyard.kit.errors import InvalidRequest, TaskyardError

__all__ = ["COMMANDS", "app", "main"]

COMMANDS: dict[str, LazyCommand] = {
    "server": LazyCommand("taskyard.cli.server:server", "Run the server."),
    "provisioner": LazyCommand(
        "taskyard.cli.provisioner:provisioner", "Run builds for a server."
    ),
    "setup": LazyCommand(
        "taskyard.cli.auth:setup", "Make the first user of a new server."
    ),
    "login": LazyCommand("taskyard.cli.auth:login", "Sign in and remember it."),
    "logout": LazyCommand("taskyard.cli.auth:logout", "Sign out and forget it."),
    "whoami": LazyCommand("taskyard.cli.auth:whoami", "Show who is signed in, where."),
    "task": LazyCommand("taskyard.cli.task:app", "Create, watch and steer tasks."),
    "tasks": LazyCommand("taskyard.cli.task:app", "The same as `task`.", hidden=True),
    "template": LazyCommand(
        "taskyard.cli.template:app", "Push and manage templates of workspaces."
    ),
    "templates": LazyCommand(
        "taskyard.cli.template:app", "The same as `template`.", hidden=True
    ),
    "workspace": LazyCommand(
        "taskyard.cli.workspace:app", "Look at workspaces; start, stop, delete."
    ),
    "user": LazyCommand("taskyard.cli.user:app", "Manage users."),
    "token": LazyCommand("taskyard.cli.token:app", "Manage your API tokens."),
    "mcp": LazyCommand("taskyard.cli.mcp:app", "Offer tasks to MCP clients."),
    "acp": LazyCommand(
        "taskyard.cli.acp:acp", "Let an editor work with tasks; the editor starts it."
    ),
    "agents": LazyCommand(
        "taskyard.cli.agents:app", "Install coding agents on this host."
    ),
    "doctor": LazyCommand(
        "taskyard.cli.doctor:doctor", "Say what this machine can do, and how to fix it."
    ),
    "manual": LazyCommand(
        "taskyard.cli.manual:manual", "Print docs/reference/cli.md.", hidden=True
    ),
    "openapi": LazyCommand(
        "taskyard.cli.server:openapi", "Print the API's description.", hidden=True
    ),
    "settings": LazyCommand(
        "taskyard.cli.server:settings",
        "Print the reference of the server's settings.",
        hidden=True,
    ),
    "runner": LazyCommand(
        "taskyard.cli.runner:runner",
        "Run inside a workspace (see `runner --help`).",
        hidden=True,
        passes_through=True,
    ),
    "agentapi": LazyCommand(
        "taskyard.cli.runner:agentapi",
        "Serve an agent over the AgentAPI.",
        hidden=True,
        passes_through=True,
    ),
}


class _Commands(LazyGroup):
    lazy: ClassVar[dict[str, LazyCommand]] = COMMANDS


app = typer.Typer(
    cls=_Commands,
    no_args_is_help=True,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)


def _show_version(wanted: bool) -> None:
    if wanted:
        from importlib.metadata import version  # noqa: PLC0415 - 20 ms, rarely needed

        typer.echo(f"taskyard {version('taskyard')}")
        raise typer.Exit


@app.callback()
def root(
    url: Annotated[
        str, typer.Option(help="The server.", envvar=["TASKYARD_URL", "CODER_URL"])
    ] = "",
    token: Annotated[
        str,
        typer.Option(
            help="A session or API token for it.",
            envvar=["TASKYARD_TOKEN", "CODER_SESSION_TOKEN"],
            show_envvar=True,
        ),
    ] = "",
    version: Annotated[  # noqa: ARG001 - acts by its callback
        bool,
        typer.Option(
            "--version", help="Show the version.", callback=_show_version, is_eager=True
        ),
    ] = False,
) -> None:
    """Run coding agents, each task in its own real workspace."""
    flags.remember(flags.Flags(url=url, token=token))


def main(arguments: Sequence[str] | None = None) -> None:
    """Run and exit; every failure is one message on stderr and a documented status."""
    try:
        # The flags before the command live in a context variable of this call only.
        copy_context().run(app, arguments, prog_name="taskyard")
    except TaskyardError as error:
        _report(error)
        sys.exit(for_error(error))
    except OSError as error:
        if error.filename is None:
            raise  # no file that a person has named
        reason = f"{error.filename}: {error.strerror}."
        _report(InvalidRequest("A file or folder cannot be used.", detail=reason))
        sys.exit(ExitCode.USAGE)
    except SystemExit as left:
        why = _cause(left)
        if isinstance(why, typer.Abort) and isinstance(
            why.__context__, KeyboardInterrupt
        ):
            sys.exit(ExitCode.INTERRUPTED)  # Ctrl-C at a question
        if not isinstance(why, BrokenPipeError):
            raise
        # `taskyard task list | head`: the reader left, which typer takes for a failure
        # and Python would complain of at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(ExitCode.OK)


def _cause(left: SystemExit) -> BaseException | None:
    """What ended the command; that its reader has left may show only now."""
    if not sys.stdout.closed:  # by `taskyard acp`, whose pipe it was
        try:
            sys.stdout.flush()
        except BrokenPipeError as gone:
            return gone
    return left.__context__


def _report(error: TaskyardError) -> None:
    typer.secho(f"Error: {error.message}", fg="red", err=True)
    for validation in error.validations:
        typer.echo(f"  {validation.field}: {validation.detail}", err=True)
    if error.detail:
        typer.echo(error.detail, err=True)


if __name__ == "__main__":
    main()
