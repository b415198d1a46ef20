"""What can be done with a task."""

from dataclasses import dataclass
from uuid import UUID, uuid4

from sqlalchemy import ColumnElement, func
from sqlalchemy.exc import IntegrityError

from taskyard.kit.clock import Clock
from taskyard.kit.errors import Validation
from taskyard.kit.names import explain_invalid
from taskyard.protocol.api.tasks import PermissionPolicy, Task, TaskDetail
from taskyard.server.db import topics
from taskyard.server.db.broadcast import notify
from taskyard.server.db.tables import (
    BuildRow,
    TaskRow,
    TemplateVersionRow,
    UserRow,
)
from taskyard.server.identity.actor import Actor
from taskyard.server.identity.errors import OrganizationNotFound, UserNotFound
from taskyard.server.identity.organizations import OrganizationService
from taskyard.server.identity.users import UserService
from taskyard.server.runners.sanitise import clean_text, one_line
from taskyard.server.tasks import query
from taskyard.server.tasks.errors import (
    DisplayNameTooLong,
    InvalidQuery,
    InvalidTaskName,
    NoTaskResource,
    NotTheOwner,
    TaskHasNoWorkspace,
    TaskNameTaken,
    TaskNotFound,
    TaskNotPaused,
    TaskStillRunning,
    UnknownTemplateVersion,
)
from taskyard.server.tasks.messages import MessageStore, check_input
from taskyard.server.tasks.naming import DISPLAY_LENGTH
from taskyard.server.tasks.records import TaskRecord
from taskyard.server.tasks.status import derive_status
from taskyard.server.tasks.store import TaskStore, may_read
from taskyard.server.tasks.views import TaskViews
from taskyard.server.workspaces.service import WorkspaceService

__all__ = ["NewTask", "TaskService", "check_names"]


@dataclass(frozen=True, slots=True, kw_only=True)
class NewTask:
    version_id: UUID
    preset_id: UUID | None
    prompt: str
    name: str
    display_name: str
    permission_policy: PermissionPolicy | None = None
    id: UUID | None = None  # None = a fresh one


