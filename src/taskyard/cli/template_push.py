"""`taskyard template push`: upload, import, promote."""

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer

from taskyard.cli.archive import read_archive
from taskyard.cli.output import JsonOption, note, print_json
from taskyard.cli.progress import show_job_log
from taskyard.cli.session import run
from taskyard.kit.errors import InvalidRequest, NotFound, TaskyardError
from taskyard.kit.names import MAX_LENGTH, explain_invalid, slug
from taskyard.protocol.api.templates import (
    CreateTemplate,
    CreateTemplateVersion,
    Template,
    TemplateVersion,
    VariableValue,
)
from taskyard.sdk import Client

__all__ = ["push"]


class ImportFailed(TaskyardError):
    """The template cannot be used as it is."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Wanted:
    source: Path
    name: str
    version: str
    message: str
    activate: bool
    variables: list[VariableValue]
    quiet: bool


def push(
    source: Annotated[
        Path,
        typer.Argument(help="A folder with Terraform files, or a .tar, .tar.gz, .zip."),
    ] = Path(),
    name: Annotated[
        str, typer.Option("--name", "-n", help="The folder's name if left out.")
    ] = "",
    version: Annotated[
        str, typer.Option("--version", help="The version's name; made if left out.")
    ] = "",
    message: Annotated[
        str, typer.Option("--message", "-m", help="What this version changes.")
    ] = "",
    activate: Annotated[
        bool, typer.Option(help="Use it for new tasks as soon as it is imported.")
    ] = True,
    variable: Annotated[
        list[str] | None,
        typer.Option(help="NAME=VALUE of a Terraform variable; may be repeated."),
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Upload a template, show its import, and say what it is."""
    name = name or slug(_stem(source), max_length=MAX_LENGTH)
    if reason := explain_invalid(name):
        raise InvalidRequest(
            f"The template name {name!r} {reason}.", detail="Choose one by --name."
        )
    wanted = _Wanted(
        source=source,
        name=name,
        version=version,
        message=message,
        activate=activate,
        variables=[_variable(each) for each in variable or []],
        quiet=as_json,
    )
    pushed = run(lambda client: _push(client, wanted))
    if as_json:
        print_json(pushed)


async def _push(client: Client, wanted: _Wanted) -> TemplateVersion:
    template = await _existing(client, wanted.name)
    archive, kind = read_archive(wanted.source)
    file = await client.templates.upload(archive, kind)
    body = CreateTemplateVersion(
        name=wanted.version,
        message=wanted.message,
        template_id=template.id if template else None,
        file_id=file,
        user_variable_values=wanted.variables,
    )
    version = await _import(client, body, quiet=wanted.quiet)
    if template is None:
        await client.templates.create(
            CreateTemplate(name=wanted.name, template_version_id=version.id)
        )
    elif wanted.activate:
        await client.templates.promote(template.id, version.id)
    if not wanted.quiet:
        _say_what_it_is(wanted, version, is_new=template is None)
    return version


async def _import(
    client: Client, body: CreateTemplateVersion, *, quiet: bool
) -> TemplateVersion:
    made = await client.templates.create_version(body)
    await show_job_log(client.templates.follow_import(made.id), quiet=quiet)
    version = await client.templates.version(made.id)
    if version.job.status == "succeeded":
        return version

    raise ImportFailed(
        f"The import {version.job.status}.",
        detail=version.job.error or "The log above has the reason.",
    )


async def _existing(client: Client, name: str) -> Template | None:
    try:
        return await client.templates.named(name)
    except NotFound:
        return None


def _say_what_it_is(wanted: _Wanted, version: TemplateVersion, *, is_new: bool) -> None:
    is_active = is_new or wanted.activate
    state = "active" if is_active else "imported; `taskyard template promote` uses it"
    note(f"Template {wanted.name}, version {version.name}: {state}.", "green")
    for warning in version.warnings:
        note(f"Warning: {warning}", "yellow")
    if version.has_ai_task:
        note("It is a task template: `taskyard task create` can use it.")
    else:
        reason = version.not_task_reason or "it declares no coder_ai_task"
        note(f"It is not a task template: {reason}", "yellow")


def _variable(text: str) -> VariableValue:
    name, separator, value = text.partition("=")
    if not name or not separator:
        raise InvalidRequest(
            f"{text!r} is not a variable.", detail="Write --variable NAME=VALUE."
        )
    return VariableValue(name=name, value=value)


def _stem(source: Path) -> str:
    name = source.resolve().name
    if source.is_dir():
        return name

    for ending in (".tar.gz", ".tgz", ".tar", ".zip"):
        name = name.removesuffix(ending)
    return name
