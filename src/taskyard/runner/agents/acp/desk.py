"""Where an agent's permission requests are answered: by the policy, else by a person."""

import asyncio
import uuid
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final, NamedTuple, final

from taskyard.kit.shapes import as_object
from taskyard.protocol.sessions import PermissionOption
from taskyard.runner.agents.driver import Emit, PermissionPolicy
from taskyard.runner.agents.permissions import choose, options_of

__all__ = ["CANCELLED", "PermissionDesk"]

Json = dict[str, Any]

#: The answer to a request that nobody is to answer any more.
CANCELLED: Final[Json] = {"outcome": {"outcome": "cancelled"}}


@final
class PermissionDesk:
    """Every request and every answer becomes an event.

    `on_waiting` is told what a person is asked, and the empty text when nothing is asked
    any more. `harmless_tools` are never asked about (see `permissions.choose`).
    """

    def __init__(
        self,
        *,
        emit: Emit,
        on_waiting: Callable[[str], None],
        harmless_tools: frozenset[str],
    ) -> None:
        self._emit = emit
        self._on_waiting = on_waiting
        self._harmless_tools = harmless_tools
        self._questions: dict[str, _Question] = {}

    async def ask(
        self,
        policy: PermissionPolicy,
        tool: Mapping[str, Any],
        params: Mapping[str, Any],
    ) -> Json:
        """The answer to a `session/request_permission` about `tool` (whole, our shape)."""
        options = options_of(params.get("options"))
        chosen = self._choose(policy, tool, options)
        request = str(uuid.uuid4())
        title = str(tool["title"])
        self._emit(
            "permission_requested",
            request,
            {
                "tool": tool,
                "tool_id": as_object(params.get("toolCall")).get("toolCallId"),
                "options": options,
                "title": title,
            },
        )
        if chosen is not None:
            return self._resolve(request, chosen["id"], by="policy")
        question = _Question(tool, options, asyncio.get_running_loop().create_future())
        answer, by = await self._ask_person(request, title, question)
        known = {option["id"] for option in options}
        outcome = self._resolve(request, answer if answer in known else "", by=by)
        if not self._questions:
            self._on_waiting("")
        return outcome

    def answer(self, request: str, option_id: str) -> None:
        """A person answers; a request that is not open is ignored."""
        self._settle(request, option_id, by="user")

    def reconsider(self, policy: PermissionPolicy) -> None:
        """The policy has changed: what it lets through now need not wait any more."""
        for request, question in list(self._questions.items()):
            chosen = self._choose(policy, question.tool, question.options)
            if chosen is not None:
                self._settle(request, chosen["id"], by="policy")

    def withdraw(self) -> None:
        """Nobody needs an answer any more: the turn is over, or the agent is gone."""
        for request in list(self._questions):
            self.answer(request, "")

    def _choose(
        self,
        policy: PermissionPolicy,
        tool: Mapping[str, Any],
        options: Sequence[PermissionOption],
    ) -> PermissionOption | None:
        return choose(
            policy,
            tool_kind=str(tool["kind"]),
            tool_name=str(tool.get("name") or tool["title"]),
            harmless_tools=self._harmless_tools,
            options=options,
        )

    def _settle(self, request: str, option_id: str, *, by: str) -> None:
        question = self._questions.get(request)
        if question is not None and not question.answer.done():
            question.answer.set_result((option_id, by))

    async def _ask_person(
        self, request: str, title: str, question: "_Question"
    ) -> tuple[str, str]:
        """The option and who chose it."""
        self._questions[request] = question
        self._on_waiting(title)
        try:
            return await question.answer
        finally:
            del self._questions[request]

    def _resolve(self, request: str, option: str, *, by: str) -> Json:
        if not option:
            self._emit(
                "permission_resolved", request, {"outcome": "cancelled", "by": by}
            )
            return CANCELLED
        self._emit(
            "permission_resolved",
            request,
            {"outcome": "selected", "option_id": option, "by": by},
        )
        return {"outcome": {"outcome": "selected", "optionId": option}}


class _Question(NamedTuple):
    """One that waits for a person."""

    tool: Mapping[str, Any]
    options: Sequence[PermissionOption]
    answer: asyncio.Future[tuple[str, str]]
