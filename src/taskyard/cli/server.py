"""The server's and the provisioner's programs."""

import json
import os
import sys
from pathlib import Path
from typing import Annotated, Any

import typer
from pydantic import ValidationError

from taskyard.kit.errors import InvalidRequest
from taskyard.server.config import Config
from taskyard.server.launch.reference import settings_reference
from taskyard.server.main import create_app, run

__all__ = ["openapi", "server", "settings"]


def server(
    listen: Annotated[
        str, typer.Option(help="HOST:PORT to serve on. [TASKYARD_LISTEN]")
    ] = "",
    access_url: Annotated[
        str, typer.Option(help="The URL people reach it at. [TASKYARD_ACCESS_URL]")
    ] = "",
    data_dir: Annotated[
        Path | None,
        typer.Option(help="Where everything is kept. [TASKYARD_DATA_DIR]"),
    ] = None,
    provisioners: Annotated[
        int | None,
        typer.Option(help="How many to start along. [TASKYARD_PROVISIONERS]"),
    ] = None,
    import_starter: Annotated[
        bool,
        typer.Option(
            "--import-starter",
            help="Import the starter template. [TASKYARD_IMPORT_STARTER]",
        ),
    ] = False,
) -> None:
    """Run the server until Ctrl-C. All other settings: docs/reference/settings.md."""
    given: dict[str, Any] = {
        "listen": listen,
        "access_url": access_url,
        "data_dir": data_dir,
        "provisioners": provisioners,
        "import_starter": import_starter or None,
    }
    if listen and not access_url and "TASKYARD_ACCESS_URL" not in os.environ:
        given["access_url"] = f"http://{listen}"
    config = _config(
        {name: value for name, value in given.items() if value not in ("", None)}
    )
    run(config)


def openapi() -> None:
    """Print the API's description as JSON; needs no database and no running server."""
    description = create_app(Config()).openapi()
    sys.stdout.write(json.dumps(description, indent=1, sort_keys=True) + "\n")


def settings() -> None:
    """Print the reference page of the server's settings."""
    sys.stdout.write(settings_reference())


def _config(given: dict[str, Any]) -> Config:
    """From the environment, with `given` on top."""
    try:
        return Config(**given)
    except ValidationError as error:
        problems = [
            f"TASKYARD_{'_'.join(map(str, each['loc'])).upper()}: {each['msg']}"
            for each in error.errors()
        ]
        raise InvalidRequest(
            "A setting cannot be used.", detail="\n".join(problems)
        ) from error
