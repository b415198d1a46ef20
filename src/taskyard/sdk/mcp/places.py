"""The tools about templates and workspaces: look at them."""

from collections.abc import Sequence
from typing import Any, Final

from taskyard.protocol.api.templates import ProvisionerJobLog, Template
from taskyard.protocol.api.workspaces import Workspace, WorkspaceAgentLog
from taskyard.sdk.client import Client
from taskyard.sdk.mcp.tool import Argument, Tool, identity

__all__ = ["TOOLS"]

Json = dict[str, Any]

#: Of a log; the end is what one wants to know.
_MOST_LINES: Final = 500


async def _me(client: Client) -> object:
    return await client.users.me()


async def _templates(client: Client) -> object:
    return [_template(template) for template in await client.templates.find()]


def _template(template: Template) -> Json:
    return {
        "id": template.id,
        "name": template.name,
        "display_name": template.display_name,
        "description": template.description,
        "active_version_id": template.active_version_id,
        "makes_tasks": template.has_ai_task,
    }


async def _template_details(client: Client, template_id: str) -> object:
    template = await client.templates.get(identity("template_id", template_id))
    version = template.active_version_id
    parameters = await client.templates.parameters(version)
    presets = await client.templates.presets(version)
    return {
        **_template(template),
        "permission_policy": template.permission_policy,
        "parameters": [each.model_dump(mode="json") for each in parameters],
        "presets": [each.model_dump(mode="json") for each in presets],
    }


async def _parameters(client: Client, template_version_id: str) -> object:
    version = identity("template_version_id", template_version_id)
    found = await client.templates.parameters(version)
    return [each.model_dump(mode="json") for each in found]


async def _presets(client: Client, template_version_id: str) -> object:
    version = identity("template_version_id", template_version_id)
    found = await client.templates.presets(version)
    return [each.model_dump(mode="json") for each in found]


async def _workspaces(client: Client, owner: str = "me") -> object:
    found = await client.workspaces.find(f"owner:{owner}")
    return {
        "count": found.count,
        "workspaces": [_workspace(each) for each in found.workspaces],
    }


def _workspace(workspace: Workspace) -> Json:
    build = workspace.latest_build
    return {
        "id": workspace.id,
        "name": workspace.name,
        "owner": workspace.owner_name,
        "template": workspace.template_name,
        "status": build.status,
        "build_id": build.id,
        "agents": [
            {"id": agent.id, "name": agent.name, "lifecycle": agent.lifecycle_state}
            for resource in build.resources
            for agent in resource.agents
        ],
    }


async def _workspace_details(client: Client, workspace_id: str) -> object:
    return await client.workspaces.get(identity("workspace_id", workspace_id))


async def _build_logs(client: Client, workspace_build_id: str) -> object:
    build = identity("workspace_build_id", workspace_build_id)
    lines = await client.workspaces.build_logs(build)
    return _lines(lines, [line.log_level for line in lines])


async def _agent_logs(client: Client, workspace_agent_id: str) -> object:
    agent = identity("workspace_agent_id", workspace_agent_id)
    lines = await client.workspaces.agent_logs(agent)
    return _lines(lines, [line.level for line in lines])


def _lines(
    lines: Sequence[ProvisionerJobLog | WorkspaceAgentLog], levels: Sequence[str]
) -> Json:
    shown = [
        {"at": line.created_at, "level": level, "output": line.output}
        for line, level in zip(lines, levels, strict=True)
    ]
    return {"lines": shown[-_MOST_LINES:], "left_out": max(0, len(shown) - _MOST_LINES)}


_VERSION: Final = {
    "template_version_id": Argument(
        "A version, such as a template's active_version_id."
    )
}

TOOLS: Final = (
    Tool(
        name="coder_get_authenticated_user",
        title="Who am I",
        description="The user on whose behalf these tools act.",
        work=_me,
    ),
    Tool(
        name="coder_list_templates",
        title="List templates",
        description="Templates with their active versions. Only those that make tasks "
        "can be used with coder_create_task.",
        work=_templates,
    ),
    Tool(
        name="coder_get_template",
        title="Show a template",
        description="A template with the parameters and presets of its active version.",
        work=_template_details,
        arguments={"template_id": Argument("An id of coder_list_templates.")},
    ),
    Tool(
        name="coder_template_version_parameters",
        title="List a version's parameters",
        description="What can be chosen when a workspace is made of the version.",
        work=_parameters,
        arguments=_VERSION,
    ),
    Tool(
        name="coder_list_template_presets",
        title="List a version's presets",
        description="Named sets of parameter values, for coder_create_task.",
        work=_presets,
        arguments=_VERSION,
    ),
    Tool(
        name="coder_list_workspaces",
        title="List workspaces",
        description="Workspaces with their builds and agents.",
        work=_workspaces,
        arguments={
            "owner": Argument(
                "Of whom: a username; left out means oneself.", optional=True
            )
        },
    ),
    Tool(
        name="coder_get_workspace",
        title="Show a workspace",
        description="A workspace with its latest build, resources, agents and apps.",
        work=_workspace_details,
        arguments={
            "workspace_id": Argument("An id of coder_list_workspaces, or of a task.")
        },
    ),
    Tool(
        name="coder_get_workspace_build_logs",
        title="Get a build's log",
        description="What Terraform said; of a long log the end.",
        work=_build_logs,
        arguments={"workspace_build_id": Argument("A build_id of a workspace.")},
    ),
    Tool(
        name="coder_get_workspace_agent_logs",
        title="Get the log of a workspace's scripts",
        description="What start scripts and the runner said; of a long log the end.",
        work=_agent_logs,
        arguments={"workspace_agent_id": Argument("The id of a workspace's agent.")},
    ),
)
