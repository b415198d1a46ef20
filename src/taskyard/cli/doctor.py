"""`taskyard doctor`: what this machine can do, whether the server answers."""

from pathlib import Path
from typing import Annotated

import typer

from taskyard.cli.exit_codes import ExitCode
from taskyard.cli.output import JsonOption, Style, print_json, print_text
from taskyard.cli.session import run, settings
from taskyard.kit.errors import TaskyardError
from taskyard.protocol.api.users import BuildInfo
from taskyard.provisioner.isolation.doctor import Check, examine
from taskyard.server.config import default_data_dir

__all__ = ["doctor"]


def doctor(
    server: Annotated[
        bool, typer.Option(help="Ask whether the server answers, too.")
    ] = True,
    data_dir: Annotated[
        Path | None,
        typer.Option(
            help="Where the server keeps its data.", envvar="TASKYARD_DATA_DIR"
        ),
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Say what this machine can do for workspaces, and how to fix what it cannot."""
    folder = data_dir or default_data_dir()
    checks = examine(folder, folder / "agents")
    if server:
        checks.append(_server())
    if as_json:
        print_json({"checks": [_as_json(check) for check in checks]})
    else:
        for check in checks:
            _show(check)
    if any(not check.ok and check.level == "error" for check in checks):
        raise typer.Exit(ExitCode.FAILED)


def _server() -> Check:
    url = settings().url
    try:
        found: BuildInfo = run(lambda client: client.build_info())
    except TaskyardError as error:
        return Check(
            name="server",
            ok=False,
            level="warning",
            finding=f"{url}: {error.message}",
            fix=error.detail or "start it: taskyard server",
        )
    return Check(
        name="server",
        ok=True,
        level="info",
        finding=f"{url} answers: Taskyard {found.taskyard_version}",
    )


def _show(check: Check) -> None:
    marks: dict[str, tuple[str, Style]] = {
        "error": ("FAIL", "red"),
        "warning": ("warn", "yellow"),
        "info": ("note", "dim"),
    }
    mark, style = ("ok", "green") if check.ok else marks[check.level]
    print_text(f"{mark:<5}", style, end="")
    print_text(f"{check.name}: {check.finding}")
    if check.fix:
        print_text(f"      fix: {check.fix}", "dim")


def _as_json(check: Check) -> dict[str, object]:
    return {
        "name": check.name,
        "ok": check.ok,
        "level": check.level,
        "finding": check.finding,
        "fix": check.fix,
    }
