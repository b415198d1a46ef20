"""Objects by how long they live: as long as the process, as long as one request."""

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession

from taskyard.kit.clock import Clock
from taskyard.kit.crypto import Cipher
from taskyard.kit.supervisor import Supervisor
from taskyard.server.config import Config
from taskyard.server.db.broadcast import Broadcast
from taskyard.server.db.engine import (
    Sessions,
)
from taskyard.server.gateway.service import GatewayService
from taskyard.server.identity.access import AccessWatch
from taskyard.server.identity.authenticator import Authenticator
from taskyard.server.identity.logins import Logins
from taskyard.server.identity.organizations import OrganizationService
from taskyard.server.identity.passwords import Passwords
from taskyard.server.identity.provisioner_keys import ProvisionerKeyService
from taskyard.server.identity.setup import SetupService
from taskyard.server.identity.tokens import TokenService
from taskyard.server.identity.users import UserService
from taskyard.server.provisioning.jobs import ProvisionerJobs
from taskyard.server.provisioning.logs import JobLogs
from taskyard.server.runners.link import LinkRegistry
from taskyard.server.runners.reports import AgentReports
from taskyard.server.runners.server import RunnerServer
from taskyard.server.runners.store import RunnerStore
from taskyard.server.tasks.acp.desk import Desk
from taskyard.server.tasks.acp.drafts import Drafts
from taskyard.server.tasks.agent_settings import AgentSettings
from taskyard.server.tasks.artifacts import ArtifactService
from taskyard.server.tasks.control import ControlService
from taskyard.server.tasks.delivery import Courier
from taskyard.server.tasks.files import TaskFiles
from taskyard.server.tasks.logs import TaskLogService
from taskyard.server.tasks.messages import MessageService, MessageStore
from taskyard.server.tasks.naming import Naming
from taskyard.server.tasks.permissions import PermissionService, PermissionStore
from taskyard.server.tasks.service import TaskService
from taskyard.server.tasks.store import TaskStore
from taskyard.server.tasks.stream import TaskStreams
from taskyard.server.tasks.talk import Talk
from taskyard.server.tasks.transcript import Transcript
from taskyard.server.tasks.views import TaskViews
from taskyard.server.templates.files import FileService
from taskyard.server.templates.service import TemplateService
from taskyard.server.templates.starter import StarterService
from taskyard.server.templates.versions import VersionService
from taskyard.server.templates.views import TemplateViews
from taskyard.server.workspaces.agents import AgentService
from taskyard.server.workspaces.builds import BuildService
from taskyard.server.workspaces.egress import EgressService
from taskyard.server.workspaces.provisioners.inputs import Inputs, InputSettings
from taskyard.server.workspaces.provisioners.results import Results
from taskyard.server.workspaces.provisioners.service import (
    LeaseSettings,
    ProvisionerService,
)
from taskyard.server.workspaces.provisioners.upkeep import (
    Retention,
    Upkeep,
    UpkeepSettings,
)
from taskyard.server.workspaces.service import WorkspaceService
from taskyard.server.workspaces.views import WorkspaceViews

__all__ = ["Factory", "ProcessContext"]


