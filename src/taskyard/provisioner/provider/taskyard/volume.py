"""`taskyard_volume`: a directory that outlives the sandboxes of a workspace."""

import json
import re
import shutil
from pathlib import Path
from typing import Any
from uuid import UUID, uuid5

from taskyard.provisioner.provider.checks import at_most_long
from taskyard.provisioner.provider.coder.run import new_id
from taskyard.provisioner.provider.diagnostics import Problem
from taskyard.provisioner.provider.schema import (
    Block,
    Resource,
    computed,
    optional,
    required,
)
from taskyard.provisioner.provider.taskyard.run import TaskyardRun
from taskyard.provisioner.provider.values import Object

__all__ = ["VOLUME", "volume_path"]

_SIZE = re.compile(r"\d+(?:\.\d+)?\s*(?:[KMGT]i?)?B?", re.IGNORECASE)
_LABEL = "volume.json"


def _size(value: Any) -> str | None:
    if _SIZE.fullmatch(value):
        return None
    return f'"{value}" is not a size; write it as "10GiB".'


def _create(run: TaskyardRun, planned: Object) -> Object:
    """Make the directory, or find the one of that name again.

    The id follows from workspace and name, so an apply that was killed after this and
    before its state was kept finds its own directory and whatever is in it.
    """
    volume = uuid5(run.workspace_id, f"volume:{planned['name']}")
    directory = run.host.volumes / str(volume)
    data = directory / "data"
    data.mkdir(mode=0o700, parents=True, exist_ok=True)
    label = {"workspace_id": str(run.workspace_id), "name": planned["name"]}
    (directory / _LABEL).write_text(json.dumps(label))
    return {**planned, "id": str(volume), "path": str(data)}


def _read(run: TaskyardRun, state: Object) -> Object | None:
    data = run.host.volumes / str(UUID(state["id"])) / "data"
    return {**state, "path": str(data)} if data.is_dir() else None


def _update(_run: TaskyardRun, _prior: Object, planned: Object) -> Object:
    return planned


def _delete(run: TaskyardRun, state: Object) -> None:
    directory = run.host.volumes / str(UUID(state["id"]))
    try:
        shutil.rmtree(directory)
    except FileNotFoundError:
        return
    except OSError as error:
        raise Problem(
            f'The volume "{state["name"]}" cannot be removed',
            f"{error}. Remove {directory} by hand, then delete the workspace again.",
        ) from error


def _plan(
    run: TaskyardRun, prior: Object | None, _config: Object, planned: Object
) -> None:
    if run.plans_ids and prior is None:
        planned["id"] = new_id()


def volume_path(run: TaskyardRun, volume: str, path: tuple[str | int, ...]) -> Path:
    """Where the data of a volume of this workspace is.

    An id is text that a template may have from anywhere, so the label decides: a volume
    of another workspace is as good as none.
    """
    try:
        directory = run.host.volumes / str(UUID(volume))
        label = json.loads((directory / _LABEL).read_text())
        is_own = label["workspace_id"] == str(run.workspace_id)
    except (ValueError, OSError):
        is_own = False
    if not is_own:
        raise Problem(
            f'There is no volume "{volume}" in this workspace',
            "Refer to a volume of the same template: taskyard_volume.NAME.id.",
            path,
        )
    return run.host.volumes / str(UUID(volume)) / "data"


VOLUME = Resource(
    block=Block(
        {
            "id": computed(),
            "path": computed(),
            "name": required(
                check=at_most_long(128),
                description="Unique in the template. A change makes a new, empty volume.",
            ),
            "size_hint": optional(
                check=_size,
                replaces=False,
                description='What it may grow to, as in "10GiB". Shown, not enforced.',
            ),
        }
    ),
    create=_create,
    read=_read,
    update=_update,
    delete=_delete,
    plan=_plan,
)
