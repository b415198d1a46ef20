"""Rows of identity in the shapes of the API."""

from taskyard.protocol.api.users import (
    Organization,
    OrganizationMember,
    Role,
    Token,
    User,
)
from taskyard.server.db.tables import OrganizationRow, TokenRow, UserRow
from taskyard.server.identity import actor
from taskyard.server.identity.users import UserDetails

__all__ = ["member_of", "organization_of", "roles_of", "token_of", "user_of"]


def roles_of(row: UserRow) -> list[Role]:
    """Without `member`, which everybody is and clients do not list."""
    return [
        Role(name=role, display_name=actor.Role(role).display_name)
        for role in row.roles
    ]


def user_of(details: UserDetails) -> User:
    row = details.row
    return User.model_validate(
        {
            **{name: getattr(row, name) for name in _USER_FIELDS},
            "organization_ids": details.organization_ids,
            "roles": roles_of(row),
        }
    )


_USER_FIELDS = (
    "id",
    "username",
    "name",
    "email",
    "avatar_url",
    "created_at",
    "updated_at",
    "last_seen_at",
    "status",
    "login_type",
    "github_com_user_id",
)


def organization_of(row: OrganizationRow) -> Organization:
    return Organization(
        id=row.id,
        name=row.name,
        display_name=row.display_name,
        description=row.description,
        icon=row.icon,
        created_at=row.created_at,
        updated_at=row.updated_at,
        is_default=row.is_default,
    )


def member_of(
    details: UserDetails, organization: OrganizationRow
) -> OrganizationMember:
    row = details.row
    return OrganizationMember(
        user_id=row.id,
        organization_id=organization.id,
        username=row.username,
        name=row.name,
        email=row.email,
        avatar_url=row.avatar_url,
        global_roles=roles_of(row),
        created_at=row.created_at,
        updated_at=row.updated_at,
    )


def token_of(row: TokenRow, *, username: str = "") -> Token:
    return Token(
        id=row.id,
        user_id=row.user_id,
        token_name=row.name,
        scope=row.scope,
        login_type="password" if row.kind == "session" else "token",
        created_at=row.created_at,
        updated_at=row.last_used_at,
        last_used=row.last_used_at,
        expires_at=row.expires_at,
        lifetime_seconds=row.lifetime_seconds,
        username=username,
    )
