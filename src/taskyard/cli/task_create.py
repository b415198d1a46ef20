"""`taskyard task create`: from a prompt to a working agent."""

import asyncio
import sys
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Annotated
from uuid import UUID

import typer

from taskyard.cli.exit_codes import ExitCode
from taskyard.cli.output import JsonOption, note, print_json, print_text
from taskyard.cli.progress import show_build, until
from taskyard.cli.prompt import read_prompt
from taskyard.cli.reference import Reference
from taskyard.cli.session import run
from taskyard.kit.errors import Conflict, InvalidRequest, NotFound
from taskyard.protocol.api.tasks import (
    CreateTask,
    PermissionPolicy,
    Task,
    TaskDetail,
)
from taskyard.protocol.api.templates import Preset, Template, TemplateVersion
from taskyard.sdk import Client

__all__ = ["create", "show_start"]


@dataclass(slots=True, kw_only=True)
class _Wanted:
    prompt: str
    template: str
    version: str
    preset: str
    name: str
    owner: str
    policy: PermissionPolicy | None
    organization: str
    quiet: bool
    wait: bool
    made: list[Task] = field(default_factory=list[Task])


def create(
    prompt: Annotated[
        str | None, typer.Argument(help="What the agent shall do; asked for if absent.")
    ] = None,
    stdin: Annotated[bool, typer.Option(help="Read the prompt from stdin.")] = False,
    template: Annotated[
        str,
        typer.Option(
            help="May be left out when there is one task template only.",
            envvar=["TASKYARD_TEMPLATE", "CODER_TASK_TEMPLATE_NAME"],
        ),
    ] = "",
    template_version: Annotated[
        str,
        typer.Option(
            help="A version's name; the active one if left out.",
            envvar=["TASKYARD_TEMPLATE_VERSION", "CODER_TASK_TEMPLATE_VERSION"],
        ),
    ] = "",
    preset: Annotated[
        str,
        typer.Option(
            help="A preset's name, or `none`; the default preset if left out.",
            envvar=["TASKYARD_PRESET", "CODER_TASK_PRESET_NAME"],
        ),
    ] = "",
    name: Annotated[str, typer.Option(help="Made from the prompt if left out.")] = "",
    owner: Annotated[str, typer.Option(help="For somebody else.")] = "me",
    permission_policy: Annotated[
        PermissionPolicy | None,
        typer.Option(
            help="What the agent may do without asking; the template's if left out."
        ),
    ] = None,
    org: Annotated[
        str,
        typer.Option("-O", "--org", help="", envvar="CODER_ORGANIZATION", hidden=True),
    ] = "default",
    quiet: Annotated[
        bool, typer.Option("-q", "--quiet", help="Print the id only; do not wait.")
    ] = False,
    wait: Annotated[
        bool,
        typer.Option(help="Show the build, and wait until the agent has started."),
    ] = True,
    cancel_on_interrupt: Annotated[
        bool,
        typer.Option(help="Ctrl-C while waiting deletes the task without asking."),
    ] = False,
    as_json: JsonOption = False,
) -> None:
    """Start a task: a workspace is made and the agent gets the prompt."""
    wanted = _Wanted(
        prompt=read_prompt(
            prompt, from_stdin=stdin, question="What shall the agent do?"
        ),
        template=template,
        version=template_version,
        preset=preset,
        name=name,
        owner=owner,
        policy=permission_policy,
        organization=org,
        quiet=quiet or as_json,
        wait=wait and not quiet,
    )
    try:
        task = run(lambda client: _create(client, wanted))
    except KeyboardInterrupt:
        _interrupted(wanted.made, cancel=cancel_on_interrupt)
        raise typer.Exit(ExitCode.INTERRUPTED) from None

    if as_json:
        print_json(task)
    elif quiet:
        print_text(str(task.id))
    else:
        print_text(f"{task.owner_name}/{task.name}")


async def show_start(client: Client, task: Task, *, quiet: bool = False) -> TaskDetail:
    """Follow the build, then the start of the agent, until it can work."""
    reference = Reference(user=task.owner_name, name=str(task.id))
    if task.workspace_id is not None:
        workspace = await client.workspaces.get(task.workspace_id)
        await show_build(client, workspace.latest_build.id, quiet=quiet)
        if not quiet:
            note("==> Starting the agent", "bold")
    return await until(client, reference, _has_started)


