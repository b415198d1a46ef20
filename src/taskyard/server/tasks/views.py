"""Shape a task for the wire."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from taskyard.kit.clock import Clock
from taskyard.protocol.api.tasks import AgentHealth, StatusFact, Task, TaskDetail
from taskyard.protocol.api.workspaces import WorkspaceStatus
from taskyard.server.db.tables import SessionRow
from taskyard.server.runners.link import LinkRegistry
from taskyard.server.tasks.evidence import WorkFacts
from taskyard.server.tasks.policies import policy_of
from taskyard.server.tasks.records import (
    LinkFacts,
    TaskRecord,
    WaitingFacts,
    main_session,
    terminal_of,
)
from taskyard.server.tasks.status import current_state, derive_status
from taskyard.server.tasks.work import derive_work
from taskyard.server.workspaces.status import (
    agent_health,
    agent_status,
    workspace_status,
)

__all__ = ["TaskViews"]

#: Resources that say how a workspace is kept apart.
_ISOLATION: Final[dict[str, str]] = {
    "taskyard_sandbox": "bubblewrap",
    "docker_container": "docker",
    "kubernetes_pod": "kubernetes",
    "kubernetes_deployment": "kubernetes",
}

#: The protocol that an agent speaks to its model; the rest may speak any.
_PROTOCOLS: Final[dict[str, str]] = {
    "claude-code": "anthropic",
    "opencode": "anthropic",
    "copilot": "anthropic",
    "pi": "anthropic",
    "aider": "openai",
    "codex": "openai",
    "qwen": "openai",
    "gemini": "gemini",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskViews:
    links: LinkRegistry
    clock: Clock
    vendor_keys: Mapping[str, bool]  # by protocol; without a key the demo model answers

    def task(self, record: TaskRecord) -> Task:
        """Coder's shape."""
        row, workspace, agent = record.task, record.workspace, record.agent
        facts = record.status_facts()
        status = derive_status(facts)
        return Task(
            id=row.id,
            organization_id=row.organization_id,
            owner_id=row.owner_id,
            owner_name=record.owner.username,
            owner_avatar_url=record.owner.avatar_url,
            name=row.name,
            display_name=row.display_name,
            template_id=record.template.id,
            template_version_id=row.template_version_id,
            template_name=record.template.name,
            template_display_name=record.template.display_name,
            template_icon=record.template.icon,
            workspace_id=row.workspace_id,
            workspace_name=workspace.name if workspace else "",
            workspace_status=_workspace_status(record),
            workspace_build_number=record.build.build_number if record.build else None,
            workspace_agent_id=agent.id if agent else None,
            workspace_agent_lifecycle=agent.lifecycle if agent else None,
            workspace_agent_health=self._health(record),
            workspace_app_id=record.app.id if record.app else None,
            initial_prompt=row.prompt,
            status=status,
            current_state=current_state(facts, status),
            created_at=row.created_at,
            updated_at=workspace.updated_at if workspace else row.created_at,
        )

    def detail(
        self,
        record: TaskRecord,
        *,
        sessions: list[SessionRow],
        waiting: WaitingFacts,
        resource_types: Sequence[str],
    ) -> TaskDetail:
        """Ours: Coder's shape and what the work is really doing."""
        session = main_session(sessions, record.app.slug if record.app else None)
        facts = record.session_facts(session)
        return TaskDetail(
            **self.task(record).model_dump(),
            work=self.work(record, session=session, waiting=waiting),
            session_id=session.id if session else None,
            session_title=session.title if session else "",
            usage=session.usage if session else None,
            queued_messages=waiting.queued_messages,
            pending_permissions=waiting.pending_permissions,
            permission_policy=policy_of(record, session, in_force=False).policy,
            demo_model=self.is_demo(session.agent if session else ""),
            isolation=next(
                (_ISOLATION[t] for t in resource_types if t in _ISOLATION), ""
            ),
            controller=facts.controller if facts else "chat",
            terminal=terminal_of(session) if session and facts else "none",
        )

    def is_demo(self, agent: str) -> bool:
        """Whether the demo model answers this agent, as far as its name tells."""
        protocol = _PROTOCOLS.get(agent)
        if protocol is not None:
            return not self.vendor_keys[protocol]
        return not any(self.vendor_keys.values())

    def work(
        self,
        record: TaskRecord,
        *,
        session: SessionRow | None,
        waiting: WaitingFacts,
    ) -> StatusFact:
        return derive_work(
            WorkFacts(
                now=self.clock.now(),
                build=record.build_facts(),
                agent=record.agent_facts(link=self.link_facts(record)),
                session=record.session_facts(session),
                app_status=record.app_status,
                oldest_permission=waiting.oldest_permission,
                permission_title=waiting.permission_title,
                last_delivered=waiting.last_delivered,
                limit=waiting.limit,
                created_at=record.task.created_at,
            )
        )

    def link_facts(self, record: TaskRecord) -> LinkFacts:
        link = self.links.get(record.agent.id) if record.agent else None
        if link is None:
            return LinkFacts()
        return LinkFacts(connected=True, heard_at=link.heard_at)

    def _health(self, record: TaskRecord) -> AgentHealth | None:
        agent = record.agent
        if agent is None:
            return None
        status = agent_status(agent, self.clock.now())
        return AgentHealth.model_validate(agent_health(status, agent.lifecycle))


def _workspace_status(record: TaskRecord) -> WorkspaceStatus | None:
    if record.transition is None or record.job_status is None:
        return None
    return workspace_status(record.transition, record.job_status)
