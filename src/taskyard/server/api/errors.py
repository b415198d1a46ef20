"""Render errors in the one body that every client of the contract knows."""

from http import HTTPStatus
from typing import Any, Final

import structlog
from fastapi import FastAPI, Request, WebSocket
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from psycopg.errors import DeadlockDetected, SerializationFailure
from sqlalchemy.exc import DataError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from starlette.exceptions import HTTPException
from starlette.responses import Response

from taskyard.kit.errors import InvalidRequest, TaskyardError, Unavailable
from taskyard.protocol.api.common import ErrorBody, FieldError

__all__ = ["install", "render"]

log: structlog.stdlib.BoundLogger = structlog.get_logger()

#: Psycopg counts them among the operational errors, as an outage; they are none.
_COLLISIONS: Final = (DeadlockDetected, SerializationFailure)


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


async def _known(connection: Request | WebSocket, exc: Exception) -> Response | None:
    assert isinstance(exc, TaskyardError)  # noqa: S101 - narrows for the type checker
    response = render(exc)
    if isinstance(connection, WebSocket):
        # Before it is accepted, a WebSocket is refused with an ordinary HTTP answer.
        await connection.send_denial_response(response)
        return None
    return response


async def _database_failed(
    connection: Request | WebSocket, exc: Exception
) -> Response | None:
    if isinstance(getattr(exc, "orig", None), _COLLISIONS):
        log.error("transactions_collided", path=connection.url.path, error=str(exc))
        return await _known(
            connection,
            Unavailable(
                "Another change of the same thing got in the way; try again.",
                detail="Nothing of this request was stored.",
            ),
        )
    log.warning("database_unreachable", path=connection.url.path, error=str(exc))
    return await _known(
        connection,
        Unavailable(
            "The database does not answer at the moment; try again.",
            detail="The server reconnects by itself; its log says why it was away.",
        ),
    )


async def _unstorable(
    connection: Request | WebSocket, exc: Exception
) -> Response | None:
    log.info("unstorable_value", path=connection.url.path, error=str(exc))
    return await _known(
        connection,
        InvalidRequest(
            "The request holds a value that cannot be stored.",
            detail="Leave out NUL characters, and numbers of more than 64 bits.",
        ),
    )


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
    # Starlette's types know no handler for both kinds of connection; its code does.
    handler: Any = _known
    app.add_exception_handler(TaskyardError, handler)
    handler = _database_failed
    app.add_exception_handler(OperationalError, handler)
    app.add_exception_handler(PoolTimeout, handler)
    handler = _unstorable
    app.add_exception_handler(DataError, handler)
    app.add_exception_handler(RequestValidationError, _malformed)
    app.add_exception_handler(HTTPException, _http)
    app.add_exception_handler(Exception, _unknown)
