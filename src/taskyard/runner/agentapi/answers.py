"""Bodies as AgentAPI's clients read them: JSON with a schema link, and problem documents."""

import json
from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any

from taskyard.runner.agentapi.http import Request, Response

__all__ = ["json_answer", "problem", "text_answer"]


def json_answer(
    request: Request,
    schema: str,
    body: Mapping[str, Any],
    *,
    status: HTTPStatus = HTTPStatus.OK,
    kind: str = "application/json",
) -> Response:
    """A JSON body with `$schema` and the `Link` header that goes with it."""
    path = f"/schemas/{schema}.json"
    url = f"http://{request.headers.get('host', 'localhost')}{path}"
    return Response(
        status=status,
        headers=[("content-type", kind), ("link", f'<{path}>; rel="describedBy"')],
        body=json.dumps({"$schema": url, **body}).encode(),
    )


def problem(
    request: Request,
    status: HTTPStatus,
    detail: str,
    errors: Sequence[Mapping[str, Any]] = (),
) -> Response:
    """An RFC 9457 problem; clients show `detail` and `errors[].message`."""
    body: dict[str, Any] = {
        "title": status.phrase,
        "status": int(status),
        "detail": detail,
    }
    if errors:
        body["errors"] = list(errors)
    kind = "application/problem+json"
    return json_answer(request, "ErrorModel", body, status=status, kind=kind)


def text_answer(status: HTTPStatus, text: str) -> Response:
    return Response(
        status=status,
        headers=[
            ("content-type", "text/plain; charset=utf-8"),
            ("x-content-type-options", "nosniff"),
        ],
        body=f"{text}\n".encode(),
    )
