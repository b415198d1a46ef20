"""What recorded hooks and files of real agents say."""

import json
from typing import Any

import pytest

from taskyard.runner.agents.hooks.facts import (
    Asked,
    Begun,
    Failed,
    HookFact,
    Interrupted,
    Prompted,
    Rested,
    Said,
    Used,
)
from taskyard.runner.agents.hooks.translations import TRANSLATIONS, facts_of
from tests.unit.runner.hooks.told import Told, recorded

pytestmark = pytest.mark.asyncio

LAST = "All *done*:\n\n```python\nprint('hi')\n```\n\n| a | b |\n|---|---|\n| 1 | 2 |"
FIRST = "I'll create **hello.txt**.\n\n- one\n- two"


def hooks(agent: str, name: str = "") -> list[HookFact]:
    payloads = recorded(f"{name or agent}.hooks")
    return [fact for payload in payloads for fact in facts_of(agent, payload)]


def lines(agent: str, conversation: str = "c") -> list[HookFact]:
    read = TRANSLATIONS[agent].line
    entries = [
        json.dumps(e, separators=(",", ":")).encode() for e in recorded(f"{agent}.file")
    ]
    return [fact for entry in entries for fact in read(entry, conversation)]


async def test_claude_tells_a_conversation_word_for_word() -> None:
    told = Told()

    told.hear(hooks("claude-code"))

    assert told.said == [
        ("user", "please write hello.txt"),
        ("agent", FIRST),
        ("agent", LAST),
        ("user", "do failing thing"),
        ("agent", "It failed."),
    ]
    assert told.tools == [
        ("Write /home/me/work/hello.txt", "completed"),
        ("echo from-bash > bash.txt; wc -c hello.txt", "completed"),
        ("exit 3", "failed"),
    ]
    assert told.witness.conversation == "aef234e5-3370-40f2-a0a0-3c58894f5cbe"
    assert told.witness.activity == "rested"


async def test_claude_tells_what_a_permission_is_asked_for() -> None:
    asked = [fact for fact in hooks("claude-code") if isinstance(fact, Asked)]

    assert [(a.tool.name, a.tool.kind) for a in asked] == [
        ("Write", "edit"),
        ("Bash", "execute"),
    ]
    assert asked[1].tool.given == {
        "command": "echo from-bash > bash.txt; wc -c hello.txt"
    }


async def test_claude_tells_the_results_of_tools() -> None:
    outputs = [
        fact.tool.output
        for fact in hooks("claude-code")
        if isinstance(fact, Used) and fact.tool.status != "in_progress"
    ]

    assert outputs == ["hello from fake llm\n", "20 hello.txt", "Exit code 3"]


async def test_claude_tells_that_the_vendor_refused() -> None:
    failed = [
        f for f in hooks("claude-code", "claude-code-refused") if isinstance(f, Failed)
    ]

    assert {(f.why, f.detail) for f in failed[-2:]} == {
        ("limited", "Credit balance is too low")
    }


@pytest.mark.parametrize(
    ("error", "why"),
    [
        ("rate_limit", "limited"),
        ("authentication_failed", "auth_required"),
        ("server_error", "error"),
        ("something_new", "error"),
    ],
)
async def test_refusals_are_told_apart(error: str, why: str) -> None:
    payload = {"hook_event_name": "StopFailure", "session_id": "c", "error": error}

    [fact] = facts_of("claude-code", payload)

    assert isinstance(fact, Failed)
    assert fact.why == why


async def test_an_escape_is_in_claudes_file_only() -> None:
    [fact] = lines("claude-code")

    assert isinstance(fact, Interrupted)
    assert fact.turn == "9a09be2a-b9c8-496a-af23-566b07adf0e8"


async def test_codex_tells_turns_and_tools_and_its_file_the_words_between() -> None:
    told = Told()
    facts = hooks("codex")
    from_file = lines("codex", facts[0].conversation)
    words = [fact for fact in from_file if isinstance(fact, Said)]

    # As it happens: each message is in the file before the hook that follows it.
    told.hear([*facts[:2], words[0], *facts[2:6], words[1], *facts[6:]])

    assert told.said == [
        ("user", "please write hello.txt"),
        ("agent", FIRST),
        ("agent", LAST),
        ("user", "do failing thing"),
        ("agent", "It failed."),
        ("user", "what is the capital of France"),
        ("agent", "The capital of France is **Paris**."),
    ]
    assert [title for title, _ in told.tools] == [
        "cat > hello.txt <<'EOF'\nhello from fake llm\nEOF",
        "echo from-bash > bash.txt; wc -c hello.txt",
        "exit 3",
    ]


