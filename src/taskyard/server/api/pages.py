"""The web pages: files that `make ui` built, and `index.html` for every page of the app."""

import asyncio
from http import HTTPStatus
from importlib import resources
from pathlib import Path
from typing import Final

from fastapi import APIRouter
from starlette.responses import FileResponse, HTMLResponse, Response

from taskyard.kit.errors import NotFound

__all__ = ["router", "static_dir"]

#: Paths that are never a page: an unknown one is a mistake of a program.
_PROGRAMS: Final = ("api/", "gateway/", "bin/", "healthz", "@")
_NOT_BUILT: Final = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>Taskyard</title></head>
<body style="font: 16px/1.5 system-ui; max-width: 36em; margin: 4em auto">
<h1>Taskyard is running</h1>
<p>Its web pages have not been built. In the checkout, run</p>
<pre>make ui</pre>
<p>and reload this page. The API and the command line work without them.</p>
</body></html>
"""

router = APIRouter(include_in_schema=False)


def static_dir() -> Path:
    return Path(str(resources.files("taskyard.server"))) / "static"


@router.get("/{path:path}")
async def page(path: str) -> Response:
    if path.startswith(_PROGRAMS):
        raise NotFound("Route not found.")
    return await asyncio.to_thread(_answer, static_dir(), path)


def _answer(root: Path, path: str) -> Response:
    file = (root / path).resolve()
    if path and file.is_relative_to(root.resolve()) and file.is_file():
        # The build puts a hash of the content into the names under assets/.
        lasting = path.startswith("assets/")
        caching = "public, max-age=31536000, immutable" if lasting else "no-cache"
        return FileResponse(file, headers={"cache-control": caching})
    if path.startswith("assets/"):
        raise NotFound("Route not found.")

    index = root / "index.html"
    if not index.is_file():
        return HTMLResponse(_NOT_BUILT, status_code=HTTPStatus.OK)
    return FileResponse(index, headers={"cache-control": "no-cache"})
