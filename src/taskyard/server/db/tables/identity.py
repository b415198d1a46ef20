"""Who may do what: users, organizations, tokens."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, LargeBinary, func, text
from sqlalchemy.orm import Mapped, mapped_column

from taskyard.server.db.base import Base

__all__ = [
    "DeploymentRow",
    "OrganizationMemberRow",
    "OrganizationRow",
    "ProvisionerKeyRow",
    "SetupTokenRow",
    "TokenRow",
    "UserRow",
]


class DeploymentRow(Base):
    """What is true of the whole installation; exactly one row."""

    __tablename__ = "deployment"
    __table_args__ = (CheckConstraint("singleton", name="one_row"),)

    singleton: Mapped[bool] = mapped_column(primary_key=True, default=True)
    id: Mapped[UUID]
    created_at: Mapped[datetime]


class OrganizationRow(Base):
    __tablename__ = "organizations"
    __table_args__ = (
        Index("uq_organizations_name", func.lower(text("name")), unique=True),
        Index(
            "uq_organizations_default",
            "is_default",
            unique=True,
            postgresql_where=text("is_default"),
        ),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    name: Mapped[str]
    display_name: Mapped[str]
    description: Mapped[str] = mapped_column(default="")
    icon: Mapped[str] = mapped_column(default="")
    is_default: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]


class UserRow(Base):
    __tablename__ = "users"
    __table_args__ = (
        Index("uq_users_username", func.lower(text("username")), unique=True),
        Index("uq_users_email", func.lower(text("email")), unique=True),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    username: Mapped[str]
    email: Mapped[str]
    name: Mapped[str] = mapped_column(default="")
    avatar_url: Mapped[str] = mapped_column(default="")
    password_hash: Mapped[str] = mapped_column(default="")  # argon2; empty = none
    login_type: Mapped[str] = mapped_column(default="password")
    status: Mapped[str] = mapped_column(default="active")
    roles: Mapped[list[str]] = mapped_column(default=list)
    github_com_user_id: Mapped[int | None]
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]
    last_seen_at: Mapped[datetime]
    deleted_at: Mapped[datetime | None]


class OrganizationMemberRow(Base):
    __tablename__ = "organization_members"

    organization_id: Mapped[UUID] = mapped_column(
        ForeignKey("organizations.id", ondelete="CASCADE"), primary_key=True
    )
    user_id: Mapped[UUID] = mapped_column(
        ForeignKey("users.id", ondelete="CASCADE"), primary_key=True, index=True
    )
    created_at: Mapped[datetime]


class TokenRow(Base):
    """A session or an API token; the secret half is stored as its SHA-256.

    On the wire: `<id>-<secret>`, as Coder's clients expect a token to look.
    """

    __tablename__ = "tokens"

    id: Mapped[str] = mapped_column(primary_key=True)
    user_id: Mapped[UUID] = mapped_column(
        ForeignKey("users.id", ondelete="CASCADE"), index=True
    )
    secret_hash: Mapped[bytes] = mapped_column(LargeBinary)
    kind: Mapped[str]  # session | api | workspace (minted for an owner at a start)
    name: Mapped[str] = mapped_column(default="")
    scope: Mapped[str] = mapped_column(default="all")
    workspace_id: Mapped[UUID | None]
    created_at: Mapped[datetime]
    last_used_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    lifetime_seconds: Mapped[int]


class SetupTokenRow(Base):
    """The one-time link with which the first user is made."""

    __tablename__ = "setup_tokens"

    secret_hash: Mapped[bytes] = mapped_column(LargeBinary, primary_key=True)
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]


class ProvisionerKeyRow(Base):
    __tablename__ = "provisioner_keys"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(unique=True)
    secret_hash: Mapped[bytes] = mapped_column(LargeBinary, index=True)
    tags: Mapped[dict[str, str]] = mapped_column(default=dict)
    created_at: Mapped[datetime]
