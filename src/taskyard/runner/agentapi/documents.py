"""Routes that describe the API: the OpenAPI document, its schemas, a page to read."""

import html
import json
from http import HTTPStatus
from typing import Final

from taskyard.runner.agentapi.answers import text_answer
from taskyard.runner.agentapi.http import Response
from taskyard.runner.agentapi.openapi import SCHEMAS, document

__all__ = ["documentation"]

#: A JSON document is YAML as well.
_DOCUMENTS: Final = {
    "/openapi.json": "application/openapi+json",
    "/openapi.yaml": "application/openapi+yaml",
}
_PAGE: Final = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>AgentAPI</title>
<style>body {{ font: 15px/1.5 system-ui, sans-serif; max-width: 52rem; margin: 2rem auto;
padding: 0 1rem; color-scheme: light dark }}</style></head><body>
<h1>AgentAPI</h1><p>The whole description is in <a href="openapi.json">openapi.json</a>.</p>
<dl>{routes}</dl></body></html>
"""


def documentation(path: str) -> Response:
    """What is at `path`; a 404 for what is not."""
    if kind := _DOCUMENTS.get(path):
        return _answer(kind, json.dumps(document()))
    if path == "/docs":
        return _answer("text/html; charset=utf-8", _page())
    name = path.removeprefix("/schemas/").removesuffix(".json")
    if path == f"/schemas/{name}.json" and name in SCHEMAS:
        return _answer("application/json", json.dumps(SCHEMAS[name]))
    return text_answer(HTTPStatus.NOT_FOUND, "404 page not found")


def _answer(kind: str, text: str) -> Response:
    return Response(headers=[("content-type", kind)], body=text.encode())


def _page() -> str:
    routes = (
        f"<dt><code>{method.upper()} {html.escape(path)}</code></dt>"
        f"<dd>{html.escape(route['summary'])}</dd>"
        for path, methods in document()["paths"].items()
        for method, route in methods.items()
    )
    return _PAGE.format(routes="".join(routes))