@dataclass(frozen=True, slots=True, kw_only=True)
class ProcessContext:
    """What lives as long as the process."""

    config: Config
    """The settings; hand a service only its part."""

    engine: AsyncEngine
    """The pool of connections to the database."""

    sessions: Sessions
    """`async with process.sessions.begin() as session:` is one transaction."""

    clock: Clock
    """The only source of the time."""

    supervisor: Supervisor
    """Owner of background tasks; cancelled first at shutdown."""

    broadcast: Broadcast
    """Hints that something has changed, from every process on this database."""

    cipher: Cipher
    """Encrypts what the database keeps secret."""

    passwords: Passwords
    """Rules and hashing of passwords."""

    authenticator: Authenticator
    """Who a token belongs to, remembered for some seconds."""

    access: AccessWatch
    """Ends the streams of who may no longer have them."""

    logins: Logins
    """Signing in, with its limits."""

    gateway: GatewayService
    """What agents' model calls go through."""

    links: LinkRegistry
    """The runners that are connected to this process."""

    runner_server: RunnerServer
    """Where runners dial in, and who judges their tokens."""

    courier: Courier
    """Delivers messages and answers to connected runners."""

    naming: Naming
    """Names tasks; may ask a model, so never inside a transaction."""

    agent_script: str
    """What a workspace starts its runner with; see `runner/bootstrap.sh`."""

    deployment_id: UUID
    """The id of this installation; the same on every replica, for ever."""

    @property
    def talk(self) -> Talk:
        """Sending to agents, which waits for runners between its transactions."""
        return Talk(
            sessions=self.sessions,
            services=lambda session: Factory(self, session).tasks(),
            courier=self.courier,
            links=self.links,
            clock=self.clock,
        )

    @property
    def control(self) -> ControlService:
        """Who has control of agents, and the way to their terminals."""
        return ControlService(
            sessions=self.sessions,
            services=lambda session: Factory(self, session).tasks(),
            links=self.links,
        )

    @property
    def agent_settings(self) -> AgentSettings:
        """Options and permission policies of agents, which waits for runners too."""
        return AgentSettings(
            sessions=self.sessions,
            services=lambda session: Factory(self, session).tasks(),
            links=self.links,
        )

    @property
    def task_files(self) -> TaskFiles:
        """Files of workspaces, which come from runners."""
        return TaskFiles(
            sessions=self.sessions,
            services=lambda session: Factory(self, session).tasks(),
            links=self.links,
        )

    @property
    def task_streams(self) -> TaskStreams:
        """Following tasks as they happen."""
        return TaskStreams(
            sessions=self.sessions,
            broadcast=self.broadcast,
            services=lambda session: Factory(self, session).tasks(),
        )

    @property
    def acp_desk(self) -> Desk:
        """What a connection of an editor does in the database."""
        return Desk(
            sessions=self.sessions,
            services=lambda session: Factory(self, session).tasks(),
            talk=self.talk,
            agent_settings=self.agent_settings,
            clock=self.clock,
        )

    @property
    def acp_drafts(self) -> Drafts:
        """Sessions of editors that become tasks with their first prompt."""
        return Drafts(
            sessions=self.sessions,
            services=lambda session: Factory(self, session).tasks(),
            templates=lambda session: Factory(self, session).templates(),
            versions=lambda session: Factory(self, session).versions(),
            naming=self.naming,
        )


