"""`taskyard task permissions`, `approve` and `deny`: answer what an agent asks."""

from typing import Annotated, Literal

import typer

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
from taskyard.cli.reference import Reference, TaskArgument
from taskyard.cli.session import run
from taskyard.kit.clock import SystemClock
from taskyard.kit.errors import InvalidRequest, NotFound
from taskyard.protocol.api.tasks import AnswerPermission, Permission
from taskyard.sdk import Client

__all__ = ["approve", "deny", "permissions"]

PermissionArgument = Annotated[
    str, typer.Argument(help="Its id; may be left out when one waits.")
]


def permissions(
    task: TaskArgument,
    everything: Annotated[
        bool, typer.Option("--all", "-a", help="Answered ones too.")
    ] = False,
    output: FormatOption = "table",
    columns: ColumnsOption = None,
    as_json: JsonOption = False,
) -> None:
    """List what the agent asks permission for."""
    reference = Reference.parse(task)
    found = run(lambda client: client.tasks.permissions(reference.user, reference.name))
    shown = [each for each in found if everything or each.state == "pending"]
    if wants_json(output, as_json):
        print_json(shown)
        return
    now = SystemClock().now()
    known: Columns[Permission] = {
        "id": lambda each: str(each.id),
        "state": lambda each: each.state,
        "asked": lambda each: ago(each.created_at, now),
        "title": lambda each: each.title,
        "options": lambda each: ", ".join(
            str(option.get("kind", "")) for option in each.options
        ),
        "answered by": lambda each: each.answered_by,
    }
    print_rows(
        shown,
        known,
        chosen=columns,
        default=["id", "state", "asked", "title", "options"],
        empty="Nothing waits for an answer.",
    )


def approve(
    task: TaskArgument,
    permission: PermissionArgument = "",
    always: Annotated[
        bool, typer.Option("--always", help="For the rest of the session too.")
    ] = False,
    as_json: JsonOption = False,
) -> None:
    """Allow what the agent asks for."""
    kind = "allow_always" if always else "allow_once"
    _answer(task, permission, kind, as_json=as_json)


def deny(
    task: TaskArgument,
    permission: PermissionArgument = "",
    always: Annotated[
        bool, typer.Option("--always", help="For the rest of the session too.")
    ] = False,
    as_json: JsonOption = False,
) -> None:
    """Refuse what the agent asks for."""
    kind = "reject_always" if always else "reject_once"
    _answer(task, permission, kind, as_json=as_json)


def _answer(
    task: str,
    permission: str,
    kind: Literal["allow_once", "allow_always", "reject_once", "reject_always"],
    *,
    as_json: bool,
) -> None:
    reference = Reference.parse(task)

    async def answer(client: Client) -> Permission:
        asked = await _chosen(client, reference, permission)
        return await client.tasks.answer(
            reference.user, reference.name, asked.id, AnswerPermission(kind=kind)
        )

    answered = run(answer)
    if as_json:
        print_json(answered)
        return
    verb = "Allowed" if kind.startswith("allow") else "Denied"
    note(f"{verb}: {answered.title}", "green")


async def _chosen(client: Client, reference: Reference, permission: str) -> Permission:
    found = await client.tasks.permissions(reference.user, reference.name)
    if permission:
        for each in found:
            if str(each.id) == permission:
                return each

        raise NotFound(f"The task asks for no permission {permission!r}.")

    pending = [each for each in found if each.state == "pending"]
    if len(pending) == 1:
        return pending[0]
    if not pending:
        raise NotFound("Nothing waits for an answer.")
    raise InvalidRequest(
        f"{len(pending)} requests wait.",
        detail="Name one: " + "; ".join(f"{each.id} {each.title}" for each in pending),
    )
