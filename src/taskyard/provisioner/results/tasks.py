"""Whether a template can be used for tasks and, if not, exactly why."""

from dataclasses import dataclass
from typing import Final
from uuid import UUID

from taskyard.protocol.provisioner import AiTask, Parameter
from taskyard.provisioner.provider.values import Object, first_object
from taskyard.provisioner.results.configuration import labels_of_type
from taskyard.provisioner.results.nodes import Node, of_type

__all__ = ["PROMPT_PARAMETER", "Verdict", "ai_tasks", "judge"]

#: Older templates take the prompt as a parameter of exactly this name.
PROMPT_PARAMETER: Final = "AI Prompt"

_EXAMPLE: Final = (
    'resource "coder_ai_task" "task" { count = data.coder_workspace.me.start_count, '
    "app_id = coder_app.NAME.id }"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    has_ai_task: bool
    reason: str = ""  # empty when it is a task template
    warning: str = ""
    prompt_parameter: bool = False


def judge(plan: Object, nodes: list[Node], parameters: list[Parameter]) -> Verdict:
    """From a plan as a start with a task: what counts is what would really be made."""
    prompt = any(parameter.name == PROMPT_PARAMETER for parameter in parameters)
    made = of_type(nodes, "coder_ai_task")
    reason = _why_not(labels_of_type(plan, "coder_ai_task"), made, nodes, prompt=prompt)
    warning = ""
    if len(made) > 1:
        places = ", ".join(node.address for node in made)
        warning = (
            f"A workspace has one task, and the template makes several ({places})."
        )
    return Verdict(
        has_ai_task=not reason,
        reason=reason,
        warning=warning,
        prompt_parameter=prompt,
    )


def ai_tasks(nodes: list[Node]) -> list[AiTask]:
    return [
        AiTask(id=UUID(node.values["id"]), app_id=UUID(app) if app else None)
        for node in of_type(nodes, "coder_ai_task")
        for app in [_app_of(node)]
    ]


def _why_not(
    blocks: list[str], made: list[Node], nodes: list[Node], *, prompt: bool
) -> str:
    if not blocks:
        hint = ' A parameter "AI Prompt" alone does not make one.' if prompt else ""
        return f"There is no coder_ai_task in the template.{hint} Add: {_EXAMPLE}"
    if not made:
        return (
            f"{', '.join(blocks)} is not made when a task starts: its count (or for_each, "
            "or that of its module) is 0. Use count = data.coder_workspace.me.start_count."
        )
    if not of_type(nodes, "coder_agent"):
        return (
            "There is no coder_agent when a task starts, so nothing could run the "
            'agent. Add resource "coder_agent" and start its init_script in a workspace.'
        )
    return _what_is_wrong_with_the_app(made[0], of_type(nodes, "coder_app"))


def _what_is_wrong_with_the_app(task: Node, apps: list[Node]) -> str:
    app = _app_of(task)
    if app is None and not apps:
        return (
            f"{task.address} has no app_id, and there is no coder_app it could name. "
            "Add a coder_app for the agent, or use a module that has the output "
            "task_app_id."
        )
    if app is None and "app_id" in task.values:
        return (
            f"{task.address} has no app_id. Set it to the id of the app in which people "
            "talk to the agent: coder_app.NAME.id or module.NAME.task_app_id."
        )
    # An app_id that the plan does not know yet is there; the build will show it.
    if app is not None and app not in {node.values.get("id") for node in apps}:
        return (
            f'The app_id of {task.address}, "{app}", is not the id of a coder_app of '
            "this template. Refer to one: coder_app.NAME.id."
        )
    return ""


def _app_of(task: Node) -> str | None:
    """`app_id`, or the `sidebar_app` block of the older form."""
    if app := task.values.get("app_id"):
        return str(app)
    older = first_object(task.values.get("sidebar_app"))
    return older.get("id") or None
