"""Build the web pages into the package, unless they are already there.

An editable install builds nothing: `make ui` does, and the server says so until then. An
unpacked source distribution carries the pages, so that installing it needs no Node.js.
`TASKYARD_SKIP_UI=1` makes a wheel without them.
"""

import os
import shutil
import subprocess
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class BuildUi(BuildHookInterface):
    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        del build_data
        if version == "editable" or os.environ.get("TASKYARD_SKIP_UI") == "1":
            return
        root = Path(__file__).parent
        if (root / "src/taskyard/server/static/index.html").exists():
            return
        npm = shutil.which("npm")
        if npm is None:
            raise RuntimeError(
                "The web pages need Node.js 20 or newer with npm to be built; "
                "or set TASKYARD_SKIP_UI=1 for a server without them."
            )
        web = root / "web"
        install = ["install", "--no-save", "--no-audit", "--no-fund"]
        subprocess.run([npm, *install], cwd=web, check=True)
        subprocess.run([npm, "run", "build"], cwd=web, check=True)
