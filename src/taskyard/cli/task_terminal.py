"""`taskyard task terminal` and `control`: sit down at an agent's own terminal."""

import sys
from typing import Annotated, Literal

import typer

from taskyard.cli.output import JsonOption, note, print_json, print_text
from taskyard.cli.reference import Reference, TaskArgument
from taskyard.cli.session import run
from taskyard.kit.errors import Conflict, InvalidRequest, TaskyardError
from taskyard.protocol.api.tasks import ControlState, TaskDetail
from taskyard.sdk import Client

__all__ = ["control", "terminal"]

CancelOption = Annotated[
    bool, typer.Option("--cancel-turn", help="End a running turn for it.")
]


def terminal(
    task: TaskArgument,
    take: Annotated[
        bool,
        typer.Option("--take", help="Hand the agent over first, without asking."),
    ] = False,
    keep: Annotated[
        bool,
        typer.Option("--keep", help="Leave it in its terminal when you detach."),
    ] = False,
    cancel_turn: CancelOption = False,
) -> None:
    """Use the agent's own terminal from here; Ctrl-] detaches.

    An agent that is in the chat is handed over first, if you say so; when you detach it
    goes back to the chat. Leaving the agent's program (/exit, Ctrl-D) does the same.
    """
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        raise InvalidRequest(
            "This needs a terminal at both ends.",
            detail="Run it at your own terminal; `taskyard task logs -f` follows a task "
            "without one.",
        )
    reference = Reference.parse(task)
    run(
        lambda client: _sit_down(
            client, reference, take=take, keep=keep, cancel_turn=cancel_turn
        )
    )


def control(
    task: TaskArgument,
    controller: Annotated[
        Literal["chat", "terminal"] | None,
        typer.Argument(help="Who is to have the agent; left out: show who has it."),
    ] = None,
    cancel_turn: CancelOption = False,
    as_json: JsonOption = False,
) -> None:
    """Show who has the agent, or give it to the chat or to its own terminal."""
    reference = Reference.parse(task)

    async def work(client: Client) -> ControlState:
        if controller is None:
            detail = await client.tasks.get(reference.user, reference.name)
            return ControlState(controller=detail.controller, terminal=detail.terminal)
        return await client.tasks.set_control(
            reference.user, reference.name, controller, cancel_turn=cancel_turn
        )

    state = run(work)
    if as_json:
        print_json(state)
    elif controller is None:
        print_text(state.controller)
    elif state.switching:
        note(f"The agent is on its way to the {state.controller}.")
    else:
        note(f"The {state.controller} has the agent.", "green")


async def _sit_down(
    client: Client,
    reference: Reference,
    *,
    take: bool,
    keep: bool,
    cancel_turn: bool,
) -> None:
    from taskyard.cli.terminal import Attached  # noqa: PLC0415 - POSIX only

    detail = await client.tasks.get(reference.user, reference.name)
    took = await _take(client, reference, detail, asked=take, cancel_turn=cancel_turn)
    try:
        if ended := await Attached(client, reference).use():
            note(ended)
    finally:
        # Also when the connection or this program breaks: the chat waits for it.
        if took and not keep:
            await _give_back(client, reference)


async def _take(
    client: Client,
    reference: Reference,
    detail: TaskDetail,
    *,
    asked: bool,
    cancel_turn: bool,
) -> bool:
    """Whether the agent had to be handed over."""
    if detail.terminal != "handover" or detail.controller == "terminal":
        return False
    if not asked:
        typer.confirm(
            "The agent is in the chat. Hand it over to its terminal?",
            default=True,
            abort=True,
            err=True,
        )
    note("Handing over …")
    state = await client.tasks.set_control(
        reference.user, reference.name, "terminal", cancel_turn=cancel_turn
    )
    if state.switching:
        note(
            "The agent is still on its way; its terminal is shown as soon as it is there."
        )
    return True


async def _give_back(client: Client, reference: Reference) -> None:
    try:
        await client.tasks.set_control(reference.user, reference.name, "chat")
    except Conflict as conflict:
        note(
            f"The agent stays in its terminal: {conflict.detail or conflict.message}\n"
            f"Give it back with `taskyard task control {reference.name} chat`.",
            "yellow",
        )
    except TaskyardError as error:
        note(f"The agent could not be given back: {error.message}", "yellow")
    else:
        note("The chat has the agent again.", "green")
