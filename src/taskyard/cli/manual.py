"""`taskyard manual`: the page docs/reference/cli.md, from the commands themselves."""

from collections.abc import Iterator
from typing import Any, Final

import typer

from taskyard.cli.lazy import load
from taskyard.cli.main import COMMANDS, app

__all__ = ["manual", "page"]

_WIDTH: Final = 88
_HEAD: Final = """\
# Command line

Written by `taskyard manual`; change the commands, not this page.

Every command that shows something takes `--json` and prints the API's own shapes.
Results go to stdout, progress and errors to stderr. Colour and cut lines are for
terminals only.

The server is named by `--url`, `TASKYARD_URL` or `CODER_URL`, else by what
`taskyard login` kept in `~/.config/taskyard/config.json` (`TASKYARD_CONFIG_DIR` names
another folder), else it is `http://127.0.0.1:7080`. The token comes from `--token`,
`TASKYARD_TOKEN` or `CODER_SESSION_TOKEN`, else from `login`, which is used for its own
server only.

A task or workspace is named by `NAME`, `OWNER/NAME` or its id.

## Exit status

| status | meaning |
| --- | --- |
| 0 | done |
| 1 | failed, or not reached in time |
| 2 | the command or its input is wrong |
| 3 | there is no such thing, or not for you |
| 4 | sign in, or you are not allowed to |
| 5 | not in the state that it is in now |
| 6 | the server or the workspace does not answer |
| 7 | the task or its build failed |
| 130 | interrupted |

Ctrl-C leaves a task on the server as it is. `task create` asks whether to delete the
task that it is waiting for; `--cancel-on-interrupt` says so beforehand.

## Completion

`taskyard --install-completion` teaches the shell; `--show-completion` prints what it
would install.
"""


def manual() -> None:
    """Print the reference of the command line as Markdown."""
    typer.echo(page(), nl=False)


def page() -> str:
    sections = [_section("taskyard", typer.main.get_command(app))]
    for name, entry in sorted(COMMANDS.items()):
        if not entry.hidden:
            sections += _sections(f"taskyard {name}", load(name, entry))
    return _HEAD + "".join(sections)


def _sections(path: str, command: Any) -> Iterator[str]:
    yield _section(path, command)
    for name, child in sorted(getattr(command, "commands", {}).items()):
        if not child.hidden:
            yield from _sections(f"{path} {name}", child)


def _section(path: str, command: Any) -> str:
    context = command.context_class(
        command, info_name=path, terminal_width=_WIDTH, max_content_width=_WIDTH
    )
    text = "\n".join(line.rstrip() for line in command.get_help(context).splitlines())
    return f"\n## {path}\n\n```text\n{text}\n```\n"
