"""Render errors in the one body that every client of the contract knows."""

from http import HTTPStatus

import structlog
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException

from taskyard.kit.errors import TaskyardError
from taskyard.protocol.api.common import ErrorBody, FieldError

__all__ = ["install", "render"]

log: structlog.stdlib.BoundLogger = structlog.get_logger()


def render(error: TaskyardError) -> JSONResponse:
    body = ErrorBody(
        message=error.message,
        detail=error.detail,
        validations=[
            FieldError(field=v.field, detail=v.detail) for v in error.validations
        ],
        code=error.code,
    )
    return JSONResponse(body.model_dump(), status_code=error.status)


async def _known(_: Request, exc: Exception) -> JSONResponse:
    assert isinstance(exc, TaskyardError)  # noqa: S101 - narrows for the type checker
    return render(exc)


async def _malformed(_: Request, exc: Exception) -> JSONResponse:
    assert isinstance(exc, RequestValidationError)  # noqa: S101 - as above
    fields = [
        FieldError(
            field=".".join(str(step) for step in problem["loc"][1:]) or "body",
            detail=str(problem["msg"]),
        )
        for problem in exc.errors()
    ]
    body = ErrorBody(
        message="The request is not of the expected form.",
        detail="; ".join(f"{f.field}: {f.detail}" for f in fields),
        validations=fields,
        code="malformed_request",
    )
    return JSONResponse(body.model_dump(), status_code=HTTPStatus.BAD_REQUEST)


async def _http(_: Request, exc: Exception) -> JSONResponse:
    assert isinstance(exc, HTTPException)  # noqa: S101 - as above
    message = (
        "Route not found."
        if exc.status_code == HTTPStatus.NOT_FOUND
        else str(exc.detail)
    )
    body = ErrorBody(message=message, code="http_error")
    return JSONResponse(
        body.model_dump(), status_code=exc.status_code, headers=exc.headers
    )


async def _unknown(request: Request, exc: Exception) -> JSONResponse:
    log.error("request_failed", path=request.url.path, exc_info=exc)
    body = ErrorBody(
        message="The server failed to answer this request.",
        detail="The server's log has the cause.",
        code="internal_error",
    )
    return JSONResponse(body.model_dump(), status_code=HTTPStatus.INTERNAL_SERVER_ERROR)


def install(app: FastAPI) -> None:
    app.add_exception_handler(TaskyardError, _known)
    app.add_exception_handler(RequestValidationError, _malformed)
    app.add_exception_handler(HTTPException, _http)
    app.add_exception_handler(Exception, _unknown)
