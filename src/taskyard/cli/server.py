"""The server's and the provisioner's programs."""

import json
import sys

from taskyard.server.config import Config
from taskyard.server.main import create_app

__all__ = ["openapi"]


def openapi() -> None:
    """Print the API's description as JSON; needs no database and no running server."""
    description = create_app(Config()).openapi()
    sys.stdout.write(json.dumps(description, indent=1, sort_keys=True) + "\n")
