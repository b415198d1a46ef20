"""`taskyard task options`, `policy` and `artifacts`: the agent's settings and its work."""

from pathlib import Path, PurePosixPath
from typing import Annotated, Final, Literal
from uuid import UUID

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
    print_text,
    wants_json,
)
from taskyard.cli.reference import Reference, TaskArgument
from taskyard.cli.session import run
from taskyard.kit.clock import SystemClock
from taskyard.kit.errors import InvalidRequest, NotFound
from taskyard.protocol.api.tasks import (
    Artifact,
    ArtifactDetail,
    PermissionPolicy,
    TaskOption,
    TaskOptions,
    TaskPermissionPolicy,
)
from taskyard.sdk import Client

__all__ = ["artifacts", "options", "policy"]

_SOURCES: Final = {
    "task": "set for this task",
    "module": "as the template's module asks",
    "template": "as the template says",
}


def options(
    task: TaskArgument,
    name: Annotated[str, typer.Argument(help="The option to set.")] = "",
    value: Annotated[str, typer.Argument(help="What to set it to.")] = "",
    output: FormatOption = "table",
    columns: ColumnsOption = None,
    as_json: JsonOption = False,
) -> None:
    """Show what the agent lets you choose, or choose: model, mode, effort."""
    if name and not value:
        raise InvalidRequest(
            f"What shall {name!r} be?",
            detail=f"`taskyard task options {task}` lists the choices.",
        )
    reference = Reference.parse(task)

    async def work(client: Client) -> TaskOptions:
        if name:
            return await client.tasks.set_option(
                reference.user, reference.name, name, value
            )
        return await client.tasks.options(reference.user, reference.name)

    found = run(work)
    if wants_json(output, as_json):
        print_json(found)
    elif name:
        note(f"{name} is {value}, now and at every later start.", "green")
    else:
        _print_options(found, columns)


def _print_options(found: TaskOptions, columns: str | None) -> None:
    known: Columns[TaskOption] = {
        "option": lambda each: each.id,
        "value": lambda each: _word(each.value),
        "choices": lambda each: ", ".join(
            ["true", "false"]
            if each.type == "boolean"
            else [choice.value for choice in each.choices]
        ),
        "name": lambda each: each.name,
        "chosen": lambda each: "yes" if each.chosen else "",
    }
    print_rows(
        found.options,
        known,
        chosen=columns,
        default=["option", "value", "choices", "chosen"],
        empty="The agent has not said that there is anything to choose.",
    )


def _word(value: str | bool | None) -> str:
    return str(value).lower() if isinstance(value, bool) else value or ""