class Factory:
    """What lives as long as one request or one background step."""

    def __init__(self, process: ProcessContext, session: AsyncSession) -> None:
        self.process = process
        self.session = session

    # -- identity ---------------------------------------------------------------------

    def users(self) -> UserService:
        return UserService(
            session=self.session,
            passwords=self.process.passwords,
            authenticator=self.process.authenticator,
            clock=self.process.clock,
        )

    def tokens(self) -> TokenService:
        config = self.process.config
        return TokenService(
            session=self.session,
            authenticator=self.process.authenticator,
            clock=self.process.clock,
            default_lifetime=config.token_lifetime,
            max_lifetime=config.max_token_lifetime,
            session_lifetime=config.session_lifetime,
        )

    def organizations(self) -> OrganizationService:
        return OrganizationService(session=self.session)

    def setup(self) -> SetupService:
        return SetupService(
            session=self.session,
            users=self.users(),
            clock=self.process.clock,
            lifetime=self.process.config.setup_lifetime,
        )

    def provisioner_keys(self) -> ProvisionerKeyService:
        return ProvisionerKeyService(session=self.session, clock=self.process.clock)

    # -- templates --------------------------------------------------------------------

    def provisioner_jobs(self) -> ProvisionerJobs:
        return ProvisionerJobs(session=self.session, clock=self.process.clock)

    def job_logs(self) -> JobLogs:
        return JobLogs(session=self.session)

    def files(self) -> FileService:
        return FileService(session=self.session, clock=self.process.clock)

    def templates(self) -> TemplateService:
        return TemplateService(
            session=self.session,
            jobs=self.provisioner_jobs(),
            clock=self.process.clock,
        )

    def versions(self) -> VersionService:
        return VersionService(
            session=self.session,
            jobs=self.provisioner_jobs(),
            cipher=self.process.cipher,
            clock=self.process.clock,
        )

    def starter(self) -> StarterService:
        return StarterService(
            session=self.session,
            files=self.files(),
            versions=self.versions(),
            templates=self.templates(),
        )

    def template_views(self) -> TemplateViews:
        return TemplateViews(
            session=self.session,
            jobs=self.provisioner_jobs(),
            clock=self.process.clock,
        )

    # -- workspaces -------------------------------------------------------------------

    def workspaces(self) -> WorkspaceService:
        return WorkspaceService(
            session=self.session, builds=self.builds(), clock=self.process.clock
        )

    def builds(self) -> BuildService:
        return BuildService(
            session=self.session,
            jobs=self.provisioner_jobs(),
            clock=self.process.clock,
        )

    def workspace_views(self) -> WorkspaceViews:
        return WorkspaceViews(
            session=self.session,
            jobs=self.provisioner_jobs(),
            clock=self.process.clock,
        )

    def agents(self) -> AgentService:
        return AgentService(session=self.session)

    def egress(self) -> EgressService:
        return EgressService(session=self.session)

    def provisioners(self) -> ProvisionerService:
        config = self.process.config
        return ProvisionerService(
            session=self.session,
            jobs=self.provisioner_jobs(),
            logs=self.job_logs(),
            inputs=Inputs(
                session=self.session,
                cipher=self.process.cipher,
                clock=self.process.clock,
                settings=InputSettings(
                    access_url=config.access_url,
                    agent_script=self.process.agent_script,
                    token_lifetime=config.max_token_lifetime,
                ),
            ),
            results=Results(
                session=self.session,
                cipher=self.process.cipher,
                authenticator=self.process.authenticator,
                clock=self.process.clock,
            ),
            clock=self.process.clock,
            lease=LeaseSettings(
                ttl=config.provisioner_lease, attempts=config.provisioner_attempts
            ),
        )

    def upkeep(self) -> Upkeep:
        config = self.process.config
        return Upkeep(
            session=self.session,
            jobs=self.provisioner_jobs(),
            provisioners=self.provisioners(),
            clock=self.process.clock,
            settings=UpkeepSettings(
                attempts=config.provisioner_attempts,
                queue_timeout=config.queue_timeout,
                build_timeout=config.build_timeout,
            ),
            retention=Retention(
                logs=config.log_retention,
                states=config.state_retention,
                uploads=config.upload_retention,
                usage=config.usage_retention,
            ),
        )

    # -- tasks ------------------------------------------------------------------------

    def tasks(self) -> TaskService:
        config = self.process.config
        return TaskService(
            store=TaskStore(self.session),
            users=self.users(),
            organizations=self.organizations(),
            workspaces=self.workspaces(),
            views=TaskViews(
                links=self.process.links,
                clock=self.process.clock,
                vendor_keys=config.vendor_keys,
            ),
            clock=self.process.clock,
        )

    def task_logs(self) -> TaskLogService:
        return TaskLogService(store=TaskStore(self.session), clock=self.process.clock)

    def messages(self) -> MessageService:
        return MessageService(
            store=MessageStore(self.session), clock=self.process.clock
        )

    def permissions(self) -> PermissionService:
        return PermissionService(
            store=PermissionStore(self.session), clock=self.process.clock
        )

    def artifacts(self, task_id: UUID) -> ArtifactService:
        return ArtifactService(self.session, task_id)

    def transcript(self, task_id: UUID) -> Transcript:
        return Transcript(self.session, task_id)

    def agent_reports(self) -> AgentReports:
        return AgentReports(store=RunnerStore(self.session), clock=self.process.clock)
