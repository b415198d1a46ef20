"""Workspaces: the command group."""

from contextlib import aclosing
from typing import Annotated, Literal
from uuid import UUID

import typer

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
from taskyard.cli.progress import show_build, show_job_log
from taskyard.cli.prompt import confirm
from taskyard.cli.reference import Reference, WorkspaceArgument
from taskyard.cli.session import run
from taskyard.kit.clock import SystemClock
from taskyard.protocol.api.workspaces import (
    CreateBuild,
    Workspace,
    WorkspaceAgent,
    WorkspaceBuild,
)
from taskyard.sdk import Client

__all__ = ["app"]

app = group("Look at workspaces; start, stop, delete.")

WaitOption = Annotated[bool, typer.Option("--wait/--no-wait")]


def _columns() -> Columns[Workspace]:
    now = SystemClock().now()
    return {
        "name": lambda each: each.name,
        "owner": lambda each: each.owner_name,
        "template": lambda each: each.template_name,
        "status": lambda each: each.latest_build.status,
        "healthy": lambda each: str(each.health.get("healthy", "")).lower(),
        "outdated": lambda each: str(each.outdated).lower(),
        "last used": lambda each: ago(each.last_used_at, now),
        "build": lambda each: str(each.latest_build.build_number),
        "task": lambda each: str(each.task_id or ""),
        "id": lambda each: str(each.id),
    }


@app.command("list")
@app.command("ls", hidden=True)
def list_workspaces(
    everybodys: Annotated[
        bool, typer.Option("--all", "-a", help="Of all users.")
    ] = False,
    search: Annotated[str, typer.Option(help="Such as `status:running`.")] = "",
    output: FormatOption = "table",
    columns: ColumnsOption = None,
    as_json: JsonOption = False,
) -> None:
    """List workspaces."""
    query = search if everybodys else f"owner:me {search}".strip()
    found = run(lambda client: client.workspaces.find(query))
    if wants_json(output, as_json):
        print_json(found.workspaces)
    else:
        print_rows(
            found.workspaces,
            _columns(),
            chosen=columns,
            default=["name", "owner", "template", "status", "healthy", "last used"],
            empty="There is no workspace.",
        )


@app.command("show")
def show(workspace: WorkspaceArgument, as_json: JsonOption = False) -> None:
    """Show a workspace: its build, agents and apps."""
    found = run(lambda client: find(client, workspace))
    if as_json:
        print_json(found)
        return

    build = found.latest_build
    print_text(f"Name:      {found.owner_name}/{found.name}")
    print_text(f"Template:  {found.template_name} {build.template_version_name}")
    print_text(
        f"Status:    {build.status} (build {build.build_number}, {build.reason})"
    )
    if build.job.error:
        print_text(f"Error:     {build.job.error}", "red")
    for agent in agents(build):
        print_text(f"Agent:     {agent.name} {agent.status}, {agent.lifecycle_state}")
        for app_ in agent.apps:
            print_text(f"  App:     {app_.slug} {app_.health} {app_.display_name}")


@app.command("logs")
def logs(
    workspace: WorkspaceArgument,
    follow: Annotated[bool, typer.Option("--follow", "-f")] = False,
    build: Annotated[
        bool, typer.Option("--build/--scripts", help="The build's, or the scripts'.")
    ] = True,
    as_json: JsonOption = False,
) -> None:
    """Show the log of the latest build, or of the scripts in the workspace."""

    async def work(client: Client) -> None:
        found = await find(client, workspace)
        if build:
            await _build_log(client, found.latest_build.id, as_json, follow)
            return
        for agent in agents(found.latest_build):
            await _script_log(client, agent, as_json, follow)

    run(work)


async def _build_log(client: Client, build: UUID, as_json: bool, follow: bool) -> None:
    if follow and not as_json:
        await show_job_log(client.workspaces.follow_build(build))
        return

    lines = await client.workspaces.build_logs(build)
    if as_json:
        print_json(lines)
        return
    for line in lines:
        print_text(f"{line.created_at:%H:%M:%S} {line.stage}: {line.output.rstrip()}")


async def _script_log(
    client: Client, agent: WorkspaceAgent, as_json: bool, follow: bool
) -> None:
    if follow:
        async with aclosing(client.workspaces.follow_agent(agent.id)) as lines:
            async for line in lines:
                print_text(line.output.rstrip())
        return

    found = await client.workspaces.agent_logs(agent.id)
    if as_json:
        print_json(found)
        return
    for line in found:
        print_text(line.output.rstrip())


@app.command("start")
def start(
    workspace: WorkspaceArgument, wait: WaitOption = True, as_json: JsonOption = False
) -> None:
    """Start a stopped workspace."""
    _transition(workspace, "start", wait=wait, as_json=as_json)


@app.command("stop")
def stop(
    workspace: WorkspaceArgument,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")] = False,
    wait: WaitOption = True,
    as_json: JsonOption = False,
) -> None:
    """Stop a workspace; its files stay."""
    confirm(f"Stop {workspace}?", yes=yes)
    _transition(workspace, "stop", wait=wait, as_json=as_json)


@app.command("delete")
@app.command("rm", hidden=True)
def delete(
    workspace: WorkspaceArgument,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")] = False,
    orphan: Annotated[
        bool, typer.Option(help="Forget it without destroying its resources.")
    ] = False,
    wait: WaitOption = True,
    as_json: JsonOption = False,
) -> None:
    """Delete a workspace with its files, and its task."""
    confirm(f"Delete {workspace} with its files?", yes=yes)
    _transition(workspace, "delete", wait=wait, as_json=as_json, orphan=orphan)


def _transition(
    workspace: str,
    transition: Literal["start", "stop", "delete"],
    *,
    wait: bool,
    as_json: bool,
    orphan: bool = False,
) -> None:
    body = CreateBuild(transition=transition, reason="cli", orphan=orphan)

    async def work(client: Client) -> WorkspaceBuild:
        found = await find(client, workspace)
        build = await client.workspaces.build(found.id, body)
        return await show_build(client, build.id, quiet=as_json) if wait else build

    build = run(work)
    if as_json:
        print_json(build)
    else:
        note(f"The workspace {workspace} is {build.status}.", "green")


async def find(client: Client, workspace: str) -> Workspace:
    reference = Reference.parse(workspace)
    if known := _id(reference.name):
        return await client.workspaces.get(known)

    return await client.workspaces.named(reference.user, reference.name)


def _id(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


def agents(build: WorkspaceBuild) -> list[WorkspaceAgent]:
    return [agent for resource in build.resources for agent in resource.agents]
