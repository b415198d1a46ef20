"""How a job is told to end: politely, or at once."""

import asyncio

from taskyard.provisioner.errors import Canceled, JobFailed, LeaseLost, TimedOut

__all__ = ["Stop"]


class Stop:
    """The first reason wins; `kill` after `ask` only hurries it."""

    def __init__(self) -> None:
        self.asked = asyncio.Event()
        self.killed = asyncio.Event()
        self._reason: JobFailed | LeaseLost | None = None

    def cancel(self, reason: str = "The job was canceled.") -> None:
        """Let Terraform finish what it is at and keep its state, then end."""
        self._reason = self._reason or Canceled(reason)
        self.asked.set()

    def time_out(self, seconds: float, what: str) -> None:
        self._reason = self._reason or TimedOut(
            f"{what} did not end within {seconds:.0f} seconds and was stopped. "
            "Look at the last lines of the log for what it waited for."
        )
        self.asked.set()

    def lose_lease(self) -> None:
        """Act no more: another provisioner has the job."""
        self._reason = LeaseLost()
        self.asked.set()
        self.killed.set()

    def check(self) -> None:
        """Raise the reason, when there is one."""
        if self._reason:
            raise self._reason
