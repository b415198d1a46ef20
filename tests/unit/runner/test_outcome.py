"""What is made of agents' refusals, as the real ones word them."""

import json
from typing import Any

import pytest

from taskyard.runner.agents.acp.outcome import TurnWatch, login_hint, refusal_of
from taskyard.runner.agents.acp.rpc import RpcError

Json = dict[str, Any]
GOOGLE = {
    "error": {
        "code": 400,
        "message": "API key not valid. Please pass a valid API key.",
        "details": [{"reason": "API_KEY_INVALID", "domain": "googleapis.com"}],
    }
}
TOO_LONG = {"error": {"code": 400, "message": "The input token count exceeds it."}}


@pytest.mark.parametrize(
    ("error", "kind", "words"),
    [
        pytest.param(
            RpcError(-32000, "Authentication required"),
            "login",
            "Authentication required",
            id="Claude and Codex: 401",
        ),
        pytest.param(
            RpcError(-32000, "Gemini API key is missing or not configured."),
            "login",
            "Gemini API key is missing or not configured.",
            id="Gemini: no key",
        ),
        pytest.param(
            RpcError(400, json.dumps(GOOGLE)),
            "login",
            "API key not valid. Please pass a valid API key.",
            id="Gemini: a wrong key",
        ),
        pytest.param(
            RpcError(
                -32603,
                "Internal error: API Error: Request rejected (429)",
                {"errorKind": "rate_limit"},
            ),
            "limited",
            "API Error: Request rejected (429)",
            id="Claude: 429",
        ),
        pytest.param(
            RpcError(
                -32603,
                "Internal error: Credit balance is too low",
                {"errorKind": "billing_error"},
            ),
            "limited",
            "Credit balance is too low",
            id="Claude: no credit",
        ),
        pytest.param(
            RpcError(
                -32603,
                "Internal error",
                {
                    "message": "You have hit your usage limit.",
                    "codexErrorInfo": "usageLimitExceeded",
                },
            ),
            "limited",
            "You have hit your usage limit.",
            id="Codex: a plan is used up",
        ),
        pytest.param(
            RpcError(429, "You have exhausted your daily quota on this model."),
            "limited",
            "You have exhausted your daily quota on this model.",
            id="Gemini: quota",
        ),
        pytest.param(
            RpcError(
                -32603,
                "Internal error: API Error: 529 Overloaded.",
                {"errorKind": "server_error"},
            ),
            "error",
            "API Error: 529 Overloaded.",
            id="Claude: overloaded",
        ),
        pytest.param(
            RpcError(400, json.dumps(TOO_LONG)),
            "error",
            "The input token count exceeds it.",
            id="Gemini: too long",
        ),
        pytest.param(
            RpcError(-32603, "You have hit your usage limit; please log in (401)"),
            "error",
            "You have hit your usage limit; please log in (401)",
            id="prose is no evidence",
        ),
        pytest.param(
            RpcError(-32603, "{" * 50, {"errorKind": ["rate_limit"], "message": 3}),
            "error",
            "3",
            id="nonsense",
        ),
        pytest.param(
            RpcError(-32603, "Internal error: "),
            "error",
            "the agent gave no reason",
            id="no words",
        ),
    ],
)
def test_a_refusal_is_read_from_its_fields(
    error: RpcError, kind: str, words: str
) -> None:
    refusal = refusal_of(error)

    assert (refusal.kind, refusal.words) == (kind, words)


def _said(text: str) -> Json:
    content = {"type": "text", "text": text}
    return {"sessionUpdate": "agent_message_chunk", "content": content}


def _codex(**meta: Any) -> Json:
    return {"sessionUpdate": "session_info_update", "_meta": {"codex": meta}}


BROKEN = _codex(threadStatus={"type": "systemError"})
RETRY = _codex(
    error={
        "message": "Reconnecting... 3/5",
        "additionalDetails": "unexpected status 503",
        "willRetry": True,
    }
)


def _watched(*updates: Json) -> TurnWatch:
    watch = TurnWatch()
    for update in updates:
        watch.see(update)
    return watch


@pytest.mark.parametrize(
    ("updates", "trouble"),
    [
        pytest.param([_said("All done.")], "", id="all is well"),
        pytest.param(
            [BROKEN, _said("no "), _said("route")], "no route", id="its reason"
        ),
        pytest.param(
            [_said("Hello."), RETRY, BROKEN, _said("gone")], "gone", id="its last words"
        ),
        pytest.param(
            [RETRY, BROKEN], "Reconnecting... 3/5: unexpected status 503", id="no words"
        ),
        pytest.param(
            [BROKEN, _said(json.dumps(TOO_LONG))],
            "The input token count exceeds it.",
            id="a body",
        ),
        pytest.param([BROKEN], "the agent gave no reason", id="nothing"),
    ],
)
def test_a_turn_that_failed_and_claims_not_to_have_is_found_out(
    updates: list[Json], trouble: str
) -> None:
    assert _watched(*updates).trouble == trouble


def test_what_an_agent_waits_for_is_known_until_it_goes_on() -> None:
    assert _watched(RETRY).retrying == "Reconnecting... 3/5: unexpected status 503"
    assert not _watched(RETRY, _said("Here I am.")).retrying


def test_a_subscription_names_the_end_of_its_limit() -> None:
    limit = {"status": "rejected", "resetsAt": 1_800_000_000}
    update = {"sessionUpdate": "usage_update", "_meta": {"_claude/rateLimit": limit}}

    assert _watched(update).resets_at == "2027-01-15T08:00:00+00:00"


@pytest.mark.parametrize(
    ("methods", "hint"),
    [
        ([], ""),
        ([{"id": "oauth", "name": "Log in"}, {"id": "key"}], "It offers: Log in, key"),
        (
            [
                {"id": "gateway"},
                {
                    "id": "login",
                    "_meta": {
                        "terminal-auth": {"command": "/a b/copilot", "args": ["login"]}
                    },
                },
            ],
            "Run in the task's terminal: '/a b/copilot' login",
        ),
    ],
)
def test_a_login_is_explained_as_far_as_the_agent_does(
    methods: list[Json], hint: str
) -> None:
    assert login_hint(methods) == hint
