"""The tools about tasks: make, follow, talk to, answer, steer, end."""

import asyncio
from typing import Any, Final

from taskyard.protocol.api.tasks import (
    AnswerPermission,
    CreateTask,
    PermissionPolicy,
    Task,
    TaskDetail,
)
from taskyard.sdk.client import Client
from taskyard.sdk.mcp.tool import TASK, Argument, Tool, identity, task_reference

__all__ = ["TOOLS"]

Json = dict[str, Any]

_POLICIES: Final[dict[str, PermissionPolicy]] = {
    "ask": "ask",
    "allow_edits": "allow_edits",
    "allow_all": "allow_all",
}
_UNDER_WAY: Final = frozenset({"pending", "starting", "working", "pausing", "deleting"})
_LOOK_SECONDS: Final = 1.0
_MOST_SECONDS: Final = 600
#: Clients give a call up after a minute, if nobody told them otherwise.
_SECONDS: Final = 50
_MOST_EVENTS: Final = 500


async def _create(
    client: Client,
    *,
    input: str,  # noqa: A002 - the contract's name
    template_version_id: str,
    template_version_preset_id: str = "",
    user: str = "me",
    name: str = "",
    permission_policy: str = "",
) -> object:
    preset = template_version_preset_id
    body = CreateTask(
        input=input,
        template_version_id=identity("template_version_id", template_version_id),
        template_version_preset_id=identity("template_version_preset_id", preset)
        if preset
        else None,
        name=name,
        permission_policy=_POLICIES.get(permission_policy),
    )
    return await client.tasks.create(body, user=user)


async def _list(client: Client, status: str = "", user: str = "me") -> object:
    terms = [f'owner:"{user}"', *([f'status:"{status}"'] if status else [])]
    found = await client.tasks.find(" ".join(terms))
    return {"count": found.count, "tasks": [_short(task) for task in found.tasks]}


def _short(task: Task) -> Json:
    state = task.current_state
    return {
        "id": task.id,
        "name": task.name,
        "display_name": task.display_name,
        "owner": task.owner_name,
        "template": task.template_name,
        "status": task.status,
        "state": state.state if state else None,
        "message": state.message if state else "",
        "created_at": task.created_at,
    }


async def _status(client: Client, task_id: str) -> object:
    return _whole(await client.tasks.get(*task_reference(task_id)))


def _whole(task: TaskDetail) -> Json:
    return {
        **_short(task),
        "work": task.work.model_dump(mode="json"),
        "queued_messages": task.queued_messages,
        "pending_permissions": task.pending_permissions,
        "permission_policy": task.permission_policy,
        "workspace_id": task.workspace_id,
    }


async def _wait(
    client: Client, task_id: str, timeout_seconds: int = _SECONDS
) -> object:
    """Looks again and again: over HTTP there is no stream to follow inside the server."""
    reference = task_reference(task_id)
    loop = asyncio.get_running_loop()
    deadline = loop.time() + timeout_seconds
    while True:
        task = await client.tasks.get(*reference)
        # What was queued is delivered in a moment: its turn is what is waited for.
        is_over = task.work.status not in _UNDER_WAY and not (
            task.work.status == "idle" and task.queued_messages
        )
        if is_over or loop.time() >= deadline:
            return {**_whole(task), "timed_out": not is_over}
        await asyncio.sleep(min(_LOOK_SECONDS, max(0.0, deadline - loop.time())))


async def _send(
    client: Client,
    task_id: str,
    input: str,  # noqa: A002 - the contract's name
) -> object:
    sent = await client.tasks.send(*task_reference(task_id), input, resume=True)
    return {"id": sent.id, "state": sent.state}


async def _logs(client: Client, task_id: str) -> object:
    return await client.tasks.logs(*task_reference(task_id))


async def _events(
    client: Client, task_id: str, after: int | None = None, limit: int = 100
) -> object:
    events = await client.tasks.events(
        *task_reference(task_id), after=after, limit=max(1, limit)
    )
    return {
        "events": [event.model_dump(mode="json") for event in events],
        "last_seq": events[-1].seq if events else after or 0,
    }


