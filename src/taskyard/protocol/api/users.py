"""Users, organizations, sessions and tokens on the wire."""

from datetime import datetime
from typing import Literal
from uuid import UUID

from pydantic import Field, SecretStr

from taskyard.protocol.api.common import ApiModel

__all__ = [
    "AuthCheck",
    "AuthCheckObject",
    "AuthChecks",
    "BuildInfo",
    "ChangePassword",
    "ChangeProfile",
    "ChangeRoles",
    "CreateFirstUser",
    "CreateToken",
    "CreateUser",
    "CreatedToken",
    "FirstUser",
    "Login",
    "Organization",
    "OrganizationMember",
    "Role",
    "RoleName",
    "Session",
    "Token",
    "User",
    "UserRoles",
    "Users",
]

RoleName = Literal["owner", "template-admin", "auditor", "member"]


class BuildInfo(ApiModel):
    """`version` is the Coder version whose API this is; clients gate features on it."""

    version: str
    external_url: str
    dashboard_url: str
    deployment_id: str
    taskyard_version: str
    telemetry: bool = False
    workspace_proxy: bool = False
    agent_api_version: str = "2.0"
    provisioner_api_version: str = "1.0"
    upgrade_message: str = ""


class Role(ApiModel):
    name: str
    display_name: str
    organization_id: str = ""


class User(ApiModel):
    id: UUID
    username: str
    name: str = ""
    email: str
    avatar_url: str = ""
    created_at: datetime
    updated_at: datetime
    last_seen_at: datetime
    status: Literal["active", "dormant", "suspended"]
    login_type: Literal["password", "token", "none"]
    organization_ids: list[UUID]
    roles: list[Role]
    theme_preference: str = ""
    github_com_user_id: int | None = None


class Users(ApiModel):
    users: list[User]
    count: int


class Organization(ApiModel):
    id: UUID
    name: str
    display_name: str
    description: str = ""
    icon: str = ""
    created_at: datetime
    updated_at: datetime
    is_default: bool


class CreateFirstUser(ApiModel):
    """`setup_token` comes from the one-time link that the server prints."""

    setup_token: str
    username: str
    email: str
    name: str = ""
    password: SecretStr = Field(max_length=1024)


class CreateUser(ApiModel):
    username: str
    email: str
    name: str = ""
    password: SecretStr | None = Field(default=None, max_length=1024)
    login_type: Literal["password", "none"] = "password"
    user_status: Literal["active", "dormant"] = "active"
    roles: list[RoleName] = []
    organization_ids: list[UUID] = []
    github_com_user_id: int | None = None


class ChangePassword(ApiModel):
    old_password: SecretStr | None = None
    password: SecretStr = Field(max_length=1024)


class Login(ApiModel):
    email: str
    password: SecretStr = Field(max_length=1024)


class Session(ApiModel):
    session_token: str


class CreateToken(ApiModel):
    token_name: str = ""
    lifetime: int = (
        0  # nanoseconds, as Coder's clients send it; 0 = the default of 30 days
    )
    scope: Literal["all", "application_connect", "read"] = "all"


class CreatedToken(ApiModel):
    key: str


class Token(ApiModel):
    id: str
    user_id: UUID
    token_name: str
    scope: str
    login_type: str
    created_at: datetime
    updated_at: datetime
    last_used: datetime
    expires_at: datetime
    lifetime_seconds: int
    username: str = ""


class FirstUser(ApiModel):
    user_id: UUID
    organization_id: UUID


class ChangeProfile(ApiModel):
    username: str
    name: str = ""


class ChangeRoles(ApiModel):
    roles: list[RoleName]


class UserRoles(ApiModel):
    roles: list[str]
    organization_roles: dict[str, list[str]] = {}


class OrganizationMember(ApiModel):
    user_id: UUID
    organization_id: UUID
    username: str
    name: str = ""
    email: str
    avatar_url: str = ""
    roles: list[Role] = []  # of the organization: none exist yet
    global_roles: list[Role]
    created_at: datetime
    updated_at: datetime


class AuthCheckObject(ApiModel):
    """What a check is about; an empty `owner_id` means anybody's."""

    resource_type: str
    owner_id: str = ""
    organization_id: str = ""
    resource_id: str = ""
    any_org: bool = False


class AuthCheck(ApiModel):
    object: AuthCheckObject
    action: str


class AuthChecks(ApiModel):
    checks: dict[str, AuthCheck]
