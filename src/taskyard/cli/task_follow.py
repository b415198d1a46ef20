"""`taskyard task status`, `logs` and `wait`: look at a task, once or as it goes on."""

from collections.abc import Callable, Mapping
from contextlib import aclosing
from typing import Annotated, Final, Literal

import typer

from taskyard.cli.durations import parse_duration
from taskyard.cli.errors import TaskBroke
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
from taskyard.cli.progress import BROKEN, raise_if_broken, until
from taskyard.cli.reference import Reference, TaskArgument
from taskyard.cli.session import run
from taskyard.cli.transcript import Transcript
from taskyard.kit.clock import SystemClock
from taskyard.protocol.api.tasks import StoredEvent, TaskDetail, TaskLog
from taskyard.sdk import Client

__all__ = ["logs", "status", "wait"]

Goal = Literal["idle", "working", "complete", "needs_input", "paused", "started"]


def _status_columns() -> Columns[TaskDetail]:
    now = SystemClock().now()
    return {
        "state changed": lambda task: ago(task.work.since, now),
        "status": lambda task: task.status,
        "healthy": _health,
        "state": lambda task: task.current_state.state if task.current_state else "",
        "message": lambda task: (
            task.current_state.message if task.current_state else ""
        ),
        "work": lambda task: task.work.status,
        "source": lambda task: task.work.source,
        "detail": lambda task: task.work.detail,
        "action": lambda task: task.work.action,
        "resets at": lambda task: (
            task.work.resets_at.isoformat() if task.work.resets_at else ""
        ),
        "reported": lambda task: task.work.reported,
        "queued": lambda task: str(task.queued_messages),
        "id": lambda task: str(task.id),
    }


_LOG_COLUMNS: Columns[TaskLog] = {
    "id": lambda line: str(line.id),
    "content": lambda line: line.content,
    "type": lambda line: line.type,
    "time": lambda line: line.time.isoformat(),
}


def status(
    task: TaskArgument,
    watch: Annotated[
        bool, typer.Option(help="Go on until the task stops working.")
    ] = False,
    output: FormatOption = "table",
    columns: ColumnsOption = None,
    as_json: JsonOption = False,
) -> None:
    """Show what a task is doing, where that is known from, and since when."""
    reference = Reference.parse(task)
    as_json = wants_json(output, as_json)

    def show(detail: TaskDetail) -> None:
        if as_json:
            print_json(detail)
            return
        print_rows(
            [detail],
            _status_columns(),
            chosen=columns,
            default=[
                "state changed",
                "status",
                "healthy",
                "state",
                "work",
                "source",
                "message",
            ],
            empty="",
        )
        if columns is None:
            _advise(detail, reference)

    if watch:
        run(lambda client: _watch(client, reference, show))
    else:
        show(run(lambda client: client.tasks.get(reference.user, reference.name)))


#: What a person can do, by the word of the server.
_ADVICE: Final[Mapping[str, str]] = {
    "answer": "See what it asks: taskyard task permissions {task}",
    "login": "Log in at its terminal: taskyard task terminal {task}",
    "resume": "Start it again: taskyard task resume {task}",
    "restart": "Tell it something, and it is started again: taskyard task send {task}",
    "wait": "It goes on by itself, or after: taskyard task send {task}",
    "view_logs": "See what was said meanwhile: taskyard workspace logs {logs}",
}


def _advise(detail: TaskDetail, reference: Reference) -> None:
    """What is behind the status, and what to do about it."""
    work = detail.work
    told = detail.current_state.message if detail.current_state else ""
    if work.detail and work.detail != told:
        note(f"{work.detail} (says the {work.source})")
    if work.resets_at is not None:
        note(f"Over at {work.resets_at:%Y-%m-%d %H:%M} UTC.")
    if advice := _ADVICE.get(work.action):
        logs = Reference(user=reference.user, name=detail.workspace_name)
        which = " --scripts" if work.source == "process" else ""
        note(advice.format(task=_named(reference), logs=f"{_named(logs)}{which}"))


def _named(reference: Reference) -> str:
    own = reference.user == "me"
    return reference.name if own else f"{reference.user}/{reference.name}"


