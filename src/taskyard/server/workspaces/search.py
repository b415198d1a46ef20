"""Queries for workspaces: `owner:me status:running name:web template:tasks`."""

from typing import Final
from uuid import UUID

from sqlalchemy import ColumnElement, exists, false, func, or_

from taskyard.kit import search
from taskyard.kit.errors import Validation
from taskyard.protocol.api.workspaces import WorkspaceStatus
from taskyard.server.db.tables import (
    BuildRow,
    OrganizationRow,
    TaskRow,
    TemplateRow,
    UserRow,
    WorkspaceRow,
)
from taskyard.server.identity.actor import Actor
from taskyard.server.workspaces.store import status_in_sql

__all__ = ["conditions_of"]

_KEYS: Final = (
    "owner",
    "name",
    "template",
    "organization",
    "status",
    "has-ai-task",
    "deleted",
    "id",
)
_BAD_QUERY: Final = "Invalid workspace search query."
_STATUSES: Final[tuple[str, ...]] = WorkspaceStatus.__args__


def conditions_of(query: str, actor: Actor) -> list[ColumnElement[bool]]:
    """To be used beside the latest build and its job. Raises InvalidSearch.

    A word without a key is a name, or `owner/name`. Deleted ones are left out unless
    asked for.
    """
    terms = search.parse(query, keys=_KEYS, bare="name", message=_BAD_QUERY)
    deleted = terms.pop("deleted", "false") == "true"
    conditions: list[ColumnElement[bool]] = [
        WorkspaceRow.deleted_at.is_not(None)
        if deleted
        else WorkspaceRow.deleted_at.is_(None)
    ]
    for key, value in terms.items():
        conditions.append(_condition(key, value, actor))
    return conditions


def _condition(key: str, value: str, actor: Actor) -> ColumnElement[bool]:
    match key:
        case "owner":
            return _owned_by(value, actor)
        case "name":
            return _named(value, actor)
        case "template" | "organization":
            return _belongs_to(key, value)
        case "status":
            return _has_status(value)
        case "has-ai-task":
            return _is_task() == (value == "true")
        case _:
            return _has_id(value)


def _belongs_to(key: str, name: str) -> ColumnElement[bool]:
    if key == "template":
        return exists().where(
            TemplateRow.id == WorkspaceRow.template_id,
            func.lower(TemplateRow.name) == name,
        )
    return exists().where(
        OrganizationRow.id == WorkspaceRow.organization_id,
        func.lower(OrganizationRow.name) == name,
    )


def _named(value: str, actor: Actor) -> ColumnElement[bool]:
    owner, separator, name = value.rpartition("/")
    condition = func.lower(WorkspaceRow.name).contains(name, autoescape=True)
    return condition & _owned_by(owner, actor) if separator else condition


def _owned_by(value: str, actor: Actor) -> ColumnElement[bool]:
    if value == "me":
        return WorkspaceRow.owner_id == actor.user_id
    named = exists().where(
        UserRow.id == WorkspaceRow.owner_id, func.lower(UserRow.username) == value
    )
    try:
        return or_(named, WorkspaceRow.owner_id == UUID(value))
    except ValueError:
        return named


def _has_status(value: str) -> ColumnElement[bool]:
    if value not in _STATUSES:
        allowed = ", ".join(_STATUSES)
        raise search.InvalidSearch(
            _BAD_QUERY,
            validations=[Validation("status", f"{value!r} is not one of {allowed}.")],
        )
    return status_in_sql() == value


def _is_task() -> ColumnElement[bool]:
    task = exists().where(
        TaskRow.workspace_id == WorkspaceRow.id, TaskRow.deleted_at.is_(None)
    )
    return or_(BuildRow.has_ai_task, task)


def _has_id(value: str) -> ColumnElement[bool]:
    try:
        return WorkspaceRow.id == UUID(value)
    except ValueError:
        return false()
