"""Sign in and out, and make a new server's first user."""

import os
import sys
from typing import Annotated
from urllib.parse import parse_qs, urlsplit

import typer
from pydantic import SecretStr

from taskyard.cli import flags
from taskyard.cli.output import JsonOption, note, print_json, print_text
from taskyard.cli.session import run, settings
from taskyard.kit.errors import InvalidRequest, TaskyardError, Unauthenticated
from taskyard.protocol.api.users import CreateFirstUser, Login, User
from taskyard.sdk import Client, Settings
from taskyard.sdk.settings import config_file

__all__ = ["login", "logout", "read_password", "setup", "whoami"]

PasswordStdin = Annotated[
    bool, typer.Option("--password-stdin", help="Read the password from stdin.")
]


def login(
    url: Annotated[str, typer.Argument(help="The server.", show_default=False)] = "",
    username: Annotated[
        str, typer.Option("--username", "-u", help="Username or e-mail address.")
    ] = "",
    password_stdin: PasswordStdin = False,
    token: Annotated[
        str, typer.Option(help="Use this API token instead of a password.")
    ] = "",
) -> None:
    """Sign in; the URL and a token are kept for later commands (mode 0600)."""
    server = _server(url)
    if not token:
        username = username or typer.prompt("Username or e-mail", err=True)
        body = Login(email=username, password=read_password(password_stdin))
        flags.remember(flags.Flags(url=server))
        token = run(lambda client: client.users.login(body))

    flags.remember(flags.Flags(url=server, token=token))
    user = run(_me_with_given_token)
    path = config_file(os.environ)
    Settings(url=server, token=token).save(path)
    note(f"Signed in to {server} as {user.username}. Kept in {path}.", "green")


def logout() -> None:
    """End the session on the server and forget the token."""
    path = config_file(os.environ)
    kept = Settings.load(path)
    if not kept.token:
        note("Nobody is signed in.")
        return

    flags.remember(flags.Flags(url=kept.url, token=kept.token))
    try:
        run(lambda client: client.users.logout())
    except TaskyardError as error:
        # Forgotten here in any case; the session on the server ends by its age.
        note(f"The server was not told: {error.message}", "yellow")
    Settings(url=kept.url, token="").save(path)
    note(f"Signed out of {kept.url}.")


def whoami(as_json: JsonOption = False) -> None:
    """Show who is signed in, and on which server."""
    user = run(lambda client: client.users.me())
    if as_json:
        print_json(user)
        return

    roles = ", ".join(role.name for role in user.roles) or "member"
    print_text(f"{user.username} <{user.email}> ({roles}) on {settings().url}")


def setup(
    link: Annotated[
        str,
        typer.Argument(
            help="The one-time link that the server printed, or its token alone."
        ),
    ],
    username: Annotated[str, typer.Option("--username", "-u")] = "",
    email: Annotated[str, typer.Option()] = "",
    password_stdin: PasswordStdin = False,
) -> None:
    """Make the first user, who owns the server, and sign in as them."""
    server, setup_token = _parse_link(link)
    username = username or typer.prompt("Username", err=True)
    email = email or typer.prompt("E-mail", err=True)
    password = read_password(password_stdin, confirm=True)
    first = CreateFirstUser(
        setup_token=setup_token, username=username, email=email, password=password
    )
    flags.remember(flags.Flags(url=server))

    async def create_and_login(client: Client) -> str:
        await client.users.create_first(first)
        return await client.users.login(Login(email=username, password=password))

    login(server, token=run(create_and_login))


def read_password(from_stdin: bool, *, confirm: bool = False) -> SecretStr:
    """From a pipe, or asked for on the terminal without showing it."""
    if from_stdin:
        return SecretStr(sys.stdin.readline().rstrip("\r\n"))
    if not sys.stdin.isatty():
        raise InvalidRequest(
            "There is no terminal to ask for the password.",
            detail="Pipe it in and use --password-stdin, or use --token.",
        )
    typed: str = typer.prompt(
        "Password", hide_input=True, confirmation_prompt=confirm, err=True
    )
    return SecretStr(typed)


def _server(url: str) -> str:
    if url:
        flags.remember(flags.Flags(url=url))
    return settings().url


def _parse_link(link: str) -> tuple[str, str]:
    parts = urlsplit(link)
    if not parts.scheme:
        return settings().url, link

    tokens = parse_qs(parts.query).get("token") or parse_qs(parts.fragment).get("token")
    if not tokens:
        raise InvalidRequest(
            "This link carries no setup token.",
            detail="Copy the whole link that `taskyard server` printed.",
        )
    return _server(f"{parts.scheme}://{parts.netloc}"), tokens[0]


async def _me_with_given_token(client: Client) -> User:
    try:
        return await client.users.me()
    except Unauthenticated as error:
        raise Unauthenticated(
            "The server does not accept this token.",
            detail="It may have expired or belong to another server.",
        ) from error