def logs(
    task: TaskArgument,
    follow: Annotated[
        bool, typer.Option("--follow", "-f", help="Go on as the agent works.")
    ] = False,
    output: Annotated[
        Literal["text", "table", "json"],
        typer.Option("-o", "--output", help="`table` has Coder's columns."),
    ] = "text",
    columns: ColumnsOption = None,
    as_json: JsonOption = False,
) -> None:
    """Show the conversation: what was said and what the agent did."""
    reference = Reference.parse(task)
    if columns is not None or output == "table":
        run(lambda client: _contract_logs(client, reference, columns))
        return

    show = (
        _print_event_json
        if as_json or output == "json"
        else _text_printer(is_live=follow)
    )
    if follow:
        run(lambda client: _follow(client, reference, show))
        return

    events = run(lambda client: client.tasks.transcript(reference.user, reference.name))
    if as_json or output == "json":
        print_json(events)
        return
    for event in events:
        show(event)
    show(None)
    if not events:
        note("The agent has said nothing yet.")


def wait(
    task: TaskArgument,
    goal: Annotated[Goal, typer.Option("--for", help="What to wait for.")] = "idle",
    timeout: Annotated[
        str, typer.Option(help="Such as 10m; without one, as long as it takes.")
    ] = "",
    as_json: JsonOption = False,
) -> None:
    """Wait until a task gets somewhere; exit status 7 when it fails instead."""
    reference = Reference.parse(task)
    limit = parse_duration(timeout) if timeout else None
    reached = run(lambda client: until(client, reference, _GOALS[goal], limit=limit))
    if as_json:
        print_json(reached)
    else:
        print_text(reached.work.status)


def _is_idle(task: TaskDetail) -> bool:
    # A message that waits for delivery makes it work again in a moment.
    return task.work.status == "idle" and task.queued_messages == 0


_GOALS: dict[Goal, Callable[[TaskDetail], bool]] = {
    "idle": _is_idle,
    "working": lambda task: task.work.status == "working",
    "complete": lambda task: (
        task.current_state is not None and task.current_state.state == "complete"
    ),
    "needs_input": lambda task: task.work.status in {"needs_input", "needs_login"},
    "paused": lambda task: task.work.status == "paused",
    "started": lambda task: task.work.status in {"working", "idle", "needs_input"},
}


async def _watch(
    client: Client, reference: Reference, show: Callable[[TaskDetail], None]
) -> None:
    going_on = {"pending", "starting", "working", "pausing", "deleting"}
    shown: TaskDetail | None = None
    watched = client.tasks.watch_status(reference.user, reference.name)
    async with aclosing(watched):
        async for task in watched:
            if shown is None or _differs(task, shown):
                show(task)
                shown = task
            if task.work.status not in going_on:
                raise_if_broken(task)
                return


def _differs(one: TaskDetail, other: TaskDetail) -> bool:
    return (one.work.status, one.current_state) != (
        other.work.status,
        other.current_state,
    )


async def _follow(
    client: Client, reference: Reference, show: Callable[[StoredEvent | None], None]
) -> None:
    """Until interrupted, or until the task can say nothing more."""
    over = BROKEN | {"paused"}
    watched = client.tasks.watch(reference.user, reference.name)
    async with aclosing(watched):
        async for item in watched:
            if isinstance(item, StoredEvent):
                show(item)
            elif item.work.status in over:
                show(None)
                note(f"The task is {item.work.status}. {item.work.detail}".strip())
                if item.work.status in BROKEN:
                    raise TaskBroke(detail=item.work.detail)
                return


async def _contract_logs(
    client: Client, reference: Reference, columns: str | None
) -> None:
    found = await client.tasks.logs(reference.user, reference.name)
    print_rows(
        found.logs,
        _LOG_COLUMNS,
        chosen=columns,
        default=["type", "content"],
        empty="The agent has said nothing yet.",
    )


def _print_event_json(event: StoredEvent | None) -> None:
    if event is not None:
        typer.echo(event.model_dump_json())


def _text_printer(*, is_live: bool) -> Callable[[StoredEvent | None], None]:
    transcript = Transcript(is_live=is_live)

    def show(event: StoredEvent | None) -> None:
        text = transcript.finish() if event is None else transcript.feed(event)
        if text:
            print_text(text, end="")

    return show


def _health(task: TaskDetail) -> str:
    health = task.workspace_agent_health
    return "" if health is None else str(health.healthy).lower()
