"""A provisioner: its own process, here or on another host."""

import os
from pathlib import Path
from typing import Annotated

import typer

from taskyard.kit import logs
from taskyard.kit.errors import InvalidRequest
from taskyard.provisioner.main import run
from taskyard.provisioner.settings import InvalidSettings, Settings

__all__ = ["provisioner"]


def provisioner(
    server: Annotated[
        str, typer.Option(help="The server's URL. [TASKYARD_SERVER_URL]")
    ] = "",
    key_file: Annotated[
        Path | None,
        typer.Option(help="A file with its key. [TASKYARD_PROVISIONER_KEY: the key]"),
    ] = None,
    data_dir: Annotated[
        Path | None,
        typer.Option(help="Where sandboxes and caches are. [TASKYARD_DATA_DIR]"),
    ] = None,
    die_with_parent: Annotated[
        bool, typer.Option(help="End when the process that started it ends.")
    ] = False,
) -> None:
    """Run builds for a server: SIGTERM finishes what runs, Ctrl-C ends it."""
    logs.configure("console", "info")
    try:
        settings = Settings.from_environment(
            os.environ,
            server_url=server,
            key=_key(key_file),
            data_dir=data_dir,
            die_with_parent=die_with_parent,
        )
    except InvalidSettings as error:
        raise InvalidRequest(
            "The provisioner cannot start.", detail=str(error)
        ) from error
    raise typer.Exit(run(settings))


def _key(file: Path | None) -> str:
    if file is None:
        return ""
    try:
        return file.read_text().strip()
    except OSError as error:
        raise InvalidRequest(
            f"The key file {file} cannot be read.", detail=error.strerror or ""
        ) from error
