"""Users of the server; most of it is for owners."""

from enum import StrEnum
from typing import Annotated

import typer

from taskyard.cli.auth import PasswordStdin, read_password
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
    wants_json,
)
from taskyard.cli.session import run
from taskyard.kit.clock import SystemClock
from taskyard.protocol.api.users import ChangePassword, CreateUser, User

__all__ = ["app"]

app = group("Manage users.")


class RoleChoice(StrEnum):
    """`RoleName` in the one form that Typer takes more than once."""

    OWNER = "owner"
    TEMPLATE_ADMIN = "template-admin"
    AUDITOR = "auditor"
    MEMBER = "member"


def _columns() -> Columns[User]:
    now = SystemClock().now()
    return {
        "username": lambda user: user.username,
        "name": lambda user: user.name,
        "email": lambda user: user.email,
        "roles": lambda user: ", ".join(role.name for role in user.roles) or "member",
        "status": lambda user: user.status,
        "last seen": lambda user: ago(user.last_seen_at, now),
        "created at": lambda user: f"{user.created_at:%Y-%m-%d %H:%M}",
        "id": lambda user: str(user.id),
    }


@app.command("list")
def list_users(
    search: Annotated[str, typer.Argument(help="Part of a name or address.")] = "",
    output: FormatOption = "table",
    columns: ColumnsOption = None,
    as_json: JsonOption = False,
) -> None:
    """List users."""
    found = run(lambda client: client.users.find(search))
    if wants_json(output, as_json):
        print_json(found.users)
    else:
        print_rows(
            found.users,
            _columns(),
            chosen=columns,
            default=["username", "email", "roles", "status", "last seen"],
            empty="No user matches.",
        )


@app.command("create")
def create(
    username: Annotated[str, typer.Argument()],
    email: Annotated[str, typer.Option(prompt="E-mail")],
    name: Annotated[str, typer.Option(help="The full name.")] = "",
    role: Annotated[
        list[RoleChoice] | None, typer.Option(help="May be given more than once.")
    ] = None,
    password_stdin: PasswordStdin = False,
    no_login: Annotated[
        bool, typer.Option("--no-login", help="An account for automation: no password.")
    ] = False,
    as_json: JsonOption = False,
) -> None:
    """Make a user."""
    password = None if no_login else read_password(password_stdin, confirm=True)
    body = CreateUser(
        username=username,
        email=email,
        name=name,
        password=password,
        login_type="none" if no_login else "password",
        roles=[each.value for each in role or []],
    )
    user = run(lambda client: client.users.create(body))
    if as_json:
        print_json(user)
    else:
        note(f"User {user.username} is made.", "green")


@app.command("suspend")
def suspend(username: Annotated[str, typer.Argument()]) -> None:
    """Lock a user out; their sessions and tokens stop working, their tasks stay."""
    run(lambda client: client.users.suspend(username))
    note(f"User {username} is suspended.")


@app.command("activate")
def activate(username: Annotated[str, typer.Argument()]) -> None:
    """Let a suspended user in again."""
    run(lambda client: client.users.activate(username))
    note(f"User {username} is active.")


@app.command("password")
def password(
    username: Annotated[str, typer.Argument(help="Yourself if left out.")] = "me",
    password_stdin: PasswordStdin = False,
) -> None:
    """Set a new password. With --password-stdin: yours, old first; else the new only."""
    old = read_password(password_stdin) if username == "me" else None
    new = read_password(password_stdin, confirm=True)
    body = ChangePassword(old_password=old, password=new)
    run(lambda client: client.users.change_password(username, body))
    note("The password is changed.", "green")
