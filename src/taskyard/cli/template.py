"""Templates: the command group."""

import shutil
import sys
from importlib.resources import files
from pathlib import Path
from typing import Annotated

import typer

from taskyard.cli.archive import unpack
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
from taskyard.cli.prompt import confirm
from taskyard.cli.session import run
from taskyard.cli.template_push import push
from taskyard.kit.clock import SystemClock
from taskyard.kit.errors import Conflict, NotFound
from taskyard.protocol.api.templates import Preset, Template, TemplateVersion
from taskyard.sdk import Client

__all__ = ["app"]

app = group("Push and manage templates of workspaces.")
app.command("push")(push)

NameArgument = Annotated[str, typer.Argument(help="The template.", metavar="NAME")]


def _columns() -> Columns[Template]:
    now = SystemClock().now()
    return {
        "name": lambda each: each.name,
        "task": lambda each: "yes" if each.has_ai_task else "no",
        "display name": lambda each: each.display_name,
        "description": lambda each: each.description,
        "updated": lambda each: ago(each.updated_at, now),
        "created by": lambda each: each.created_by_name,
        "id": lambda each: str(each.id),
        "active version": lambda each: str(each.active_version_id),
    }


@app.command("list")
@app.command("ls", hidden=True)
def list_templates(
    output: FormatOption = "table",
    columns: ColumnsOption = None,
    as_json: JsonOption = False,
) -> None:
    """List templates."""
    found = run(lambda client: client.templates.find())
    if wants_json(output, as_json):
        print_json(found)
    else:
        print_rows(
            found,
            _columns(),
            chosen=columns,
            default=["name", "task", "updated", "description"],
            empty="There is no template. Push one: `taskyard template init`.",
        )


@app.command("show")
def show(name: NameArgument, as_json: JsonOption = False) -> None:
    """Show a template with its active version, presets and parameters."""

    async def look(client: Client) -> None:
        template = await client.templates.named(name)
        if as_json:
            print_json(template)
            return
        version = await client.templates.version(template.active_version_id)
        presets = await client.templates.presets(version.id)
        parameters = await client.templates.parameters(version.id)
        _print_head(template, version)
        print_text("Presets:    " + (", ".join(map(_preset, presets)) or "none"))
        print_text("Parameters:" + ("" if parameters else " none"))
        for each in parameters:
            default = "required" if each.required else f"default {each.default_value!r}"
            print_text(f"  {each.name} ({each.type}, {default}) {each.display_name}")

    run(look)


def _print_head(template: Template, version: TemplateVersion) -> None:
    print_text(f"Name:       {template.name}")
    if template.description:
        print_text(f"About:      {template.description}")
    is_task = "yes" if version.has_ai_task else f"no: {version.not_task_reason}"
    print_text(f"For tasks:  {is_task}")
    print_text(f"Version:    {version.name} ({version.created_at:%Y-%m-%d %H:%M})")
    if version.engine:
        print_text(f"Engine:     {version.engine}")


def _preset(preset: Preset) -> str:
    return f"{preset.Name} (default)" if preset.Default else preset.Name


@app.command("versions")
def versions(
    name: NameArgument,
    output: FormatOption = "table",
    columns: ColumnsOption = None,
    as_json: JsonOption = False,
) -> None:
    """List a template's versions, the newest first."""

    async def look(client: Client) -> tuple[Template, list[TemplateVersion]]:
        template = await client.templates.named(name)
        return template, await client.templates.versions(template.id)

    template, found = run(look)
    if wants_json(output, as_json):
        print_json(found)
        return
    now = SystemClock().now()
    active = template.active_version_id
    known: Columns[TemplateVersion] = {
        "name": lambda each: each.name,
        "active": lambda each: "active" if each.id == active else "",
        "status": lambda each: each.job.status,
        "task": lambda each: "yes" if each.has_ai_task else "no",
        "created": lambda each: ago(each.created_at, now),
        "message": lambda each: each.message,
        "error": lambda each: each.job.error or "",
        "id": lambda each: str(each.id),
    }
    print_rows(
        sorted(found, key=lambda each: each.created_at, reverse=True),
        known,
        chosen=columns,
        default=["name", "active", "status", "task", "created", "message"],
        empty="There is no version.",
    )