def _has_started(task: TaskDetail) -> bool:
    return task.work.status in {"working", "idle", "needs_input", "needs_login"}


async def _create(client: Client, wanted: _Wanted) -> Task:
    template = await _template(client, wanted)
    version = await _version(client, template, wanted.version)
    preset = await _preset(client, version, wanted.preset)
    body = CreateTask(
        template_version_id=version,
        template_version_preset_id=preset,
        input=wanted.prompt,
        name=wanted.name,
        permission_policy=wanted.policy,
    )
    task = await client.tasks.create(body, user=wanted.owner)
    wanted.made.append(task)
    if not wanted.wait:
        return task

    if not wanted.quiet:
        note(f"Task {task.name} from template {template.name}: {_page(client, task)}")
    detail = await show_start(client, task, quiet=wanted.quiet)
    if not wanted.quiet:
        _say_what_next(detail)
    return detail


def _page(client: Client, task: Task) -> str:
    return f"{client.url}/tasks/{task.owner_name}/{task.name}"


def _say_what_next(task: TaskDetail) -> None:
    note(f"The agent is {task.work.status.replace('_', ' ')}.", "green")
    if task.demo_model:
        note("The built-in demo model answers: no provider key is set.", "yellow")
    note(f"Follow it with: taskyard task logs --follow {task.name}", "dim")


async def _template(client: Client, wanted: _Wanted) -> Template:
    if wanted.template:
        return await client.templates.named(
            wanted.template, organization=wanted.organization
        )

    found = await client.templates.find("has-ai-task:true")
    if len(found) == 1:
        return found[0]
    if not found:
        raise NotFound(
            "There is no task template.",
            detail="Push one: `taskyard template init`, then `taskyard template push`.",
        )
    names = ", ".join(sorted(each.name for each in found))
    raise InvalidRequest(
        "There are several task templates.", detail=f"Name one by --template: {names}"
    )


async def _version(client: Client, template: Template, name: str) -> UUID:
    if not name:
        return template.active_version_id

    versions = await client.templates.versions(template.id)
    return _named(versions, name, template).id


def _named(
    versions: list[TemplateVersion], name: str, template: Template
) -> TemplateVersion:
    for version in versions:
        if name in {version.name, str(version.id)}:
            return version

    raise NotFound(
        f"Template {template.name} has no version {name!r}.",
        detail=f"Versions: {', '.join(version.name for version in versions)}",
    )


async def _preset(client: Client, version: UUID, name: str) -> UUID | None:
    if name.lower() == "none":
        return None

    presets = await client.templates.presets(version)
    for preset in presets:
        if _is_chosen(preset, name):
            return preset.ID

    if not name:
        return None
    known = ", ".join(preset.Name for preset in presets) or "none"
    raise NotFound(f"There is no preset {name!r}.", detail=f"Presets: {known}")


def _is_chosen(preset: Preset, name: str) -> bool:
    return preset.Name == name if name else preset.Default


def _interrupted(made: list[Task], *, cancel: bool) -> None:
    """The task lives on the server; ask before it is taken away."""
    if not made:
        note("Interrupted. `taskyard task list` shows whether it was made.", "yellow")
        return

    task = made[0]
    if not cancel and sys.stdin.isatty():
        cancel = typer.confirm(f"\nDelete the task {task.name}?", err=True)
    if not cancel:
        note(f"The task {task.name} goes on without this command.", "yellow")
        return

    run(lambda client: _take_back(client, task))
    note(f"The task {task.name} is being deleted.", "yellow")


async def _take_back(client: Client, task: Task) -> None:
    if task.workspace_id is not None:
        workspace = await client.workspaces.get(task.workspace_id)
        with suppress(Conflict):  # it has just ended, which is as good
            await client.workspaces.cancel_build(workspace.latest_build.id)
    await _delete_when_free(client, task)


async def _delete_when_free(client: Client, task: Task) -> None:
    """A build that is being cancelled refuses the next one for a moment."""
    async with asyncio.timeout(60):
        while True:
            try:
                await client.tasks.delete(task.owner_name, str(task.id))
            except Conflict:
                await asyncio.sleep(1)
            else:
                return