class TaskService:
    """Works in one transaction; who may do what is decided where a task is looked up."""

    def __init__(
        self,
        *,
        store: TaskStore,
        users: UserService,
        organizations: OrganizationService,
        workspaces: WorkspaceService,
        views: TaskViews,
        clock: Clock,
    ) -> None:
        self._store = store
        self._users = users
        self._organizations = organizations
        self._workspaces = workspaces
        self._views = views
        self._clock = clock

    # -- looks ------------------------------------------------------------------------

    async def find(
        self, actor: Actor, user: str, task: str, *, write: bool = False
    ) -> TaskRecord:
        """A task by its owner (`me`, id, name) and its id or name.

        `write`: lock it, for who is going to change it. Raises `TaskNotFound`,
        `NotTheOwner`.
        """
        if write:
            locked = await self.lock(actor, user, task)
            found = await self._store.record(locked.id)
        else:
            found = await self._store.find(*_visible(actor, user, task))
        if found is None:
            raise TaskNotFound
        return found

    def check_may_change(self, actor: Actor, record: TaskRecord) -> None:
        """Raises `NotTheOwner`."""
        _check_may_change(actor, record.task)

    async def lock(self, actor: Actor, user: str, task: str) -> TaskRow:
        """As `find(..., write=True)`, for who needs no more than the row."""
        found = await self._store.lock(*_visible(actor, user, task))
        if found is None:
            raise TaskNotFound
        _check_may_change(actor, found)
        return found

    async def search(self, actor: Actor, terms: str) -> list[Task]:
        """Tasks that the actor may read, newest first. Raises `InvalidQuery`."""
        wanted = query.parse(terms)
        conditions: list[ColumnElement[bool]] = [may_read(actor)]
        if wanted.owner:
            conditions.append(await self._of_owner(actor, wanted.owner))
        if wanted.organization:
            conditions.append(await self._in_organization(actor, wanted.organization))
        records = await self._store.records(*conditions)
        tasks = [self._views.task(record) for record in records]
        if wanted.status is None:
            return tasks
        return [task for task in tasks if task.status == wanted.status]

    async def _of_owner(self, actor: Actor, reference: str) -> ColumnElement[bool]:
        try:
            owner = await self._users.find(actor, reference)
        except UserNotFound:
            raise _no_such("owner", reference) from None
        return TaskRow.owner_id == owner.id

    async def _in_organization(
        self, actor: Actor, reference: str
    ) -> ColumnElement[bool]:
        try:
            organization = await self._organizations.find(actor, reference)
        except OrganizationNotFound:
            raise _no_such("organization", reference) from None
        return TaskRow.organization_id == organization.id

    def show(self, record: TaskRecord) -> Task:
        return self._views.task(record)

    async def detail(self, record: TaskRecord) -> TaskDetail:
        """The task with what its work is doing."""
        types = (
            await self._store.resource_types(record.build.id) if record.build else ()
        )
        return self._views.detail(
            record,
            sessions=await self._store.sessions_of(record.id),
            waiting=await self._store.waiting(record.id),
            resource_types=types,
        )

    async def visible(
        self, actor: Actor, *, task_ids: set[UUID], workspace_ids: set[UUID]
    ) -> list[UUID]:
        """Which of these tasks, and tasks of these workspaces, the actor may read.

        Deleted ones too: that they are gone is news.
        """
        named = TaskRow.id.in_(task_ids) | TaskRow.workspace_id.in_(workspace_ids)
        return await self._store.ids(named, may_read(actor))

    async def reload(self, task_id: UUID) -> TaskRecord | None:
        """The task as it is now; None when it is deleted."""
        return await self._store.record(task_id)

    async def of_workspace(self, task_id: UUID, workspace_id: UUID) -> TaskRecord:
        """For an agent, which may name its own task only. Raises `TaskNotFound`."""
        record = await self.reload(task_id)
        if record is None or record.task.workspace_id != workspace_id:
            raise TaskNotFound
        return record

    # -- changes ----------------------------------------------------------------------

    async def create(self, actor: Actor, user: str, new: NewTask) -> TaskRecord:
        """A task, its workspace and the first build, together or not at all.

        Raises InvalidTaskName, DisplayNameTooLong, UnknownTemplateVersion,
        NoTaskResource, TaskNameTaken, UserNotFound, and what making a workspace raises.
        """
        check_names(new.name, new.display_name)
        owner = await self._users.find(actor, user)
        if owner.id != actor.user_id and not actor.manages_everything:
            raise NotTheOwner
        version = await self._version(new.version_id, owner.id)
        task = TaskRow(
            id=new.id or uuid4(),
            organization_id=version.organization_id,
            owner_id=owner.id,
            name=new.name,
            display_name=one_line(new.display_name, DISPLAY_LENGTH),
            workspace_id=None,
            template_version_id=version.id,
            parameters={},
            prompt=clean_text(new.prompt),
            permission_policy=new.permission_policy,
            created_at=self._clock.now(),
        )
        await self._add(task)
        await self._workspaces.create(
            owner_id=owner.id,
            initiator_id=actor.user_id,
            version=version,
            name=new.name,
            preset_id=new.preset_id,
            task=task,
        )
        await self._hint(task)
        record = await self._store.record(task.id)
        assert record is not None  # noqa: S101 - it has just been made
        return record

    async def _version(self, version_id: UUID, owner_id: UUID) -> TemplateVersionRow:
        found = await self._store.version(version_id)
        if found is None:
            raise UnknownTemplateVersion
        version, template = found
        if not await self._store.is_member(template.organization_id, owner_id):
            raise TaskNotFound
        if not version.has_ai_task:
            reason = version.not_task_reason or (
                "The version has not been imported yet: wait until its import is done."
                if version.result is None
                else "Its plan has no resource of this type."
            )
            raise NoTaskResource(detail=reason)
        return version

    async def _add(self, task: TaskRow) -> None:
        try:
            async with self._store.session.begin_nested():
                await self._store.add(task)
        except IntegrityError:
            raise TaskNameTaken(task.name) from None

    async def set_input(self, record: TaskRecord, text: str) -> None:
        """Change the prompt of a paused task. Raises InputRequired, TaskStillRunning."""
        prompt = check_input(text)
        if derive_status(record.status_facts()) != "paused":
            raise TaskStillRunning
        await self._store.set(record.id, prompt=prompt)
        messages = MessageStore(self._store.session)
        await messages.change_initial(record.id, prompt)
        await self._hint(record.task)

    async def pause(self, actor: Actor, record: TaskRecord) -> BuildRow:
        """Raises TaskHasNoWorkspace, BuildActive."""
        if record.workspace is None:
            raise TaskHasNoWorkspace
        build = await self._workspaces.stop(
            record.workspace.id,
            initiator_id=actor.user_id,
            reason="task_manual_pause",
        )
        await self._hint(record.task)
        return build

    async def resume(self, actor: Actor, record: TaskRecord) -> BuildRow:
        """Start the workspace again, with the task's own template version.

        A task whose build failed may be resumed too. Raises TaskHasNoWorkspace,
        TaskNotPaused, BuildActive.
        """
        if record.workspace is None:
            raise TaskHasNoWorkspace
        status = derive_status(record.status_facts())
        failed = record.job_status in {"failed", "canceled"}
        if status != "paused" and not failed:
            raise TaskNotPaused(status)
        version = await self._store.version(record.task.template_version_id)
        build = await self._workspaces.start(
            record.workspace.id,
            initiator_id=actor.user_id,
            version=version[0] if version else None,
            reason="task_resume",
        )
        await self._hint(record.task)
        return build

    async def delete(self, actor: Actor, record: TaskRecord) -> None:
        """Gone from the lists at once; its workspace follows. The transcript is kept."""
        if record.workspace is not None and record.workspace.deleted_at is None:
            await self._workspaces.delete(
                record.workspace.id,
                initiator_id=actor.user_id,
                when_active="cancel",
            )
        await self._store.set(record.id, deleted_at=self._clock.now())
        await self._store.delete_snapshot(record.id)
        await self._hint(record.task)

    async def _hint(self, task: TaskRow) -> None:
        await notify(self._store.session, topics.TASK, task.id)
        await notify(self._store.session, topics.TASKS, f"{task.owner_id}/{task.id}")


