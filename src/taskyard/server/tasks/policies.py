"""Which permission policy counts for a task, and who said so."""

from typing import Literal

from taskyard.protocol.api.tasks import TaskPermissionPolicy
from taskyard.server.db.tables import SessionRow
from taskyard.server.runners.manifest import read_policy
from taskyard.server.tasks.records import TaskRecord

__all__ = ["policy_of"]


def policy_of(
    record: TaskRecord, row: SessionRow | None, *, in_force: bool
) -> TaskPermissionPolicy:
    """What counts for a task, and who said so: the task, its module, its template."""
    template = read_policy(record.template.permission_policy) or "ask"
    source: Literal["task", "module", "template"] = "template"
    policy = template
    if own := read_policy(record.task.permission_policy):
        policy, source = own, "task"
    elif row is not None and (told := read_policy(row.permission_policy)):
        policy, source = told, "module" if told != template else "template"
    return TaskPermissionPolicy(policy=policy, source=source, in_force=in_force)
