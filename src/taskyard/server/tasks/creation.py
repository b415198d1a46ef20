"""What becomes a task, with the name that nobody gave it."""

from uuid import UUID

from taskyard.protocol.api.tasks import CreateTask
from taskyard.server.tasks.naming import Naming
from taskyard.server.tasks.service import NewTask, check_names

__all__ = ["new_task"]


async def new_task(
    naming: Naming, body: CreateTask, *, id_: UUID | None = None
) -> NewTask:
    """Naming may ask a model: call it while no transaction is open.

    Raises InvalidTaskName, DisplayNameTooLong.
    """
    suggested = None if body.name else await naming.name(body.input)
    new = NewTask(
        id=id_,
        version_id=body.template_version_id,
        preset_id=body.template_version_preset_id,
        prompt=body.input,
        name=suggested.stem if suggested else body.name,
        display_name=body.display_name
        or (suggested.display_name if suggested else naming.show(body.input)),
        permission_policy=body.permission_policy,
    )
    check_names(new.name, body.display_name)
    return new