def check_names(name: str, display_name: str) -> None:
    """Raises InvalidTaskName, DisplayNameTooLong."""
    if (reason := explain_invalid(name)) is not None:
        raise InvalidTaskName(f"The name {reason}.")
    if len(display_name) > DISPLAY_LENGTH:
        raise DisplayNameTooLong


def _visible(actor: Actor, user: str, task: str) -> list[ColumnElement[bool]]:
    return [_owned_by(actor, user), _named(task), may_read(actor)]


def _owned_by(actor: Actor, user: str) -> ColumnElement[bool]:
    if user == "me":
        return TaskRow.owner_id == actor.user_id
    try:
        owner = UserRow.id == UUID(user)
    except ValueError:
        owner = func.lower(UserRow.username) == user.lower()
    return owner & UserRow.deleted_at.is_(None)


def _check_may_change(actor: Actor, task: TaskRow) -> None:
    if task.owner_id != actor.user_id and not actor.manages_everything:
        raise NotTheOwner


def _named(task: str) -> ColumnElement[bool]:
    try:
        return TaskRow.id == UUID(task)
    except ValueError:
        return func.lower(TaskRow.name) == task.lower()


def _no_such(field: str, reference: str) -> InvalidQuery:
    return InvalidQuery(
        validations=[
            Validation(field, f"{reference!r} does not exist, or you may not see it")
        ]
    )