def policy(
    task: TaskArgument,
    wanted: Annotated[
        Literal["ask", "allow_edits", "allow_all", "default"] | None,
        typer.Argument(
            metavar="[POLICY]",
            help="`ask`, `allow_edits`, `allow_all`, or `default`: as the template says.",
        ),
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Show or set what the agent may do without asking."""
    reference = Reference.parse(task)
    if wanted is None:
        detail = run(lambda client: client.tasks.get(reference.user, reference.name))
        if as_json:
            print_json({"policy": detail.permission_policy})
        else:
            print_text(detail.permission_policy)
        return

    chosen: PermissionPolicy | None = None if wanted == "default" else wanted

    async def work(client: Client) -> TaskPermissionPolicy:
        return await client.tasks.set_permission_policy(
            reference.user, reference.name, chosen
        )

    now = run(work)
    if as_json:
        print_json(now)
        return
    when = "from now on" if now.in_force else "from its next start on"
    note(f"The policy is {now.policy} {when}, {_SOURCES[now.source]}.", "green")


def artifacts(
    task: TaskArgument,
    diff: Annotated[
        str, typer.Option(help="Show the changes of this file: its path or id.")
    ] = "",
    text: Annotated[
        str, typer.Option(help="Print what was last written to this file.")
    ] = "",
    save: Annotated[
        str, typer.Option(help="Fetch this file as it is now; see --to.")
    ] = "",
    to: Annotated[
        Path | None,
        typer.Option(help="Where to save it; its own name in this folder if left out."),
    ] = None,
    output: FormatOption = "table",
    columns: ColumnsOption = None,
    as_json: JsonOption = False,
) -> None:
    """List the files that the agent's tools created, edited or deleted."""
    reference = Reference.parse(task)
    if len([word for word in (diff, text, save) if word]) > 1 or (to and not save):
        raise InvalidRequest(
            "--diff, --text and --save are three different things, --to is for --save.",
            detail="Use one at a time.",
        )
    if save:
        _save(reference, save, to)
        return
    if diff or text:
        _show_one(reference, diff or text, as_diff=bool(diff), as_json=as_json)
        return

    found = run(lambda client: client.tasks.artifacts(reference.user, reference.name))
    if wants_json(output, as_json):
        print_json(found)
        return
    now = SystemClock().now()
    known: Columns[Artifact] = {
        "path": lambda each: each.path,
        "kind": lambda each: each.kind,
        "lines": lambda each: f"+{each.additions} -{each.deletions}",
        "changes": lambda each: str(each.changes),
        "changed": lambda each: ago(each.last_at, now),
        "tool": lambda each: each.tool,
        "id": lambda each: str(each.id),
    }
    print_rows(
        found.artifacts,
        known,
        chosen=columns,
        default=["path", "kind", "lines", "changed"],
        empty="The agent's tools have changed no file.",
    )
    if found.count > len(found.artifacts):
        note(f"{found.count - len(found.artifacts)} more were changed earlier.", "dim")


def _show_one(
    reference: Reference, named: str, *, as_diff: bool, as_json: bool
) -> None:
    async def work(client: Client) -> ArtifactDetail:
        found = await client.tasks.artifacts(reference.user, reference.name)
        id_ = _chosen(found.artifacts, named)
        return await client.tasks.artifact(reference.user, reference.name, id_)

    detail = run(work)
    if as_json:
        print_json(detail)
        return
    if not as_diff and detail.text is None:
        raise NotFound(f"No text of {detail.path} was recorded: it is {detail.kind}.")
    print_text(detail.diff if as_diff else detail.text or "", end="")
    if as_diff and not detail.diff:
        note("No change of its text is recorded.")
    elif not as_diff and not detail.text_is_whole:
        note("This is the place that was changed last, not the whole file.", "yellow")
    if detail.truncated:
        note("It is longer than what is kept.", "yellow")


def _save(reference: Reference, named: str, to: Path | None) -> None:
    async def work(client: Client) -> tuple[str, bytes]:
        found = await client.tasks.artifacts(reference.user, reference.name)
        id_ = _chosen(found.artifacts, named)
        path = next(each.path for each in found.artifacts if each.id == id_)
        content = await client.tasks.artifact_content(
            reference.user, reference.name, id_
        )
        return path, content

    path, content = run(work)
    # A name of a workspace must not choose where it is written.
    target = to or Path(PurePosixPath(path).name)
    if to is None and target.exists():
        raise InvalidRequest(f"{target} is here already.", detail="Use --to.")
    target.write_bytes(content)
    note(f"{len(content)} bytes of {path} are in {target}.", "green")


def _chosen(found: list[Artifact], named: str) -> UUID:
    """By id, by path, or by the end of a path where only one ends so."""
    exact = [each.id for each in found if named in {str(each.id), each.path}]
    ends = [each.id for each in found if each.path.endswith(f"/{named}")]
    for matching in (exact, ends):
        if len(matching) == 1:
            return matching[0]
    if ends:
        paths = ", ".join(each.path for each in found if each.id in ends)
        raise InvalidRequest(
            f"{named!r} is several files.", detail=f"Name one: {paths}"
        )
    raise NotFound(f"No tool of the task changed {named!r}.")
