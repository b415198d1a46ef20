"""Sessions that are opened before there is a task: the first prompt makes it."""

from collections.abc import Callable
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from taskyard.kit.errors import InvalidRequest
from taskyard.protocol.api.tasks import CreateTask
from taskyard.server.db.engine import Sessions
from taskyard.server.db.tables import TemplateRow, TemplateVersionRow
from taskyard.server.identity.actor import Actor
from taskyard.server.tasks.acp.desk import check_scope
from taskyard.server.tasks.acp.store import AcpStore
from taskyard.server.tasks.creation import new_task
from taskyard.server.tasks.messages import check_input
from taskyard.server.tasks.naming import Naming
from taskyard.server.tasks.service import TaskService
from taskyard.server.templates.service import TemplateService
from taskyard.server.templates.versions import VersionService
from taskyard.server.templates.views import presets_of

__all__ = ["Draft", "Drafts"]


class TemplateUnclear(InvalidRequest):
    """Say which template the new task is made from."""

    def __init__(self, names: list[str], wanted: str) -> None:
        if not names:
            detail = "There is no template for tasks yet: push one with `taskyard template push`."
        else:
            detail = (
                "Start the bridge with `taskyard acp --template NAME`, or send "
                f"_meta.taskyard.template. There are: {', '.join(names)}."
            )
        super().__init__(
            f"There is no template {wanted!r} for tasks." if wanted else "",
            detail=detail,
        )


class PresetUnknown(InvalidRequest):
    """The template has no such preset."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """Nothing is stored of it: an editor opens a session for every empty window."""

    id: UUID  # of the task that it will be
    version_id: UUID
    preset_id: UUID | None
    cwd: str


class Drafts:
    """Makes and redeems drafts; who began one keeps it."""

    def __init__(
        self,
        *,
        sessions: Sessions,
        services: Callable[[AsyncSession], TaskService],
        templates: Callable[[AsyncSession], TemplateService],
        versions: Callable[[AsyncSession], VersionService],
        naming: Naming,
    ) -> None:
        self._sessions = sessions
        self._services = services
        self._templates = templates
        self._versions = versions
        self._naming = naming

    async def begin(
        self, actor: Actor, id_: UUID, *, template: str, preset: str, cwd: str
    ) -> Draft | None:
        """A task to be; None: there is one with this id already.

        Without a name the only template for tasks is taken. Raises TemplateUnclear,
        PresetUnknown, ScopeTooNarrow, and TaskNotFound for the id of somebody else's task.
        """
        check_scope(actor)
        async with self._sessions.begin() as session:
            store = AcpStore(session)
            if await store.exists(id_):
                await store.record(actor, id_)
                return None
            found = await self._templates(session).list_for(
                actor, query="has-ai-task:true"
            )
            version_id = _choose(found, template).active_version_id
            version = await self._versions(session).find(actor, version_id)
            preset_id = _preset(version, preset) if preset else None
        return Draft(id=id_, version_id=version_id, preset_id=preset_id, cwd=cwd)

    async def make(self, actor: Actor, draft: Draft, text: str) -> None:
        """The task, with its first prompt; once. Raises what creating a task raises."""
        check_scope(actor)
        body = CreateTask(
            template_version_id=draft.version_id,
            template_version_preset_id=draft.preset_id,
            input=check_input(text),
        )
        new = await new_task(self._naming, body, id_=draft.id)
        async with self._sessions.begin() as session:
            if not await AcpStore(session).exists(draft.id):
                await self._services(session).create(actor, "me", new)


def _choose(rows: list[TemplateRow], wanted: str) -> TemplateRow:
    """Raises TemplateUnclear."""
    for row in rows:
        if row.name.lower() == wanted.lower():
            return row
    if not wanted and len(rows) == 1:
        return rows[0]
    raise TemplateUnclear([row.name for row in rows], wanted)


def _preset(version: TemplateVersionRow, wanted: str) -> UUID:
    """Raises PresetUnknown."""
    presets = presets_of(version)
    for preset in presets:
        if preset.Name.lower() == wanted.lower():
            return preset.ID
    names = ", ".join(preset.Name for preset in presets)
    raise PresetUnknown(detail=f"It has: {names or 'none'}.")
