"""API tokens: for scripts, the CI and other machines."""

from datetime import timedelta
from typing import Annotated, Literal

import typer

from taskyard.cli.durations import parse_duration
from taskyard.cli.lazy import group
from taskyard.cli.output import (
    Columns,
    ColumnsOption,
    FormatOption,
    JsonOption,
    ago,
    note,
    print_json,
    print_rows,
    print_text,
    wants_json,
)
from taskyard.cli.session import run
from taskyard.kit.clock import SystemClock
from taskyard.protocol.api.users import CreatedToken, CreateToken, Token
from taskyard.sdk import Client

__all__ = ["app"]

app = group("Manage your API tokens.")


def _columns() -> Columns[Token]:
    now = SystemClock().now()
    return {
        "id": lambda token: token.id,
        "name": lambda token: token.token_name,
        "scope": lambda token: token.scope,
        "last used": lambda token: ago(token.last_used, now),
        "expires at": lambda token: f"{token.expires_at:%Y-%m-%d %H:%M}",
        "created at": lambda token: f"{token.created_at:%Y-%m-%d %H:%M}",
    }


@app.command("create")
def create(
    name: Annotated[str, typer.Option("--name", "-n", help="To know it by.")] = "",
    lifetime: Annotated[
        str, typer.Option(help="Such as 12h or 30d; the server's default if empty.")
    ] = "",
    scope: Annotated[
        Literal["all", "application_connect", "read"], typer.Option()
    ] = "all",
    as_json: JsonOption = False,
) -> None:
    """Make a token and print it; the server shows it this once only."""
    wanted = parse_duration(lifetime) if lifetime else timedelta()
    body = CreateToken(
        token_name=name, scope=scope, lifetime=int(wanted.total_seconds()) * 10**9
    )
    key = run(lambda client: client.users.create_token(body))
    if as_json:
        print_json(CreatedToken(key=key))
    else:
        print_text(key)


@app.command("list")
def list_tokens(
    output: FormatOption = "table",
    columns: ColumnsOption = None,
    as_json: JsonOption = False,
) -> None:
    """List your tokens, without the secrets."""
    tokens = run(lambda client: client.users.tokens())
    if wants_json(output, as_json):
        print_json(tokens)
    else:
        print_rows(
            tokens,
            _columns(),
            chosen=columns,
            default=["id", "name", "scope", "last used", "expires at"],
            empty="There is no token. Make one with `taskyard token create`.",
        )


@app.command("revoke")
def revoke(
    token: Annotated[str, typer.Argument(help="Its id or its name.")],
) -> None:
    """Make a token worthless at once."""
    run(lambda client: _revoke(client, token))
    note(f"Token {token} is revoked.")


async def _revoke(client: Client, token: str) -> None:
    known = {each.token_name: each.id for each in await client.users.tokens()}
    await client.users.revoke_token(known.get(token, token))