async def test_codexs_file_tells_that_a_command_failed() -> None:
    used = [fact for fact in lines("codex") if isinstance(fact, Used)]

    assert ("exit 3", "failed") in [(u.tool.title, u.tool.status) for u in used]


async def test_gemini_tells_turns_tools_and_questions() -> None:
    told = Told()
    facts = hooks("gemini")

    told.hear(facts)

    asked = [fact.tool for fact in facts if isinstance(fact, Asked)]
    assert [tool.title for tool in asked] == [
        "write_file /home/me/work/hello.txt",
        "echo from-bash > bash.txt; wc -c hello.txt",
    ]
    assert told.tools == [
        ("write_file hello.txt", "completed"),
        ("echo from-bash > bash.txt; wc -c hello.txt", "completed"),
    ]
    assert [role for role, _ in told.said] == ["user", "user"]
    assert told.witness.activity == "rested"


async def test_geminis_words_are_those_of_its_file_each_once() -> None:
    told = Told()
    facts = hooks("gemini")

    told.hear([*facts[:2], *lines("gemini", facts[0].conversation)])

    assert [text for role, text in told.said if role == "agent"] == [
        "The capital of France is **Paris**.",
        FIRST,
        LAST,
    ]


async def test_opencode_tells_words_tools_and_questions() -> None:
    told = Told()
    facts = hooks("opencode")

    told.hear(facts)

    [asked] = [fact.tool for fact in facts if isinstance(fact, Asked)]
    [shown] = [t for t in told.events if t[0] == "tool" and t[2]["status"] == "pending"]
    assert told.said == [
        ("user", "what is the capital of France"),
        ("agent", "The capital of France is **Paris**."),
        ("user", "please write hello.txt"),
        ("agent", FIRST),
    ]
    assert told.tools == [("write /home/me/work/hello.txt", "failed")]
    assert shown[2]["raw_input"]["content"] == "hello from fake llm\n"
    assert asked.call == shown[1]


@pytest.mark.parametrize(
    ("name", "kind"),
    [("MessageAbortedError", Interrupted), ("APIError", Failed)],
)
async def test_opencode_tells_an_escape_from_a_failure(
    name: str, kind: type[HookFact]
) -> None:
    error = {"name": name, "data": {"message": "m"}}
    payload = {
        "type": "session.error",
        "properties": {"sessionID": "c", "error": error},
    }

    [fact] = facts_of("opencode", payload)

    assert isinstance(fact, kind)


async def test_a_session_below_ours_in_opencode_is_no_conversation() -> None:
    info = {"id": "d", "parentID": "c"}
    payload = {
        "type": "session.created",
        "properties": {"sessionID": "d", "info": info},
    }

    assert facts_of("opencode", payload) == []


@pytest.mark.parametrize(
    "payload",
    [
        None,
        [],
        "text",
        17,
        {},
        {"hook_event_name": "Stop"},
        {"hook_event_name": ["Stop"], "session_id": "c"},
        {"hook_event_name": "PreToolUse", "session_id": {"a": 1}, "tool_input": 3},
        {"hook_event_name": "BeforeTool", "session_id": "c", "tool_input": [1]},
        {"hook_event_name": "MessageDisplay", "session_id": "c", "index": "x"},
        {"hook_event_name": "Notification", "details": 3, "session_id": "c"},
    ],
)
@pytest.mark.parametrize("agent", sorted(TRANSLATIONS))
async def test_nonsense_says_nothing_that_hurts(agent: str, payload: Any) -> None:
    told = Told()

    told.hear(facts_of(agent, payload))

    assert told.said == []


async def test_an_agent_without_a_translation_says_nothing() -> None:
    assert facts_of("mine", {"hook_event_name": "Stop", "session_id": "c"}) == []


async def test_text_of_any_size_and_depth_is_bounded() -> None:
    deep: Any = "x"
    for _ in range(100):
        deep = {"a": deep}
    payload = {
        "hook_event_name": "PreToolUse",
        "session_id": "c",
        "tool_name": "Write",
        "tool_input": {"file_path": "/a", "content": "x" * 10_000_000, "deep": deep},
    }

    [fact] = facts_of("claude-code", payload)

    assert isinstance(fact, Used)
    assert len(json.dumps(fact.tool.given)) < 300_000


async def test_begin_and_prompt_name_the_file_of_the_conversation() -> None:
    begun, prompted = hooks("codex")[:2]

    assert isinstance(begun, Begun)
    assert isinstance(prompted, Prompted)
    assert begun.transcript == prompted.transcript != ""
    assert isinstance(hooks("codex")[-1], Rested)