async def _cancel(client: Client, task_id: str) -> object:
    await client.tasks.cancel(*task_reference(task_id))
    return {"message": "The agent was told to stop what it is doing."}


async def _pause(client: Client, task_id: str) -> object:
    await client.tasks.pause(*task_reference(task_id))
    return {"message": "The task is being paused."}


async def _resume(client: Client, task_id: str) -> object:
    await client.tasks.resume(*task_reference(task_id))
    return {"message": "The task is being resumed."}


async def _delete(client: Client, task_id: str) -> object:
    await client.tasks.delete(*task_reference(task_id))
    return {"message": "The task is being deleted."}


async def _permissions(client: Client, task_id: str) -> object:
    found = await client.tasks.permissions(*task_reference(task_id))
    pending = [each for each in found if each.state == "pending"]
    return {"permissions": [each.model_dump(mode="json") for each in pending]}


async def _answer(
    client: Client, task_id: str, permission_id: str, answer: str
) -> object:
    permission = identity("permission_id", permission_id)
    body = AnswerPermission(kind=answer)
    return await client.tasks.answer(*task_reference(task_id), permission, body)


async def _options(client: Client, task_id: str) -> object:
    return await client.tasks.options(*task_reference(task_id))


async def _set_option(
    client: Client, task_id: str, option_id: str, value: str
) -> object:
    return await client.tasks.set_option(*task_reference(task_id), option_id, value)


async def _set_policy(client: Client, task_id: str, policy: str) -> object:
    return await client.tasks.set_permission_policy(
        *task_reference(task_id), _POLICIES.get(policy)
    )


async def _artifacts(client: Client, task_id: str) -> object:
    return await client.tasks.artifacts(*task_reference(task_id))


async def _artifact(client: Client, task_id: str, artifact_id: str) -> object:
    artifact = identity("artifact_id", artifact_id)
    return await client.tasks.artifact(*task_reference(task_id), artifact)


