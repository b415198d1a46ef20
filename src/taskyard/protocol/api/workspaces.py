"""Workspaces, builds, agents and apps on the wire."""

from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from pydantic import Field

from taskyard.protocol.api.common import ApiModel
from taskyard.protocol.api.templates import ProvisionerJob

__all__ = [
    "AppStatusUpdate",
    "BuildParameter",
    "BuildReason",
    "CreateBuild",
    "CreateWorkspace",
    "EgressBatch",
    "EgressDecision",
    "EgressDecisions",
    "EgressReport",
    "Workspace",
    "WorkspaceAgent",
    "WorkspaceAgentLog",
    "WorkspaceApp",
    "WorkspaceAppStatus",
    "WorkspaceBuild",
    "WorkspaceResource",
    "WorkspaceStatus",
    "Workspaces",
]

WorkspaceStatus = Literal[
    "pending",
    "starting",
    "running",
    "stopping",
    "stopped",
    "failed",
    "canceling",
    "canceled",
    "deleting",
    "deleted",
]
BuildReason = Literal[
    "initiator",
    "autostart",
    "autostop",
    "dormancy",
    "dashboard",
    "cli",
    "ssh_connection",
    "vscode_connection",
    "jetbrains_connection",
    "task_auto_pause",
    "task_manual_pause",
    "task_resume",
]
Transition = Literal["start", "stop", "delete"]


class WorkspaceAppStatus(ApiModel):
    id: UUID
    created_at: datetime
    workspace_id: UUID
    agent_id: UUID
    app_id: UUID
    state: Literal["working", "idle", "complete", "failure"]
    message: str
    uri: str
    icon: str = ""
    needs_user_attention: bool = False


class WorkspaceApp(ApiModel):
    id: UUID
    url: str = ""
    external: bool
    slug: str
    display_name: str
    command: str = ""
    icon: str = ""
    subdomain: bool
    subdomain_name: str = ""
    sharing_level: Literal["owner", "authenticated", "organization", "public"]
    healthcheck: dict[str, Any]
    health: Literal["disabled", "initializing", "healthy", "unhealthy"]
    group: str = ""
    hidden: bool = False
    open_in: Literal["slim-window", "tab"] = "slim-window"
    tooltip: str = ""
    statuses: list[WorkspaceAppStatus] = []


class AgentMetadata(ApiModel):
    """The last value of a metadata item; in memory of the server only."""

    key: str
    display_name: str
    value: str
    error: str
    collected_at: datetime | None
    interval: int


class WorkspaceAgent(ApiModel):
    id: UUID
    parent_id: UUID | None = None
    created_at: datetime
    updated_at: datetime
    first_connected_at: datetime | None = None
    last_connected_at: datetime | None = None
    disconnected_at: datetime | None = None
    started_at: datetime | None = None
    ready_at: datetime | None = None
    status: Literal["connecting", "connected", "disconnected", "timeout"]
    lifecycle_state: str
    name: str
    resource_id: UUID
    architecture: str
    operating_system: str
    environment_variables: dict[str, str] = {}
    directory: str = ""
    expanded_directory: str = ""
    logs_length: int = 0
    logs_overflowed: bool = False
    version: str = ""
    api_version: str = "2.0"
    apps: list[WorkspaceApp] = []
    connection_timeout_seconds: int = 120
    troubleshooting_url: str = ""
    subsystems: list[str] = []
    health: dict[str, Any]
    display_apps: list[str] = []
    log_sources: list[dict[str, Any]] = []
    scripts: list[dict[str, Any]] = []
    startup_script_behavior: Literal["blocking", "non-blocking"] = "non-blocking"
    metadata: list[AgentMetadata] = []  # ours


class WorkspaceResource(ApiModel):
    id: UUID
    created_at: datetime
    job_id: UUID
    workspace_transition: Transition
    type: str
    name: str
    hide: bool
    icon: str
    agents: list[WorkspaceAgent] = []
    metadata: list[dict[str, Any]] = []
    daily_cost: int = 0


class WorkspaceBuild(ApiModel):
    id: UUID
    created_at: datetime
    updated_at: datetime
    workspace_id: UUID
    workspace_name: str
    workspace_owner_id: UUID
    workspace_owner_name: str
    workspace_owner_avatar_url: str = ""
    template_version_id: UUID
    template_version_name: str
    build_number: int
    transition: Transition
    initiator_id: UUID
    initiator_name: str
    job: ProvisionerJob
    reason: str
    resources: list[WorkspaceResource] = []
    deadline: datetime | None = None
    max_deadline: datetime | None = None
    status: WorkspaceStatus
    daily_cost: int = 0
    template_version_preset_id: UUID | None = None
    has_ai_task: bool = False
    has_external_agent: bool = False
    matched_provisioners: dict[str, Any] | None = None


class Workspace(ApiModel):
    id: UUID
    created_at: datetime
    updated_at: datetime
    owner_id: UUID
    owner_name: str
    owner_avatar_url: str = ""
    organization_id: UUID
    organization_name: str
    template_id: UUID
    template_name: str
    template_display_name: str
    template_icon: str
    template_allow_user_cancel_workspace_jobs: bool = True
    template_active_version_id: UUID
    template_require_active_version: bool = False
    template_use_classic_parameter_flow: bool = False
    latest_build: WorkspaceBuild
    latest_app_status: WorkspaceAppStatus | None
    outdated: bool
    name: str
    autostart_schedule: str | None = None
    ttl_ms: int | None = None
    last_used_at: datetime
    deleting_at: datetime | None = None
    dormant_at: datetime | None = None
    health: dict[str, Any]
    automatic_updates: str = "never"
    allow_renames: bool = False
    favorite: bool = False
    next_start_at: datetime | None = None
    is_prebuild: bool = False
    task_id: UUID | None = None


class Workspaces(ApiModel):
    workspaces: list[Workspace]
    count: int


class BuildParameter(ApiModel):
    name: str
    value: str


class CreateWorkspace(ApiModel):
    name: str
    template_id: UUID | None = None
    template_version_id: UUID | None = None
    template_version_preset_id: UUID | None = None
    rich_parameter_values: list[BuildParameter] = []


class CreateBuild(ApiModel):
    transition: Transition
    template_version_id: UUID | None = None
    rich_parameter_values: list[BuildParameter] = []
    template_version_preset_id: UUID | None = None
    reason: BuildReason | None = None
    orphan: bool = False


class EgressReport(ApiModel):
    """A decision as the supervisor of a sandbox reports it."""

    at: float = Field(ge=0, le=253_402_300_799)  # seconds since 1970, to year 9999
    verdict: Literal["allow", "deny"]
    method: str = ""
    host: str
    port: int = Field(ge=0, le=65_535)
    path: str = ""
    rule: str = ""
    why: str = ""


class EgressBatch(ApiModel):
    decisions: list[EgressReport] = Field(max_length=1000)


class EgressDecision(ApiModel):
    """What a workspace tried to reach, and what the policy said."""

    id: int
    at: datetime
    verdict: Literal["allow", "deny"]
    method: str
    host: str
    port: int
    rule: str  # the text of the rule that allowed it
    reason: str  # why it was denied


class EgressDecisions(ApiModel):
    decisions: list[EgressDecision]
    count: int


class WorkspaceAgentLog(ApiModel):
    id: int
    created_at: datetime
    output: str
    level: str
    source_id: UUID


class AppStatusUpdate(ApiModel):
    """PATCH of an agent's own app status (Coder's words)."""

    app_slug: str
    state: str
    message: str = ""
    uri: str = Field(default="", max_length=2048)
    icon: str = ""
    needs_user_attention: bool = False
