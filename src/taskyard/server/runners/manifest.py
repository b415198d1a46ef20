"""Build what the runner needs to bring its workspace up, from rows."""

import hmac
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final
from uuid import uuid4

from taskyard.kit.clock import Clock
from taskyard.kit.crypto import digest
from taskyard.protocol import provisioner
from taskyard.protocol.link import (
    App,
    Healthcheck,
    Manifest,
    MetadataItem,
    PermissionPolicy,
    Script,
    SessionSeed,
)
from taskyard.server.db.tables import (
    AgentRow,
    AppRow,
    GatewayKeyRow,
    SessionRow,
)
from taskyard.server.runners.admission import AgentIdentity
from taskyard.server.runners.session_store import SessionStore
from taskyard.server.runners.store import RunnerStore

__all__ = ["ManifestBuilder", "log_sources", "read_policy", "seeds"]

_POLICIES: Final[Mapping[str, PermissionPolicy]] = {
    "allow_edits": "allow_edits",
    "ask": "ask",
    "allow_all": "allow_all",
}
_DEFAULT_INTERVAL: Final = 5
_DEFAULT_THRESHOLD: Final = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class ManifestBuilder:
    """`secret` is the server's own key: from it comes the gateway key of each build.

    Made and not stored, the key is the same at every connection of a build, so that an
    agent that was started before the server was restarted goes on; the database has its
    hash only.
    """

    store: RunnerStore
    clock: Clock
    access_url: str
    secret: bytes

    async def build(self, agent: AgentIdentity) -> Manifest:
        """The manifest of one connection; enters the gateway key."""
        row = await self.store.agent_row(agent.agent_row_id)
        workspace, owner, template = await self.store.workspace(agent.workspace_id)
        session_store = SessionStore(self.store.session)
        sessions = await session_store.sessions_of(agent.workspace_id)
        apps = await self.store.apps(agent.agent_row_id)
        key = await self._gateway_key(agent)
        spec = provisioner.Agent.model_validate(row.spec)
        manifest = Manifest(
            workspace_id=str(workspace.id),
            workspace_name=workspace.name,
            owner_name=owner.username,
            owner_email=owner.email,
            agent_id=str(row.id),
            agent_name=row.name,
            build_id=str(agent.build_id),
            build_number=agent.build_number,
            access_url=self.access_url,
            directory=spec.directory,
            motd_file=spec.motd_file,
            environment=spec.environment,
            secret_environment=self._secret_environment(key),
            scripts=[_script(script) for script in spec.scripts],
            apps=[_app(app) for app in apps],
            metadata=_metadata(spec),
            startup_blocking=spec.startup_script_behavior == "blocking",
            task_id=str(agent.task_id) if agent.task_id else "",
            sessions=seeds(sessions),
            permission_policy=read_policy(template.permission_policy) or "ask",
        )
        task = await session_store.task(agent.task_id) if agent.task_id else None
        if task is not None and (own := read_policy(task.permission_policy)):
            manifest["task_permission_policy"] = own
        return manifest

    def _secret_environment(self, key: str) -> dict[str, str]:
        """The names under which agents look for a model and a key, of each vendor.

        An agent that nobody here has heard of reaches a model too: it knows one of them.
        """
        gateway = f"{self.access_url}/gateway"
        return {
            "ANTHROPIC_BASE_URL": f"{gateway}/anthropic",
            "ANTHROPIC_AUTH_TOKEN": key,
            "OPENAI_BASE_URL": f"{gateway}/openai/v1",
            "OPENAI_API_KEY": key,
            "GOOGLE_GEMINI_BASE_URL": f"{gateway}/gemini",
            "GEMINI_API_KEY": key,
            "TASKYARD_GATEWAY_URL": gateway,
            "TASKYARD_GATEWAY_KEY": key,
        }

    async def _gateway_key(self, agent: AgentIdentity) -> str:
        name = f"gateway:{agent.build_id}:{agent.agent_row_id}"
        secret = hmac.digest(self.secret, name.encode(), "sha256").hex()
        key = f"tyk-gw-{secret}"
        await self.store.revoke_gateway_keys(
            agent.workspace_id, but_of=agent.build_id, now=self.clock.now()
        )
        await self.store.add_gateway_key(
            GatewayKeyRow(
                id=uuid4(),
                key_hash=digest(key),
                workspace_id=agent.workspace_id,
                build_id=agent.build_id,
                task_id=agent.task_id,
                created_at=self.clock.now(),
            )
        )
        return key


def read_policy(value: object) -> PermissionPolicy | None:
    """None: there is no such policy."""
    return _POLICIES.get(value) if isinstance(value, str) else None


def seeds(sessions: Sequence[SessionRow]) -> list[SessionSeed]:
    """The newest session of each key: what the runner may resume. Oldest first in."""
    newest = {row.key: row for row in sessions}
    return [
        SessionSeed(
            id=str(row.id),
            key=key,
            external_id=row.external_id,
            agent=row.agent,
            options=row.chosen_options or {},
        )
        for key, row in newest.items()
    ]


def log_sources(agent: AgentRow) -> list[dict[str, str]]:
    """A source for each script, as clients of agent logs list them."""
    spec = provisioner.Agent.model_validate(agent.spec)
    return [
        {
            "id": str(script.id),
            "display_name": script.display_name,
            "icon": script.icon,
            "created_at": agent.created_at.isoformat(),
        }
        for script in spec.scripts
    ]


def _script(script: provisioner.Script) -> Script:
    return Script(
        id=str(script.id),
        display_name=script.display_name,
        script=script.script,
        log_path=script.log_path,
        cron=script.cron,
        run_on_start=script.run_on_start,
        run_on_stop=script.run_on_stop,
        start_blocks_login=script.start_blocks_login,
        timeout_seconds=script.timeout,
    )


def _app(row: AppRow) -> App:
    spec = provisioner.App.model_validate(row.spec)
    check = spec.healthcheck
    return App(
        id=str(row.id),
        slug=row.slug,
        url=spec.url,
        command=spec.command,
        external=spec.external,
        healthcheck=_healthcheck(check) if check and check.url else None,
    )


def _healthcheck(check: provisioner.Healthcheck) -> Healthcheck:
    return Healthcheck(
        url=check.url,
        interval_seconds=check.interval or _DEFAULT_INTERVAL,
        threshold=check.threshold or _DEFAULT_THRESHOLD,
    )


def _metadata(spec: provisioner.Agent) -> list[MetadataItem]:
    items = sorted(spec.metadata, key=lambda item: (item.order, item.key))
    return [
        MetadataItem(
            key=item.key,
            display_name=item.display_name,
            script=item.script,
            interval_seconds=item.interval,
            timeout_seconds=item.timeout,
        )
        for item in items
    ]