@app.command("promote")
def promote(
    name: NameArgument,
    version: Annotated[str, typer.Argument(help="A version's name or id.")],
) -> None:
    """Use a version for new tasks and workspaces from now on."""

    async def work(client: Client) -> TemplateVersion:
        template = await client.templates.named(name)
        chosen = await _version(client, template, version)
        await client.templates.promote(template.id, chosen.id)
        return chosen

    note(f"Version {run(work).name} of {name} is active.", "green")


@app.command("pull")
def pull(
    name: NameArgument,
    destination: Annotated[
        Path | None, typer.Argument(help="A new folder; named like the template.")
    ] = None,
    version: Annotated[str, typer.Option(help="The active one if left out.")] = "",
    as_tar: Annotated[
        bool, typer.Option("--tar", help="Write a tar to stdout instead.")
    ] = False,
) -> None:
    """Download a template's files."""

    async def work(client: Client) -> bytes:
        template = await client.templates.named(name)
        chosen = await _version(client, template, version)
        return await client.templates.download(chosen.job.file_id)

    if as_tar:
        sys.stdout.buffer.write(run(work))
        return

    folder = _new_folder(destination or Path(name))
    names = unpack(run(work), folder)
    note(f"{len(names)} files are in {folder}.", "green")


@app.command("delete")
@app.command("rm", hidden=True)
def delete(
    names: Annotated[list[str], typer.Argument(metavar="NAME")],
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")] = False,
) -> None:
    """Delete templates that no workspace uses."""
    confirm(f"Delete {', '.join(names)}?", yes=yes)

    async def work(client: Client) -> None:
        for name in names:
            template = await client.templates.named(name)
            await client.templates.delete(template.id)
            note(f"Template {name} is deleted.")

    run(work)


@app.command("init")
def init(
    destination: Annotated[
        Path | None, typer.Argument(help="A new folder; named like the starter.")
    ] = None,
    starter: Annotated[
        str, typer.Option(help="Which starter template to copy.")
    ] = "tasks-local",
) -> None:
    """Copy a starter template into a new folder, to change and push."""
    known = {path.name: path for path in _starters()}
    if starter not in known:
        raise NotFound(
            f"There is no starter template {starter!r}.",
            detail=f"There are: {', '.join(sorted(known))}",
        )
    folder = _new_folder(destination or Path(starter))
    shutil.copytree(known[starter], folder, dirs_exist_ok=True)
    note(f"The starter is in {folder}. Change it, then run:", "green")
    note(f"  taskyard template push {folder}")


async def _version(client: Client, template: Template, name: str) -> TemplateVersion:
    if not name:
        return await client.templates.version(template.active_version_id)

    found = await client.templates.versions(template.id)
    for version in found:
        if name in {version.name, str(version.id)}:
            return version

    raise NotFound(
        f"Template {template.name} has no version {name!r}.",
        detail=f"Versions: {', '.join(version.name for version in found)}",
    )


def _new_folder(path: Path) -> Path:
    if path.exists() and any(path.iterdir()):
        raise Conflict(
            f"{path} is not empty.", detail="Name a new folder; nothing was written."
        )
    path.mkdir(parents=True, exist_ok=True)
    return path


def _starters() -> list[Path]:
    """Beside the code in a wheel, at the root of the repository in a checkout."""
    package = Path(str(files("taskyard")))
    for folder in (package / "_registry", package.parents[1] / "registry"):
        if (folder / "templates").is_dir():
            return [path for path in (folder / "templates").iterdir() if path.is_dir()]

    return []
