from uuid import UUID

import pytest

from taskyard.server.identity.actor import Actor, Role
from taskyard.server.identity.permissions import is_allowed

ME = UUID(int=1)
OTHER = str(UUID(int=2))


def actor(*roles: Role) -> Actor:
    return Actor(
        user_id=ME,
        username="mel",
        roles=frozenset({Role.MEMBER, *roles}),
        organization_ids=frozenset(),
        token_id="",
    )


@pytest.mark.parametrize(
    ("role", "action", "resource", "owner", "allowed"),
    [
        (Role.MEMBER, "read", "workspace", str(ME), True),
        (Role.MEMBER, "update", "workspace", str(ME), True),
        (Role.MEMBER, "update", "workspace", "me", True),
        (Role.MEMBER, "read", "workspace", OTHER, False),
        (Role.MEMBER, "read", "workspace", "", False),
        (Role.MEMBER, "read", "template", "", True),
        (Role.MEMBER, "create", "template", "", False),
        (Role.MEMBER, "read", "deployment_config", "", False),
        (Role.TEMPLATE_ADMIN, "create", "template", "", True),
        (Role.TEMPLATE_ADMIN, "update", "workspace", OTHER, False),
        (Role.AUDITOR, "read", "workspace", OTHER, True),
        (Role.AUDITOR, "read", "audit_log", "", True),
        (Role.AUDITOR, "update", "workspace", OTHER, False),
        (Role.OWNER, "delete", "user", OTHER, True),
        (Role.OWNER, "anything", "whatever", "", True),
    ],
)
def test_who_may_do_what(
    role: Role, action: str, resource: str, owner: str, *, allowed: bool
) -> None:
    assert is_allowed(actor(role), action, resource, owner_id=owner) is allowed
