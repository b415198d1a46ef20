"""What people chose for sessions: it goes before what modules and templates say."""

from dataclasses import dataclass, field
from typing import Final, final

from taskyard.protocol.link import Manifest
from taskyard.runner.agents.driver import PermissionPolicy
from taskyard.runner.agents.request import SessionRequest

__all__ = ["Preferences"]

_LAST: Final[PermissionPolicy] = "ask"


@dataclass(slots=True, kw_only=True)
class _Choices:
    asked: PermissionPolicy | None  # by the module
    policy: PermissionPolicy | None  # by a person
    options: dict[str, str] = field(default_factory=dict[str, str])  # by a person


@final
class Preferences:
    """In memory only: the server tells them again in every manifest."""

    def __init__(self) -> None:
        self._template: PermissionPolicy = _LAST
        self._of: dict[str, _Choices] = {}

    def begin(
        self, session_id: str, request: SessionRequest, manifest: Manifest
    ) -> None:
        """A session is about to start; of an earlier build's the options are known."""
        self._template = manifest["permission_policy"]
        options: dict[str, str] = {}
        for seed in manifest["sessions"]:
            if seed["id"] == session_id:
                options = dict(seed.get("options") or {})
        self._of[session_id] = _Choices(
            asked=request.permission_policy,
            policy=manifest.get("task_permission_policy"),
            options=options,
        )

    def policy(self, session_id: str) -> PermissionPolicy:
        """A person's word goes before the module's, and that before the template's."""
        choices = self._of[session_id]
        return choices.policy or choices.asked or self._template

    def options(self, session_id: str) -> dict[str, str]:
        return dict(self._of[session_id].options)

    def set_policy(self, session_id: str, policy: PermissionPolicy | None) -> None:
        """None: what the module or the template says again."""
        self._of[session_id].policy = policy

    def set_option(self, session_id: str, option: str, value: str) -> None:
        self._of[session_id].options[option] = value

    def refresh(self, manifest: Manifest) -> list[str]:
        """A later manifest of the same build; the sessions whose policy is another now."""
        before = {session_id: self.policy(session_id) for session_id in self._of}
        self._template = manifest["permission_policy"]
        for choices in self._of.values():
            choices.policy = manifest.get("task_permission_policy")
        return [id_ for id_, policy in before.items() if self.policy(id_) != policy]
