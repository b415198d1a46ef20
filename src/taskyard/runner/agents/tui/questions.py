"""Dialogs as permission requests: told once, answered by keys, gone when the dialog is."""

import asyncio
import uuid
from collections.abc import Callable
from typing import Final, final

from taskyard.runner.agents.driver import Emit, PermissionPolicy
from taskyard.runner.agents.hooks.facts import ToolCall
from taskyard.runner.agents.hooks.tools import event_data
from taskyard.runner.agents.permissions import choose
from taskyard.runner.agents.tui.dialogs import Dialog

__all__ = ["Questions"]

_EXCERPT_LINES: Final = 30


@final
class Questions:
    """One dialog is open at most: a terminal asks one thing at a time."""

    def __init__(
        self,
        emit: Emit,
        write: Callable[[bytes], None],
        about: Callable[[str], ToolCall | None],
    ) -> None:
        self.policy: PermissionPolicy = "ask"
        self._emit = emit
        self._write = write
        self._about = about  # which tool a screen asks about, if the agent's hooks say
        self._tool: ToolCall | None = None  # that the open dialog is about
        self._request = ""
        self._dialog: Dialog | None = None
        self._answered: Dialog | None = None  # it stays on the screen for a moment
        self._typed = b""
        self.typed = asyncio.Event()  # an answer was typed; whoever waits clears it

    def knows(self, dialog: Dialog | None) -> bool:
        """Whether the dialog has been told, and perhaps answered a moment ago."""
        return dialog is not None and dialog in (self._answered, self._dialog)

    def see(self, dialog: Dialog | None, screen: str) -> bool:
        """Compare with what is shown now; True for a dialog that was not there before."""
        if self.knows(dialog):
            return False
        self._answered = None
        self.drop()
        if dialog is None or not dialog.options or dialog.kind == "login":
            return False
        self._dialog, self._request = dialog, str(uuid.uuid4())
        self._tell(dialog, screen)
        if dialog.kind == "permission":
            self._answer_by_policy(dialog)
        return True

    def answer(self, request: str, option_id: str, *, cancel: bytes) -> None:
        """Type what chooses the option; an answer to an older dialog is ignored."""
        if request == self._request and self._dialog is not None:
            self._resolve(self._dialog, option_id, by="user", cancel=cancel)

    def reconsider(self, policy: PermissionPolicy) -> None:
        """The policy has changed: what it lets through now need not wait any more."""
        self.policy = policy
        if self._dialog is not None and self._dialog.kind == "permission":
            self._answer_by_policy(self._dialog)

    def press_again(self) -> None:
        """Type the last answer again, if its dialog has not gone since."""
        if self._answered is not None:
            self._write(self._typed)

    def drop(self) -> None:
        """The dialog is gone without us: somebody typed, or the agent has ended."""
        if self._dialog is not None:
            self._emit(
                "permission_resolved",
                self._request,
                {"outcome": "cancelled", "by": "user"},
            )
        self._dialog, self._request = None, ""

    def _tell(self, dialog: Dialog, screen: str) -> None:
        excerpt = "\n".join(screen.rstrip().split("\n")[-_EXCERPT_LINES:])
        is_permission = dialog.kind == "permission"
        self._tool = self._about(screen) if is_permission else None
        self._emit(
            "permission_requested",
            self._request,
            {
                "tool": event_data(self._tool)
                if self._tool
                else {
                    "title": dialog.title,
                    "kind": "other",
                    "status": "pending",
                    "content": [
                        {
                            "type": "content",
                            "content": {"type": "text", "text": excerpt},
                        }
                    ],
                    "locations": [],
                },
                "options": [option.answer for option in dialog.options],
                "title": dialog.title,
            },
        )

    def _answer_by_policy(self, dialog: Dialog) -> None:
        chosen = choose(
            self.policy,
            tool_kind=self._tool.kind if self._tool else "other",
            tool_name=self._tool.name if self._tool else "",
            harmless_tools=frozenset(),
            options=[option.answer for option in dialog.options],
        )
        if chosen is not None:
            self._resolve(dialog, chosen["id"], by="policy", cancel=b"")

    def _resolve(
        self, dialog: Dialog, option_id: str, *, by: str, cancel: bytes
    ) -> None:
        keys = {option.answer["id"]: option.keys for option in dialog.options}
        known = option_id in keys
        self._typed = keys.get(option_id, cancel)
        self._write(self._typed)
        self.typed.set()
        outcome = {"outcome": "selected", "option_id": option_id}
        self._emit(
            "permission_resolved",
            self._request,
            {**(outcome if known else {"outcome": "cancelled"}), "by": by},
        )
        self._answered, self._dialog, self._request = dialog, None, ""
