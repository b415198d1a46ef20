"""Prompts of one editor that wait for the end of their turns."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final, final

from taskyard.protocol.acp import INTERNAL_ERROR, REFUSED
from taskyard.protocol.api.tasks import TaskDetail
from taskyard.server.tasks.acp.desk import Mail
from taskyard.server.tasks.acp.rpc import RpcError

__all__ = ["Verdict", "Waiting", "ended", "turn_verdict", "verdict"]

#: What the protocol knows. Ours are more: of a turn that failed an error is the answer.
_STOP_REASONS: Final = frozenset(
    {"end_turn", "max_tokens", "max_turn_requests", "refusal", "cancelled"}
)
#: No turn runs while the work is in one of these.
_STANDSTILL: Final = frozenset({"paused", "failed", "deleting"})

Verdict = str | RpcError


@final
@dataclass(kw_only=True)
class Waiting:
    """Answered once: with a stop reason, or an error."""

    answer: "asyncio.Future[str]" = field(
        default_factory=lambda: asyncio.get_running_loop().create_future()
    )
    is_cancelled: bool = False  # the person wants no answer any more

    def end(self, verdict: Verdict) -> None:
        if self.answer.done():
            return
        if isinstance(verdict, RpcError):
            self.answer.set_exception(verdict)
        else:
            self.answer.set_result(verdict)


def turn_verdict(data: Mapping[str, Any]) -> Verdict:
    """Of a `turn_ended` event."""
    reason, detail = str(data.get("stop_reason", "")), str(data.get("detail") or "")
    if reason in _STOP_REASONS:
        return reason
    if reason == "interrupted":
        words = "The agent ended in the middle of the turn. Send the message again."
    else:
        words = "The turn failed."
    return RpcError(INTERNAL_ERROR, f"{words} {detail}".strip())


def ended(mail: Mail | None, *, told: int) -> Verdict | None:
    """How the turn ended, if the editor has been told all that was said in it."""
    if mail is None or not 0 < mail.ended_at <= told:
        return None
    return turn_verdict({"stop_reason": mail.stop_reason})


def verdict(mail: Mail | None, task: TaskDetail) -> Verdict | None:
    """What the rows say of a prompt whose turn has not ended; None: it still waits.

    Without mail it is the first prompt of a task that is still being made. A message
    that stays in the queue of a task that cannot go on is answered, too: a person must
    look at the task, and sends it again then.
    """
    if mail is not None and mail.state == "removed":
        return "cancelled"
    if mail is not None and mail.state == "failed":
        return RpcError(REFUSED, f"The agent did not take the message: {mail.error}")
    if task.work.status == "failed":
        return RpcError(
            REFUSED, f"The task cannot go on: {task.work.detail or task.work.status}"
        )
    lost = mail is not None and mail.state == "delivered" and not mail.ended_at
    if lost and task.work.status in _STANDSTILL:
        words = f"The task is {task.work.status}: its turn ended before its time."
        return RpcError(REFUSED, words)
    return None
