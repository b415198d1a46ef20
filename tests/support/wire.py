"""Whole bodies of the API for tests; each test changes only what it is about."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

from taskyard.protocol.api.tasks import (
    CurrentState,
    Permission,
    StatusFact,
    StoredEvent,
    TaskDetail,
    WorkStatus,
)
from taskyard.protocol.api.templates import (
    Preset,
    ProvisionerJob,
    ProvisionerJobLog,
    Template,
    TemplateVersion,
)
from taskyard.protocol.api.users import User
from taskyard.protocol.api.workspaces import Workspace, WorkspaceBuild

NOW = datetime(2026, 11, 1, 12, tzinfo=UTC)
ORGANIZATION = UUID(int=1)
OWNER = UUID(int=2)
SESSION = UUID(int=3)


def user(**changes: Any) -> User:
    return User.model_validate(
        {
            "id": OWNER,
            "username": "ada",
            "email": "ada@example.com",
            "created_at": NOW,
            "updated_at": NOW,
            "last_seen_at": NOW,
            "status": "active",
            "login_type": "password",
            "organization_ids": [ORGANIZATION],
            "roles": [{"name": "owner", "display_name": "Owner"}],
            **changes,
        }
    )


def job(**changes: Any) -> ProvisionerJob:
    return ProvisionerJob.model_validate(
        {
            "id": uuid4(),
            "created_at": NOW,
            "status": "succeeded",
            "file_id": UUID(int=9),
            "organization_id": ORGANIZATION,
            "initiator_id": OWNER,
            "type": "workspace_build",
            **changes,
        }
    )


def log_line(number: int, stage: str, output: str, **changes: Any) -> ProvisionerJobLog:
    return ProvisionerJobLog.model_validate(
        {
            "id": number,
            "created_at": NOW,
            "log_source": "provisioner",
            "log_level": "info",
            "stage": stage,
            "output": output,
            **changes,
        }
    )


def build(**changes: Any) -> WorkspaceBuild:
    return WorkspaceBuild.model_validate(
        {
            "id": uuid4(),
            "created_at": NOW,
            "updated_at": NOW,
            "workspace_id": uuid4(),
            "workspace_name": "tidy-up",
            "workspace_owner_id": OWNER,
            "workspace_owner_name": "ada",
            "template_version_id": uuid4(),
            "template_version_name": "first",
            "build_number": 1,
            "transition": "start",
            "initiator_id": OWNER,
            "initiator_name": "ada",
            "job": job(),
            "reason": "initiator",
            "status": "running",
            **changes,
        }
    )


def workspace(**changes: Any) -> Workspace:
    return Workspace.model_validate(
        {
            "id": uuid4(),
            "created_at": NOW,
            "updated_at": NOW,
            "owner_id": OWNER,
            "owner_name": "ada",
            "organization_id": ORGANIZATION,
            "organization_name": "default",
            "template_id": uuid4(),
            "template_name": "tasks-local",
            "template_display_name": "Tasks",
            "template_icon": "",
            "template_active_version_id": uuid4(),
            "latest_build": build(),
            "latest_app_status": None,
            "outdated": False,
            "name": "tidy-up",
            "last_used_at": NOW,
            "health": {"healthy": True, "failing_agents": []},
            **changes,
        }
    )


def template(**changes: Any) -> Template:
    return Template.model_validate(
        {
            "id": uuid4(),
            "created_at": NOW,
            "updated_at": NOW,
            "organization_id": ORGANIZATION,
            "organization_name": "default",
            "organization_display_name": "Default",
            "name": "tasks-local",
            "display_name": "Tasks",
            "active_version_id": uuid4(),
            "description": "Runs on this machine",
            "icon": "",
            "created_by_id": OWNER,
            "created_by_name": "ada",
            "has_ai_task": True,
            **changes,
        }
    )


def version(**changes: Any) -> TemplateVersion:
    return TemplateVersion.model_validate(
        {
            "id": uuid4(),
            "organization_id": ORGANIZATION,
            "created_at": NOW,
            "updated_at": NOW,
            "name": "first",
            "job": job(type="template_version_import"),
            "readme": "",
            "created_by": {"username": "ada"},
            "has_ai_task": True,
            **changes,
        }
    )


def preset(name: str, *, default: bool = False) -> Preset:
    return Preset(
        ID=uuid4(),
        Name=name,
        Parameters=[],
        Default=default,
        DesiredPrebuildInstances=None,
        Description="",
        Icon="",
    )


def work(status: WorkStatus, **changes: Any) -> StatusFact:
    facts = {"status": status, "source": "driver", "since": NOW, **changes}
    return StatusFact.model_validate(facts)


def task(work_status: WorkStatus = "idle", **changes: Any) -> TaskDetail:
    return TaskDetail.model_validate(
        {
            "id": uuid4(),
            "organization_id": ORGANIZATION,
            "owner_id": OWNER,
            "owner_name": "ada",
            "name": "tidy-up",
            "display_name": "Tidy up",
            "template_id": uuid4(),
            "template_version_id": uuid4(),
            "template_name": "tasks-local",
            "template_display_name": "Tasks",
            "template_icon": "",
            "workspace_id": None,
            "workspace_name": "tidy-up",
            "workspace_agent_id": None,
            "workspace_agent_lifecycle": "ready",
            "workspace_agent_health": {"healthy": True},
            "workspace_app_id": None,
            "initial_prompt": "tidy up",
            "status": "active",
            "current_state": state("idle", "all tidy"),
            "created_at": NOW,
            "updated_at": NOW,
            "work": work(work_status),
            "session_id": SESSION,
            **changes,
        }
    )


def state(name: str, message: str = "") -> CurrentState:
    return CurrentState.model_validate(
        {"timestamp": NOW, "state": name, "message": message, "uri": ""}
    )


def event(seq: int, kind: str, key: str = "", /, **data: Any) -> StoredEvent:
    return StoredEvent(
        seq=seq, session_id=SESSION, kind=kind, key=key or kind, at=NOW, data=data
    )


def permission(**changes: Any) -> Permission:
    return Permission.model_validate(
        {
            "id": uuid4(),
            "session_id": SESSION,
            "request_id": "1",
            "title": "Run make test",
            "tool": {},
            "options": [
                {"id": "yes", "name": "Allow", "kind": "allow_once"},
                {"id": "no", "name": "Reject", "kind": "reject_once"},
            ],
            "state": "pending",
            "created_at": NOW,
            "answered_at": None,
            **changes,
        }
    )
