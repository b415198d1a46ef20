"""What a provisioner found or made, written down in the transaction that ends its job."""

import base64
import binascii
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final
from uuid import UUID, uuid4

from sqlalchemy import delete, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from taskyard.kit.clock import Clock
from taskyard.kit.crypto import Cipher, digest, random_text
from taskyard.kit.errors import InvalidRequest
from taskyard.kit.text import clean_json
from taskyard.protocol.provisioner import (
    Agent,
    AiTask,
    App,
    BuildResult,
    ImportResult,
    Resource,
)
from taskyard.server.db.tables import (
    AgentRow,
    AppRow,
    BuildRow,
    GatewayKeyRow,
    ProvisionerJobRow,
    ResourceRow,
    TaskAppRow,
    TaskRow,
    TemplateVersionRow,
    TokenRow,
    WorkspaceRow,
)
from taskyard.server.identity.authenticator import Authenticator
from taskyard.server.provisioning.errors import JobNotFound
from taskyard.server.templates.store import TemplateStore
from taskyard.server.workspaces.errors import StateNotFound
from taskyard.server.workspaces.hints import hint_workspace
from taskyard.server.workspaces.provisioners.inputs import STATE_PURPOSE, TOKEN_KIND
from taskyard.server.workspaces.store import WorkspaceStore

__all__ = ["Results"]

_MAX_README: Final = 256 * 1024


@dataclass(frozen=True, slots=True)
class _Chosen:
    """Rows of the agent and the app that are the task's."""

    agent: UUID | None = None
    app: UUID | None = None


