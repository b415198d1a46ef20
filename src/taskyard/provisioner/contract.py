"""The CODER_* contract of one run, from what the server sent."""

import json
from collections.abc import Mapping
from typing import Final
from uuid import UUID

from taskyard.protocol.provisioner import BuildInput, ImportInput, Owner, TemplateInfo
from taskyard.provisioner.provider.coder.run import (
    parameter_key,
    previous_parameter_key,
)
from taskyard.provisioner.results.tasks import PROMPT_PARAMETER

__all__ = ["build_environment", "import_environment"]

#: What the contract calls our transitions.
_TRANSITIONS: Final = {"start": "start", "stop": "stop", "delete": "destroy"}


def import_environment(
    job: ImportInput, *, transition: str, task: UUID
) -> dict[str, str]:
    """Of a plan that is never applied, with a task, so that its resources show.

    There is no build id, so that nothing is demanded that only a build has.
    """
    return {
        **_common(job.owner, job.template, job.access_url, job.agent_scripts),
        "CODER_WORKSPACE_TRANSITION": transition,
        "CODER_TASK_ID": str(task),
        "CODER_TASK_PROMPT": "",
    }


def build_environment(job: BuildInput) -> dict[str, str]:
    found = {
        **_common(job.owner, job.template, job.access_url, job.agent_scripts),
        "CODER_WORKSPACE_TRANSITION": _TRANSITIONS[job.transition],
        "CODER_WORKSPACE_ID": str(job.workspace_id),
        "CODER_WORKSPACE_NAME": job.workspace_name,
        "CODER_WORKSPACE_BUILD_ID": str(job.build_id),
    }
    parameters: Mapping[str, str] = job.parameters
    if job.task:
        found["CODER_TASK_ID"] = str(job.task.id)
        found["CODER_TASK_PROMPT"] = job.task.prompt
        # The older form of a task template takes the prompt as a parameter.
        if not parameters.get(PROMPT_PARAMETER):
            parameters = {**parameters, PROMPT_PARAMETER: job.task.prompt}

    for name, value in parameters.items():
        found[parameter_key(name)] = value
    for name, value in job.previous_parameters.items():
        found[previous_parameter_key(name)] = value
    return found


def _common(
    owner: Owner, template: TemplateInfo, url: str, scripts: Mapping[str, str]
) -> dict[str, str]:
    prefix = "CODER_WORKSPACE_OWNER"
    return {
        "CODER_AGENT_URL": url,
        "CODER_WORKSPACE_TEMPLATE_ID": str(template.id or template.version_id),
        "CODER_WORKSPACE_TEMPLATE_NAME": template.name,
        "CODER_WORKSPACE_TEMPLATE_VERSION": template.version,
        prefix: owner.name,
        f"{prefix}_ID": str(owner.id),
        f"{prefix}_NAME": owner.full_name,
        f"{prefix}_EMAIL": owner.email,
        f"{prefix}_GROUPS": json.dumps(owner.groups),
        f"{prefix}_SSH_PUBLIC_KEY": owner.ssh_public_key,
        f"{prefix}_SSH_PRIVATE_KEY": owner.ssh_private_key,
        f"{prefix}_SESSION_TOKEN": owner.session_token,
        f"{prefix}_LOGIN_TYPE": owner.login_type,
        f"{prefix}_RBAC_ROLES": json.dumps(owner.rbac_roles),
        **{f"CODER_AGENT_SCRIPT_{target}": text for target, text in scripts.items()},
    }
