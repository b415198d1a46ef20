"""Templates, their versions, presets and parameters on the wire."""

from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from pydantic import Field

from taskyard.protocol.api.common import ApiModel

__all__ = [
    "CreateTemplate",
    "CreateTemplateVersion",
    "Preset",
    "PresetParameter",
    "PromoteVersion",
    "ProvisionerJob",
    "ProvisionerJobLog",
    "ProvisionerJobStatus",
    "RichParameter",
    "RichParameterOption",
    "Template",
    "TemplateVersion",
    "TemplateVersionVariable",
    "UpdateTemplate",
    "UpdateTemplateVersion",
    "UploadResponse",
    "VariableValue",
]

ProvisionerJobStatus = Literal[
    "pending", "running", "succeeded", "failed", "canceling", "canceled"
]


class UploadResponse(ApiModel):
    hash: UUID  # Coder's name for the id of a stored file


class ProvisionerJob(ApiModel):
    id: UUID
    created_at: datetime
    started_at: datetime | None = None
    completed_at: datetime | None = None
    canceled_at: datetime | None = None
    error: str | None = None
    error_code: str | None = None
    status: ProvisionerJobStatus
    worker_id: UUID | None = None
    worker_name: str = ""
    file_id: UUID
    tags: dict[str, str] = {}
    queue_position: int = 0
    queue_size: int = 0
    organization_id: UUID
    initiator_id: UUID
    input: dict[str, Any] = {}
    type: Literal[
        "workspace_build", "template_version_import", "template_version_dry_run"
    ]
    metadata: dict[str, Any] = {}
    logs_overflowed: bool = False


class ProvisionerJobLog(ApiModel):
    id: int
    created_at: datetime
    log_source: Literal["provisioner", "provisioner_daemon"]
    log_level: Literal["trace", "debug", "info", "warn", "error"]
    stage: str
    output: str


class BuildTimeStats(ApiModel):
    P50: int | None = None  # milliseconds
    P95: int | None = None


class Template(ApiModel):
    id: UUID
    created_at: datetime
    updated_at: datetime
    organization_id: UUID
    organization_name: str
    organization_display_name: str
    organization_icon: str = ""
    name: str
    display_name: str
    provisioner: Literal["terraform"] = "terraform"
    active_version_id: UUID
    active_user_count: int = 0
    build_time_stats: dict[str, BuildTimeStats] = {}
    description: str
    deleted: bool = False
    deprecated: bool = False
    deprecation_message: str = ""
    disable_module_cache: bool = False
    icon: str
    default_ttl_ms: int = 0
    activity_bump_ms: int = 0
    autostop_requirement: dict[str, Any] = {"days_of_week": [], "weeks": 1}
    autostart_requirement: dict[str, Any] = {"days_of_week": []}
    created_by_id: UUID
    created_by_name: str
    allow_user_autostart: bool = True
    allow_user_autostop: bool = True
    allow_user_cancel_workspace_jobs: bool = True
    failure_ttl_ms: int = 0
    time_til_dormant_ms: int = 0
    time_til_dormant_autodelete_ms: int = 0
    require_active_version: bool = False
    max_port_share_level: str = "public"
    cors_behavior: Literal["simple", "passthru"] = "simple"
    use_classic_parameter_flow: bool = False
    # ours
    has_ai_task: bool = False
    not_task_reason: str = ""
    permission_policy: Literal["allow_edits", "ask", "allow_all"] = "allow_edits"


class CreateTemplate(ApiModel):
    name: str
    template_version_id: UUID
    display_name: str = Field(default="", max_length=64)
    description: str = Field(default="", max_length=128)
    icon: str = Field(default="", max_length=256)
    permission_policy: Literal["allow_edits", "ask", "allow_all"] = "allow_edits"


class UpdateTemplate(ApiModel):
    name: str | None = None
    display_name: str | None = Field(default=None, max_length=64)
    description: str | None = Field(default=None, max_length=128)
    icon: str | None = Field(default=None, max_length=256)
    allow_user_cancel_workspace_jobs: bool | None = None
    permission_policy: Literal["allow_edits", "ask", "allow_all"] | None = None


class PromoteVersion(ApiModel):
    id: UUID


class VariableValue(ApiModel):
    name: str
    value: str


class CreateTemplateVersion(ApiModel):
    name: str = ""
    message: str = Field(default="", max_length=1048576)
    template_id: UUID | None = None
    storage_method: Literal["file"] = "file"
    file_id: UUID
    provisioner: Literal["terraform"] = "terraform"
    tags: dict[str, str] = {}
    user_variable_values: list[VariableValue] = []


class UpdateTemplateVersion(ApiModel):
    name: str | None = None
    message: str | None = Field(default=None, max_length=1048576)


class TemplateVersion(ApiModel):
    id: UUID
    template_id: UUID | None = None
    organization_id: UUID
    created_at: datetime
    updated_at: datetime
    name: str
    message: str = ""
    job: ProvisionerJob
    readme: str
    created_by: dict[str, Any]
    archived: bool = False
    has_external_agent: bool = False
    warnings: list[str] = []
    # ours
    has_ai_task: bool = False
    not_task_reason: str = ""
    engine: str = ""


class RichParameterOption(ApiModel):
    name: str
    description: str
    value: str
    icon: str


class RichParameter(ApiModel):
    name: str
    display_name: str
    description: str
    description_plaintext: str
    type: Literal["string", "number", "bool", "list(string)"]
    form_type: str
    styling: dict[str, Any] = {}
    mutable: bool
    default_value: str
    icon: str
    options: list[RichParameterOption]
    validation_error: str = ""
    validation_regex: str = ""
    validation_min: int | None = None
    validation_max: int | None = None
    validation_monotonic: str = ""
    required: bool
    ephemeral: bool


class TemplateVersionVariable(ApiModel):
    name: str
    description: str
    type: str
    value: str  # empty when sensitive
    default_value: str
    required: bool
    sensitive: bool


class PresetParameter(ApiModel):
    Name: str
    Value: str


class Preset(ApiModel):
    """Coder's words here are in Pascal case."""

    ID: UUID
    Name: str
    Parameters: list[PresetParameter]
    Default: bool
    DesiredPrebuildInstances: int | None
    Description: str
    Icon: str
