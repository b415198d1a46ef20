"""Tasks: the command group."""

from typing import Annotated, Literal

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
from taskyard.cli.progress import show_build
from taskyard.cli.prompt import confirm, read_prompt
from taskyard.cli.reference import Reference, TaskArgument
from taskyard.cli.session import run
from taskyard.cli.task_agent import artifacts, options, policy
from taskyard.cli.task_create import create, show_start
from taskyard.cli.task_follow import logs, status, wait
from taskyard.cli.task_permissions import approve, deny, permissions
from taskyard.cli.task_terminal import control, terminal
from taskyard.kit.clock import SystemClock
from taskyard.protocol.api.tasks import Message, Task, TaskDetail, TaskStatus
from taskyard.protocol.api.workspaces import WorkspaceBuild
from taskyard.sdk import Client

__all__ = ["app"]

app = group("Create, watch and steer tasks.")
app.command("create")(create)
app.command("status")(status)
app.command("stat", hidden=True)(status)
app.command("logs")(logs)
app.command("wait")(wait)
app.command("permissions")(permissions)
app.command("approve")(approve)
app.command("deny")(deny)
app.command("terminal")(terminal)
app.command("control")(control)
app.command("options")(options)
app.command("policy")(policy)
app.command("artifacts")(artifacts)

YesOption = Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")]


def _columns() -> Columns[Task]:
    now = SystemClock().now()
    return {
        "name": lambda task: task.name,
        "status": lambda task: task.status,
        "state": lambda task: task.current_state.state if task.current_state else "",
        "state changed": lambda task: (
            ago(task.current_state.timestamp, now) if task.current_state else ""
        ),
        "message": lambda task: (
            task.current_state.message if task.current_state else ""
        ),
        "id": lambda task: str(task.id),
        "display name": lambda task: task.display_name,
        "owner": lambda task: task.owner_name,
        "template": lambda task: task.template_name,
        "workspace": lambda task: task.workspace_name,
        "workspace status": lambda task: task.workspace_status or "",
        "initial prompt": lambda task: task.initial_prompt,
        "created at": lambda task: task.created_at.isoformat(timespec="seconds"),
    }


@app.command("list")
@app.command("ls", hidden=True)
def list_tasks(
    everybodys: Annotated[
        bool, typer.Option("--all", "-a", help="Of all users.")
    ] = False,
    user: Annotated[str, typer.Option(help="Of this user.")] = "",
    only: Annotated[TaskStatus | None, typer.Option("--status")] = None,
    quiet: Annotated[bool, typer.Option("-q", "--quiet", help="Ids only.")] = False,
    output: FormatOption = "table",
    columns: ColumnsOption = None,
    as_json: JsonOption = False,
) -> None:
    """List tasks, the newest first."""
    terms = [] if everybodys else [f'owner:"{user or "me"}"']
    terms += [f'status:"{only}"'] if only else []
    found = run(lambda client: client.tasks.find(" ".join(terms)))
    if wants_json(output, as_json):
        print_json(found.tasks)
    elif quiet:
        print_text("\n".join(str(task.id) for task in found.tasks))
    else:
        print_rows(
            found.tasks,
            _columns(),
            chosen=columns,
            default=["name", "status", "state", "state changed", "message"],
            empty="There is no task. Start one with `taskyard task create`.",
        )


@app.command("send")
def send(
    task: TaskArgument,
    message: Annotated[
        str | None, typer.Argument(help="What to tell the agent.")
    ] = None,
    stdin: Annotated[bool, typer.Option(help="Read the message from stdin.")] = False,
    resume: Annotated[
        bool, typer.Option("--resume", help="Resume the task if it is paused.")
    ] = False,
    now: Annotated[
        bool, typer.Option("--now", help="Refuse unless the agent is idle.")
    ] = False,
    steer: Annotated[
        bool, typer.Option("--steer", help="Into the running turn, where it can.")
    ] = False,
    as_json: JsonOption = False,
) -> None:
    """Tell the agent something; while it works, the message waits for its turn."""
    reference = Reference.parse(task)
    text = read_prompt(message, from_stdin=stdin, question="What shall the agent know?")
    delivery: Literal["queue", "now", "steer"] = "queue"
    if now or steer:
        delivery = "now" if now else "steer"

    async def send_it(client: Client) -> Message:
        return await client.tasks.send(
            reference.user, reference.name, text, delivery=delivery, resume=resume
        )

    sent = run(send_it)
    if as_json:
        print_json(sent)
    else:
        note(f"The message is {sent.state}.", "green")


@app.command("cancel")
def cancel(task: TaskArgument) -> None:
    """Stop the running turn; the task and its workspace stay."""
    reference = Reference.parse(task)
    run(lambda client: client.tasks.cancel(reference.user, reference.name))
    note("The agent was told to stop.")


@app.command("pause")
def pause(
    task: TaskArgument,
    yes: YesOption = False,
    wait_for_it: Annotated[bool, typer.Option("--wait/--no-wait")] = True,
    as_json: JsonOption = False,
) -> None:
    """Stop the workspace and keep the conversation and the files."""
    confirm(f"Pause {task}?", yes=yes)
    reference = Reference.parse(task)

    async def pause_it(client: Client) -> WorkspaceBuild:
        answer = await client.tasks.pause(reference.user, reference.name)
        build = answer.workspace_build
        if not wait_for_it:
            return build

        return await show_build(client, build.id, quiet=as_json)

    build = run(pause_it)
    if as_json:
        print_json(build)
    else:
        note(f"The task {task} is {'paused' if wait_for_it else 'pausing'}.", "green")


@app.command("resume")
def resume(
    task: TaskArgument,
    yes: YesOption = False,  # noqa: ARG001 - accepted for Coder's sake; nothing is lost
    wait_for_it: Annotated[bool, typer.Option("--wait/--no-wait")] = True,
    as_json: JsonOption = False,
) -> None:
    """Start the workspace again; the agent goes on with the same conversation."""
    reference = Reference.parse(task)

    async def resume_it(client: Client) -> TaskDetail:
        await client.tasks.resume(reference.user, reference.name)
        detail = await client.tasks.get(reference.user, reference.name)
        if not wait_for_it:
            return detail

        return await show_start(client, detail, quiet=as_json)

    detail = run(resume_it)
    if as_json:
        print_json(detail)
    else:
        note(f"The task {detail.name} is {detail.work.status}.", "green")


@app.command("delete")
@app.command("rm", hidden=True)
def delete(
    tasks: Annotated[list[str], typer.Argument(metavar="TASK")],
    yes: YesOption = False,
) -> None:
    """Delete tasks with their workspaces and files."""
    references = [Reference.parse(task) for task in tasks]
    confirm(f"Delete {', '.join(tasks)} with the workspace and its files?", yes=yes)
    for reference in references:
        run(lambda client, it=reference: client.tasks.delete(it.user, it.name))
        note(f"The task {reference.name} is being deleted.")
