"""Stored archives, templates and their imported versions."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey, Index, LargeBinary, UniqueConstraint, func, text
from sqlalchemy.orm import Mapped, deferred, mapped_column

from taskyard.server.db.base import Base

__all__ = ["FileRow", "ModulesRow", "TemplateRow", "TemplateVersionRow"]


class FileRow(Base):
    """An uploaded archive, normalised to a plain tar; equal content is stored once per owner."""

    __tablename__ = "files"
    __table_args__ = (UniqueConstraint("owner_id", "sha256"),)

    id: Mapped[UUID] = mapped_column(primary_key=True)
    owner_id: Mapped[UUID] = mapped_column(ForeignKey("users.id"))
    sha256: Mapped[str]
    mimetype: Mapped[str]
    size: Mapped[int]
    data: Mapped[bytes] = deferred(mapped_column(LargeBinary))
    created_at: Mapped[datetime]


class TemplateRow(Base):
    __tablename__ = "templates"
    __table_args__ = (
        Index(
            "uq_templates_organization_id_name",
            "organization_id",
            func.lower(text("name")),
            unique=True,
            postgresql_where=text("deleted_at IS NULL"),
        ),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    organization_id: Mapped[UUID] = mapped_column(ForeignKey("organizations.id"))
    name: Mapped[str]
    display_name: Mapped[str] = mapped_column(default="")
    description: Mapped[str] = mapped_column(default="")
    icon: Mapped[str] = mapped_column(default="")
    active_version_id: Mapped[UUID] = mapped_column(
        ForeignKey("template_versions.id", use_alter=True)
    )
    created_by: Mapped[UUID] = mapped_column(ForeignKey("users.id"))
    allow_user_cancel_workspace_jobs: Mapped[bool] = mapped_column(default=True)
    permission_policy: Mapped[str] = mapped_column(default="allow_edits")
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]
    deleted_at: Mapped[datetime | None]


class TemplateVersionRow(Base):
    """One import. `result` is the whole ImportResult (protocol.provisioner) once it is there."""

    __tablename__ = "template_versions"
    __table_args__ = (
        Index(
            "uq_template_versions_template_id_name",
            "template_id",
            func.lower(text("name")),
            unique=True,
        ),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    template_id: Mapped[UUID | None] = mapped_column(
        ForeignKey("templates.id"), index=True
    )
    organization_id: Mapped[UUID] = mapped_column(ForeignKey("organizations.id"))
    name: Mapped[str]
    message: Mapped[str] = mapped_column(default="")
    file_id: Mapped[UUID] = mapped_column(ForeignKey("files.id"))
    job_id: Mapped[UUID] = mapped_column(ForeignKey("provisioner_jobs.id"), unique=True)
    created_by: Mapped[UUID] = mapped_column(ForeignKey("users.id"))
    readme: Mapped[str] = mapped_column(default="")
    archived: Mapped[bool] = mapped_column(default=False)
    has_ai_task: Mapped[bool] = mapped_column(default=False)
    not_task_reason: Mapped[str] = mapped_column(default="")
    #: Name -> value of variables given by the author; sensitive ones are encrypted in `secrets`.
    variables: Mapped[dict[str, str]] = mapped_column(default=dict)
    secrets: Mapped[bytes | None] = mapped_column(LargeBinary)
    result: Mapped[dict[str, Any] | None]
    #: Presets with the ids given to them here: [{id, name, ...}].
    presets: Mapped[list[Any]] = mapped_column(default=list)
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]


class ModulesRow(Base):
    """The modules a version downloaded at import, so that builds need no network."""

    __tablename__ = "template_version_modules"

    template_version_id: Mapped[UUID] = mapped_column(
        ForeignKey("template_versions.id", ondelete="CASCADE"), primary_key=True
    )
    data: Mapped[bytes] = mapped_column(LargeBinary)
    created_at: Mapped[datetime]
