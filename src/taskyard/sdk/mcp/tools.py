"""The tools with which any MCP client drives tasks.

Names and arguments are those that clients of the contract already use; what they answer
is the API's own JSON.
"""

import inspect
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final, Literal
from uuid import UUID

from pydantic import BaseModel, TypeAdapter

from taskyard.kit.errors import InvalidRequest
from taskyard.protocol.api.tasks import CreateTask, Task
from taskyard.sdk.client import Client

__all__ = ["TOOLS", "Tool"]

Json = dict[str, Any]
Work = Callable[..., Awaitable[object]]
_anything: Final = TypeAdapter[object](object)


@dataclass(frozen=True, slots=True, kw_only=True)
class Tool:
    """`arguments` is name -> description; those of `optional` may be left out."""

    name: str
    title: str
    description: str
    work: Work
    arguments: Mapping[str, str] = field(default_factory=dict[str, str])
    optional: frozenset[str] = frozenset()
    effect: Literal["reads", "changes", "destroys"] = "reads"

    def declaration(self) -> Json:
        """As `tools/list` names it."""
        return {
            "name": self.name,
            "title": self.title,
            "description": self.description,
            "inputSchema": {
                "type": "object",
                "properties": {
                    name: {"type": "string", "description": text}
                    for name, text in self.arguments.items()
                },
                "required": [n for n in self.arguments if n not in self.optional],
            },
            "annotations": {
                "title": self.title,
                "readOnlyHint": self.effect == "reads",
                "destructiveHint": self.effect == "destroys",
                "idempotentHint": self.effect == "reads",
                "openWorldHint": False,
            },
        }

    async def call(self, client: Client, given: Mapping[str, Any]) -> str:
        """Do it; the answer is JSON. Raises `TaskyardError`."""
        unknown = sorted(set(given) - set(self.arguments))
        missing = sorted(
            name
            for name in self.arguments
            if name not in self.optional and not given.get(name)
        )
        if unknown or missing:
            raise InvalidRequest(
                f"{self.name} takes {', '.join(self.arguments) or 'no arguments'}",
                detail=f"Missing: {missing}. Unknown: {unknown}.",
            )
        texts = {name: str(value) for name, value in given.items() if value is not None}
        result = self.work(client, **texts)
        answer = await result if inspect.isawaitable(result) else result
        return _anything.dump_json(_plain(answer), indent=2).decode()


def _plain(answer: object) -> object:
    return answer.model_dump(mode="json") if isinstance(answer, BaseModel) else answer


async def _me(client: Client) -> object:
    return await client.users.me()


async def _templates(client: Client) -> object:
    return [
        {
            "id": template.id,
            "name": template.name,
            "display_name": template.display_name,
            "description": template.description,
            "active_version_id": template.active_version_id,
            "makes_tasks": template.has_ai_task,
        }
        for template in await client.templates.find()
    ]


async def _create(
    client: Client,
    input: str,  # noqa: A002 - the contract's name
    template_version_id: str,
    template_version_preset_id: str = "",
    user: str = "me",
) -> object:
    preset = template_version_preset_id
    body = CreateTask(
        input=input,
        template_version_id=_id("template_version_id", template_version_id),
        template_version_preset_id=_id("template_version_preset_id", preset)
        if preset
        else None,
    )
    return await client.tasks.create(body, user=user or "me")


async def _tasks(client: Client, status: str = "", user: str = "") -> object:
    terms = [f'owner:"{user or "me"}"', *([f'status:"{status}"'] if status else [])]
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
    task = await client.tasks.get(*_reference(task_id))
    return {
        **_short(task),
        "work": task.work.model_dump(mode="json"),
        "queued_messages": task.queued_messages,
        "pending_permissions": task.pending_permissions,
    }


async def _send(
    client: Client,
    task_id: str,
    input: str,  # noqa: A002 - the contract's name
) -> object:
    sent = await client.tasks.send(*_reference(task_id), input, resume=True)
    return {"id": sent.id, "state": sent.state}


async def _logs(client: Client, task_id: str) -> object:
    return await client.tasks.logs(*_reference(task_id))


async def _delete(client: Client, task_id: str) -> object:
    await client.tasks.delete(*_reference(task_id))
    return {"message": "The task is being deleted."}


async def _pause(client: Client, task_id: str) -> object:
    await client.tasks.pause(*_reference(task_id))
    return {"message": "The task is being paused."}


async def _resume(client: Client, task_id: str) -> object:
    await client.tasks.resume(*_reference(task_id))
    return {"message": "The task is being resumed."}


def _reference(task: str) -> tuple[str, str]:
    """`name`, `owner/name` or an id."""
    owner, slash, name = task.partition("/")
    return (owner, name) if slash else ("me", task)


def _id(name: str, text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError as error:
        raise InvalidRequest(f"{name} {text!r} is not an id") from error


_TASK: Final = {"task_id": "The task: its id, its name, or owner/name."}

TOOLS: Final[Mapping[str, Tool]] = {
    tool.name: tool
    for tool in (
        Tool(
            name="coder_get_authenticated_user",
            title="Who am I",
            description="The user on whose behalf these tools act.",
            work=_me,
        ),
        Tool(
            name="coder_list_templates",
            title="List templates",
            description="Templates with their active versions. Only those that make "
            "tasks can be used with coder_create_task.",
            work=_templates,
        ),
        Tool(
            name="coder_create_task",
            title="Create a task",
            description="Start a coding agent in a workspace of its own. Answers at "
            "once; follow it with coder_get_task_status.",
            work=_create,
            arguments={
                "input": "What the agent shall do: the prompt.",
                "template_version_id": "A template's active_version_id.",
                "template_version_preset_id": "A preset of that version.",
                "user": "For whom: a username; left out means oneself.",
            },
            optional=frozenset({"template_version_preset_id", "user"}),
            effect="changes",
        ),
        Tool(
            name="coder_list_tasks",
            title="List tasks",
            description="Tasks, newest first.",
            work=_tasks,
            arguments={
                "status": "Only those: pending, initializing, active, paused, error.",
                "user": "Of whom: a username; left out means oneself.",
            },
            optional=frozenset({"status", "user"}),
        ),
        Tool(
            name="coder_get_task_status",
            title="Get a task's status",
            description="What the task's workspace and its agent are doing, how that is "
            "known, and what waits for a person.",
            work=_status,
            arguments=_TASK,
        ),
        Tool(
            name="coder_send_task_input",
            title="Send a message to a task",
            description="Tell the agent something. It waits for the running turn, and "
            "resumes a paused task.",
            work=_send,
            arguments={**_TASK, "input": "What to tell the agent."},
            effect="changes",
        ),
        Tool(
            name="coder_get_task_logs",
            title="Get a task's conversation",
            description="What was said in the task, oldest first.",
            work=_logs,
            arguments=_TASK,
        ),
        Tool(
            name="coder_pause_task",
            title="Pause a task",
            description="Stop the task's workspace; conversation and home stay.",
            work=_pause,
            arguments=_TASK,
            effect="changes",
        ),
        Tool(
            name="coder_resume_task",
            title="Resume a task",
            description="Start the workspace of a paused task again.",
            work=_resume,
            arguments=_TASK,
            effect="changes",
        ),
        Tool(
            name="coder_delete_task",
            title="Delete a task",
            description="Delete the task with its workspace and everything in it.",
            work=_delete,
            arguments=_TASK,
            effect="destroys",
        ),
    )
}
