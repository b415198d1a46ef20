"""What a provisioner is given for a job, put together when it takes it."""

import base64
from dataclasses import dataclass
from datetime import timedelta
from typing import Final
from uuid import UUID

from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncSession

from taskyard.kit.clock import Clock
from taskyard.kit.crypto import Cipher, digest, random_text
from taskyard.protocol.api.workspaces import Transition
from taskyard.protocol.provisioner import (
    BuildInput,
    ImportInput,
    Owner,
    TaskInput,
    TemplateInfo,
)
from taskyard.server.db.tables import (
    BuildRow,
    OrganizationMemberRow,
    ProvisionerJobRow,
    TemplateRow,
    TemplateVersionRow,
    TokenRow,
    UserRow,
    WorkspaceRow,
)
from taskyard.server.identity.tokens import new_token
from taskyard.server.provisioning.errors import JobNotFound
from taskyard.server.templates.store import TemplateStore
from taskyard.server.templates.versions import open_variables
from taskyard.server.workspaces.store import WorkspaceStore

__all__ = ["STATE_PURPOSE", "TOKEN_KIND", "InputSettings", "Inputs"]

STATE_PURPOSE: Final = "workspace_builds.state"
TOKEN_KIND: Final = "workspace"  # noqa: S105 - the word for it, no secret
_EVERYONE: Final = "Everyone"  # the group that each member of an organization is in
_SUPERVISOR_PREFIX: Final = "tyk-box-"


@dataclass(frozen=True, slots=True, kw_only=True)
class InputSettings:
    """What of the settings a build gets to know.

    `agent_script` is the shell script that a workspace starts its runner with.
    """

    access_url: str
    agent_script: str
    token_lifetime: timedelta


#: All of them start the same script: it needs a POSIX shell and a Python.
_PLATFORMS: Final = tuple(
    f"{system}_{architecture}"
    for system in ("linux", "darwin")
    for architecture in ("amd64", "arm64", "armv7")
)


class Inputs:
    def __init__(
        self,
        *,
        session: AsyncSession,
        cipher: Cipher,
        clock: Clock,
        settings: InputSettings,
    ) -> None:
        self._session = session
        self._store = WorkspaceStore(session)
        self._templates = TemplateStore(session)
        self._cipher = cipher
        self._clock = clock
        self._settings = settings

    async def of(self, job: ProvisionerJobRow) -> ImportInput | BuildInput:
        """Makes the tokens of a start, too: a second attempt gets new ones."""
        if job.type == "template_version_import":
            return await self._import(job)
        return await self._build(job)

    async def _import(self, job: ProvisionerJobRow) -> ImportInput:
        version = await self._templates.version(TemplateVersionRow.job_id == job.id)
        if version is None:
            raise JobNotFound
        return ImportInput(
            file_id=version.file_id,
            template=await self._template(version),
            owner=await self._owner(job.initiator_id),
            variables=open_variables(self._cipher, version),
            access_url=self._settings.access_url,
            agent_scripts=self._scripts(),
        )

    async def _build(self, job: ProvisionerJobRow) -> BuildInput:
        build = await self._store.build(BuildRow.job_id == job.id)
        workspace = build and await self._store.workspace(
            WorkspaceRow.id == build.workspace_id
        )
        version = build and await self._templates.version(
            TemplateVersionRow.id == build.template_version_id
        )
        if build is None or workspace is None or version is None:
            raise JobNotFound

        transition: Transition = build.transition  # pyright: ignore[reportAssignmentType] - a check constraint says so
        starts = transition == "start"
        task = await self._store.task_of(workspace.id)
        owner = await self._owner(
            workspace.owner_id,
            session_token=await self._session_token(workspace) if starts else "",
        )
        return BuildInput(
            file_id=job.file_id,
            build_id=build.id,
            build_number=build.build_number,
            workspace_id=workspace.id,
            workspace_name=workspace.name,
            transition=transition,
            template=await self._template(version),
            owner=owner,
            parameters=build.parameters,
            previous_parameters=await self._previous(build),
            variables=open_variables(self._cipher, version),
            task=TaskInput(id=task.id, prompt=task.prompt) if task else None,
            state=await self._state(build),
            access_url=self._settings.access_url,
            agent_scripts=self._scripts(),
            supervisor_token=await self._supervisor_token(build) if starts else "",
        )

    def _scripts(self) -> dict[str, str]:
        return dict.fromkeys(_PLATFORMS, self._settings.agent_script)

    async def _template(self, version: TemplateVersionRow) -> TemplateInfo:
        template = version.template_id and await self._session.get(
            TemplateRow, version.template_id
        )
        return TemplateInfo(
            id=version.template_id,
            name=template.name if template else version.name,
            version=version.name,
            version_id=version.id,
        )

    async def _owner(self, user_id: UUID, *, session_token: str = "") -> Owner:
        user = await self._session.get_one(UserRow, user_id)
        organizations = await self._session.scalars(
            select(OrganizationMemberRow.organization_id).where(
                OrganizationMemberRow.user_id == user_id
            )
        )
        member = [
            {"name": "organization-member", "org_id": str(id_)} for id_ in organizations
        ]
        return Owner(
            id=user.id,
            name=user.username,
            full_name=user.name,
            email=user.email,
            groups=[_EVERYONE],
            session_token=session_token,
            login_type=user.login_type,
            rbac_roles=[{"name": role, "org_id": ""} for role in user.roles] + member,
        )

    async def _session_token(self, workspace: WorkspaceRow) -> str:
        """A token of the owner for templates that ask for one; ends with the stop."""
        await self._session.execute(
            delete(TokenRow).where(
                TokenRow.kind == TOKEN_KIND, TokenRow.workspace_id == workspace.id
            )
        )
        secret, row = new_token(
            workspace.owner_id,
            kind=TOKEN_KIND,
            lifetime=self._settings.token_lifetime,
            now=self._clock.now(),
            name=f"workspace-{workspace.id}",
            workspace_id=workspace.id,
        )
        self._session.add(row)
        return secret.text

    async def _supervisor_token(self, build: BuildRow) -> str:
        token = _SUPERVISOR_PREFIX + random_text(43)
        await self._store.update_build(build.id, supervisor_token_hash=digest(token))
        return token

    async def _previous(self, build: BuildRow) -> dict[str, str]:
        before = await self._store.build(
            BuildRow.workspace_id == build.workspace_id,
            BuildRow.build_number == build.build_number - 1,
        )
        return before.parameters if before else {}

    async def _state(self, build: BuildRow) -> str:
        sealed = await self._store.state_before(build)
        if sealed is None:
            return ""
        state = self._cipher.decrypt(sealed, purpose=STATE_PURPOSE)
        return base64.b64encode(state).decode()
