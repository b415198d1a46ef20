"""Which sandboxes a workspace had on this host, so that none is left when it goes.

Each start makes a new sandbox, and Terraform's state only knows the last. The others'
processes are long gone, but their logs stay for who wants to look, until the workspace
is deleted.
"""

from uuid import UUID

from taskyard.provisioner.provider.taskyard.run import Host

__all__ = ["forget_all", "remember"]


def remember(host: Host, workspace_id: UUID, sandbox_id: UUID) -> None:
    """Before it is made: a record too many does no harm."""
    host.records.mkdir(parents=True, exist_ok=True)
    with (host.records / str(workspace_id)).open("a") as file:
        file.write(f"{sandbox_id}\n")


def forget_all(host: Host, workspace_id: UUID) -> None:
    """May be repeated: the record goes last."""
    record = host.records / str(workspace_id)
    try:
        sandboxes = record.read_text().split()
    except FileNotFoundError:
        return
    for sandbox_id in dict.fromkeys(sandboxes):
        host.isolation.forget(UUID(sandbox_id))
    record.unlink()