class Results:
    def __init__(
        self,
        *,
        session: AsyncSession,
        cipher: Cipher,
        authenticator: Authenticator,
        clock: Clock,
    ) -> None:
        self._session = session
        self._store = WorkspaceStore(session)
        self._templates = TemplateStore(session)
        self._cipher = cipher
        self._authenticator = authenticator
        self._clock = clock

    # -- imports ----------------------------------------------------------------------

    async def apply_import(self, job: ProvisionerJobRow, result: ImportResult) -> None:
        version = await self._templates.version(TemplateVersionRow.job_id == job.id)
        if version is None:
            raise JobNotFound
        found = ImportResult.model_validate(
            clean_json(result.model_dump(mode="json", exclude={"timings"}))
        )
        _forget_secrets(found)
        await self._templates.update_version(
            version.id,
            result=found.model_dump(mode="json", exclude={"readme"}),
            presets=[
                preset.model_dump(mode="json") | {"id": str(uuid4())}
                for preset in found.presets
            ],
            readme=found.readme[:_MAX_README],
            has_ai_task=found.has_ai_task,
            not_task_reason="" if found.has_ai_task else found.not_task_reason,
            updated_at=self._clock.now(),
        )

    # -- builds -----------------------------------------------------------------------

    async def build_of(self, job: ProvisionerJobRow) -> BuildRow:
        build = await self._store.build(BuildRow.job_id == job.id)
        if build is None:
            raise JobNotFound
        return build

    async def lock_workspace(self, build: BuildRow) -> None:
        if build.transition == "delete":
            await self._store.lock_with_task(build.workspace_id)
        else:
            await self._store.lock(build.workspace_id)

    async def store_state(self, build: BuildRow, state: str) -> None:
        """Base64 of what Terraform knows; kept encrypted, since it holds tokens."""
        try:
            plain = base64.b64decode(state, validate=True)
        except binascii.Error as error:
            raise InvalidRequest("The state is not base64.") from error
        sealed = self._cipher.encrypt(plain, purpose=STATE_PURPOSE)
        await self._store.update_build(build.id, state=sealed)

    async def state_of(self, build: BuildRow) -> bytes:
        """Raises StateNotFound."""
        sealed = await self._store.state_of(build.id)
        if sealed is None:
            raise StateNotFound
        return self._cipher.decrypt(sealed, purpose=STATE_PURPOSE)

    async def apply_build(self, job: ProvisionerJobRow, result: BuildResult) -> None:
        """Resources, agents and apps of a start; the end of what a stop has ended."""
        build = await self.build_of(job)
        await self.store_state(build, result.state)
        await self._store.update_build(
            build.id, daily_cost=result.daily_cost, updated_at=self._clock.now()
        )
        chosen = await self._add_resources(build, result)
        await self._choose_app(build, chosen)
        await self._end_earlier(build)
        if build.transition == "delete":
            await self._delete_workspace(build)

        await self.touch(build)

    async def touch(self, build: BuildRow) -> None:
        """The workspace has changed: say so to who watches."""
        await self._store.update_workspace(
            build.workspace_id, updated_at=self._clock.now()
        )
        await hint_workspace(self._session, build.workspace_id)

    async def _add_resources(self, build: BuildRow, result: BuildResult) -> _Chosen:
        """The rows; and which agent and app the task's is, as `coder_ai_task` says."""
        resources = [(self._resource(build, r), r) for r in result.resources]
        await self._add([row for row, _ in resources])
        if build.transition != "start":
            # What is stopped or deleted has no agent that a runner could connect for.
            return _Chosen()

        agents = [
            (self._agent(build, row, agent), agent)
            for row, resource in resources
            for agent in resource.agents
        ]
        await self._add([row for row, _ in agents])
        apps = [self._app(row, app) for row, agent in agents for app in agent.apps]
        await self._add(apps)

        wanted = _app_of(result.ai_tasks)
        for app in apps:
            if app.app_id == wanted:
                return _Chosen(app.agent_row_id, app.id)
        return _Chosen(agents[0][0].id if len(agents) == 1 else None)

    async def _add(self, rows: Sequence[ResourceRow | AgentRow | AppRow]) -> None:
        self._session.add_all(rows)
        await self._session.flush()

    def _resource(self, build: BuildRow, resource: Resource) -> ResourceRow:
        items = [item.model_dump(mode="json") for item in resource.metadata]
        return ResourceRow(
            id=uuid4(),
            build_id=build.id,
            created_at=self._clock.now(),
            type=resource.type,
            name=resource.name,
            hide=resource.hide,
            icon=resource.icon,
            daily_cost=resource.daily_cost,
            metadata_items=clean_json(items),
        )

    def _agent(self, build: BuildRow, resource: ResourceRow, agent: Agent) -> AgentRow:
        now = self._clock.now()
        spec = agent.model_dump(mode="json", exclude={"token", "apps"})
        return AgentRow(
            id=uuid4(),
            agent_id=agent.id,
            build_id=build.id,
            workspace_id=build.workspace_id,
            resource_id=resource.id,
            name=agent.name,
            # Without a token of its own nothing can connect for it.
            token_hash=digest(agent.token or random_text(43)),
            spec=clean_json(spec),
            connection_timeout=agent.connection_timeout,
            created_at=now,
            updated_at=now,
        )

    def _app(self, agent: AgentRow, app: App) -> AppRow:
        return AppRow(
            id=uuid4(),
            app_id=app.id,
            agent_row_id=agent.id,
            slug=app.slug,
            health="initializing" if app.healthcheck else "disabled",
            spec=clean_json(app.model_dump(mode="json")),
            created_at=self._clock.now(),
        )

    async def _choose_app(self, build: BuildRow, chosen: _Chosen) -> None:
        task = select(TaskRow.id).where(TaskRow.workspace_id == build.workspace_id)
        await self._session.execute(
            update(TaskAppRow)
            .where(
                TaskAppRow.task_id.in_(task),
                TaskAppRow.build_number == build.build_number,
            )
            .values(agent_row_id=chosen.agent, app_row_id=chosen.app)
        )

    async def _end_earlier(self, build: BuildRow) -> None:
        """Keys and tokens of earlier builds; and of this one when nothing runs on."""
        starts = build.transition == "start"
        keys = update(GatewayKeyRow).where(
            GatewayKeyRow.workspace_id == build.workspace_id,
            GatewayKeyRow.revoked_at.is_(None),
        )
        supervisors = update(BuildRow).where(
            BuildRow.workspace_id == build.workspace_id,
            BuildRow.supervisor_token_hash.is_not(None),
        )
        if starts:
            keys = keys.where(GatewayKeyRow.build_id != build.id)
            supervisors = supervisors.where(BuildRow.id != build.id)
        await self._session.execute(keys.values(revoked_at=self._clock.now()))
        await self._session.execute(supervisors.values(supervisor_token_hash=None))
        if not starts:
            await self._end_session_token(build)

    async def _end_session_token(self, build: BuildRow) -> None:
        users = await self._session.scalars(
            delete(TokenRow)
            .where(
                TokenRow.kind == TOKEN_KIND, TokenRow.workspace_id == build.workspace_id
            )
            .returning(TokenRow.user_id)
        )
        for user_id in set(users):
            self._authenticator.forget_after(self._session, user_id)

    async def _delete_workspace(self, build: BuildRow) -> None:
        """Its task goes with it; sessions and transcripts stay."""
        now = self._clock.now()
        await self._session.execute(
            update(WorkspaceRow)
            .where(WorkspaceRow.id == build.workspace_id)
            .values(deleted_at=now)
        )
        await self._session.execute(
            update(TaskRow)
            .where(
                TaskRow.workspace_id == build.workspace_id, TaskRow.deleted_at.is_(None)
            )
            .values(deleted_at=now)
        )


def _forget_secrets(result: ImportResult) -> None:
    for variable in result.variables:
        if variable.sensitive:
            variable.value = variable.default_value = ""
    for resource in [*result.resources_start, *result.resources_stop]:
        for agent in resource.agents:
            agent.token = ""


def _app_of(ai_tasks: list[AiTask]) -> UUID | None:
    return next((task.app_id for task in ai_tasks if task.app_id), None)
