"""Who makes a request, and what the roles allow."""

from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

__all__ = ["Actor", "Role", "Scope"]


class Role(StrEnum):
    """What a user is on this server; everybody is a member."""

    OWNER = "owner"
    TEMPLATE_ADMIN = "template-admin"
    AUDITOR = "auditor"
    MEMBER = "member"

    @property
    def display_name(self) -> str:
        return self.value.replace("-", " ").title()


class Scope(StrEnum):
    """What a token is good for."""

    ALL = "all"
    READ = "read"  # requests that change nothing
    APPLICATION_CONNECT = "application_connect"  # the apps of workspaces, no API


@dataclass(frozen=True, slots=True, kw_only=True)
class Actor:
    """The user behind a request, as its token says.

    Rules live here as properties, so that a query can ask for what it needs: a member
    reads and changes what is their own; `reads_everything` and `manages_everything`
    widen the query, and what the query does not find is a 404.
    """

    user_id: UUID
    username: str
    roles: frozenset[Role]
    organization_ids: frozenset[UUID]
    token_id: str
    scope: Scope = Scope.ALL

    @property
    def manages_everything(self) -> bool:
        return Role.OWNER in self.roles

    @property
    def reads_everything(self) -> bool:
        return bool(self.roles & {Role.OWNER, Role.AUDITOR})

    @property
    def manages_templates(self) -> bool:
        return bool(self.roles & {Role.OWNER, Role.TEMPLATE_ADMIN})

    @property
    def manages_users(self) -> bool:
        return Role.OWNER in self.roles
