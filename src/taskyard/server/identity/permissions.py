"""May somebody do this to that? One table, for pages that hide what would be refused.

The routes themselves do not ask here: each query finds only what its actor may touch.
A test holds the two together.
"""

from typing import Final

from taskyard.server.identity.actor import Actor

__all__ = ["is_allowed"]

_READS: Final = frozenset({"read", "read_personal"})
#: Who may change what is not their own; "mine": members change and read their own.
_TEMPLATES: Final = frozenset({"template", "file"})
_OWN: Final = frozenset(
    {"workspace", "task", "user", "api_key", "user_data", "notification_preference"}
)
_FOR_ALL_TO_READ: Final = frozenset({"template", "organization", "deployment_stats"})


def is_allowed(
    actor: Actor, action: str, resource_type: str, *, owner_id: str = ""
) -> bool:
    """`action` is Coder's word, such as `read`, `create`, `update`, `delete`, `ssh`."""
    if actor.manages_everything:
        return True
    if resource_type in _OWN and owner_id in {str(actor.user_id), "me"}:
        return True
    if action in _READS:
        return actor.reads_everything or resource_type in _FOR_ALL_TO_READ
    return resource_type in _TEMPLATES and actor.manages_templates