TOOLS: Final = (
    Tool(
        name="coder_create_task",
        title="Create a task",
        description="Start a coding agent in a workspace of its own. Answers at once; "
        "follow it with coder_wait_for_task.",
        work=_create,
        arguments={
            "input": Argument("What the agent shall do: the prompt."),
            "template_version_id": Argument("A template's active_version_id."),
            "template_version_preset_id": Argument(
                "A preset of that version.", optional=True
            ),
            "user": Argument(
                "For whom: a username; left out means oneself.", optional=True
            ),
            "name": Argument("Made from the prompt if left out.", optional=True),
            "permission_policy": Argument(
                "What the agent may do without asking; the template's if left out.",
                optional=True,
                choices=tuple(_POLICIES),
            ),
        },
        effect="changes",
    ),
    Tool(
        name="coder_list_tasks",
        title="List tasks",
        description="Tasks, newest first.",
        work=_list,
        arguments={
            "status": Argument(
                "Only those.",
                optional=True,
                choices=(
                    "pending",
                    "initializing",
                    "active",
                    "paused",
                    "unknown",
                    "error",
                ),
            ),
            "user": Argument(
                "Of whom: a username; left out means oneself.", optional=True
            ),
        },
    ),
    Tool(
        name="coder_get_task_status",
        title="Get a task's status",
        description="What the task's workspace and its agent are doing, how that is "
        "known, and what waits for a person.",
        work=_status,
        arguments=TASK,
    ),
    Tool(
        name="coder_wait_for_task",
        title="Wait for a task",
        description="Wait until the agent is idle, asks something, fails or is paused; "
        "its status then. `timed_out` says that it still works.",
        work=_wait,
        arguments={
            **TASK,
            "timeout_seconds": Argument(
                f"How long to wait; {_SECONDS} if left out.",
                type="integer",
                optional=True,
                highest=_MOST_SECONDS,
            ),
        },
    ),
    Tool(
        name="coder_send_task_input",
        title="Send a message to a task",
        description="Tell the agent something. It waits for the running turn, and "
        "resumes a paused task.",
        work=_send,
        arguments={**TASK, "input": Argument("What to tell the agent.")},
        effect="changes",
    ),
    Tool(
        name="coder_cancel_task",
        title="Stop the agent's turn",
        description="End what the agent is doing now; the task and its workspace stay.",
        work=_cancel,
        arguments=TASK,
        effect="changes",
        repeatable=True,
    ),
    Tool(
        name="coder_get_task_logs",
        title="Get a task's conversation",
        description="What was said in the task, oldest first.",
        work=_logs,
        arguments=TASK,
    ),
    Tool(
        name="coder_get_task_events",
        title="Get a task's transcript",
        description="Everything that happened in the task: words, tool calls, plans, "
        "permissions, states. The newest events, or those above `after`.",
        work=_events,
        arguments={
            **TASK,
            "after": Argument(
                "Only events above this number.",
                type="integer",
                optional=True,
                highest=2**53,
            ),
            "limit": Argument(
                "How many at most; 100 if left out.",
                type="integer",
                optional=True,
                highest=_MOST_EVENTS,
            ),
        },
    ),
    Tool(
        name="coder_list_task_permissions",
        title="List what a task's agent asks",
        description="Requests that wait for an answer, with what the agent wants to do.",
        work=_permissions,
        arguments=TASK,
    ),
    Tool(
        name="coder_answer_task_permission",
        title="Answer a task's agent",
        description="Allow or refuse what the agent asks for. The first answer wins.",
        work=_answer,
        arguments={
            **TASK,
            "permission_id": Argument("An id of coder_list_task_permissions."),
            "answer": Argument(
                "The kind of answer; the request must offer it.",
                choices=("allow_once", "allow_always", "reject_once", "reject_always"),
            ),
        },
        effect="changes",
        repeatable=True,
    ),
    Tool(
        name="coder_get_task_options",
        title="Get a task's options",
        description="What the agent lets one choose (mode, model, effort), with the "
        "present values and the choices.",
        work=_options,
        arguments=TASK,
    ),
    Tool(
        name="coder_set_task_option",
        title="Set an option of a task",
        description="Set the agent's mode, model, effort or the like, now and at every "
        "later start.",
        work=_set_option,
        arguments={
            **TASK,
            "option_id": Argument("An id of coder_get_task_options."),
            "value": Argument("One of its choices; true or false for a switch."),
        },
        effect="changes",
        repeatable=True,
    ),
    Tool(
        name="coder_set_task_permission_policy",
        title="Set what a task's agent may do",
        description="What the agent may do without asking: nothing, read and edit "
        "files, or everything. `default`: what the template says.",
        work=_set_policy,
        arguments={
            **TASK,
            "policy": Argument("The policy.", choices=(*_POLICIES, "default")),
        },
        effect="changes",
        repeatable=True,
    ),
    Tool(
        name="coder_list_task_artifacts",
        title="List the files a task changed",
        description="Files that the agent's tools created, edited or deleted; also while "
        "the task is paused.",
        work=_artifacts,
        arguments=TASK,
    ),
    Tool(
        name="coder_get_task_artifact",
        title="Get a file a task changed",
        description="Its diff and what was last written to it.",
        work=_artifact,
        arguments={
            **TASK,
            "artifact_id": Argument("An id of coder_list_task_artifacts."),
        },
    ),
    Tool(
        name="coder_pause_task",
        title="Pause a task",
        description="Stop the task's workspace; conversation and home stay.",
        work=_pause,
        arguments=TASK,
        effect="changes",
    ),
    Tool(
        name="coder_resume_task",
        title="Resume a task",
        description="Start the workspace of a paused task again.",
        work=_resume,
        arguments=TASK,
        effect="changes",
    ),
    Tool(
        name="coder_delete_task",
        title="Delete a task",
        description="Delete the task with its workspace and everything in it.",
        work=_delete,
        arguments=TASK,
        effect="destroys",
    ),
)
