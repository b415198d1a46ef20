"""What a reader sees of a terminal agent, and what is left out."""

import pytest

from taskyard.runner.agentapi.messages import format_agent_message, format_tool_call
from taskyard.runner.agentapi.messages.boxes import has_input_box

BORDER = "─" * 40


@pytest.mark.parametrize(
    ("agent", "screen", "sent", "expected"),
    [
        pytest.param(
            "claude",
            f"> hello\n\n● Hi there.\n\n{BORDER}\n❯ \n{BORDER}\n  ? for shortcuts",
            "hello",
            "● Hi there.",
            id="slim box and echo go",
        ),
        pytest.param(
            "claude",
            "● Use this:\n<div>\n  <p>hi</p>\n</div>\n\ndone",
            "",
            "● Use this:\n<div>\n  <p>hi</p>\n</div>\n\ndone",
            id="HTML at the end of an answer stays",
        ),
        pytest.param(
            "claude",
            "● It holds when\na > b",
            "",
            "● It holds when\na > b",
            id="a > b stays",
        ),
        pytest.param(
            "goose",
            "Done.\n\n( O)> Press Enter to send",
            "",
            "Done.",
            id="goose's prompt goes",
        ),
        pytest.param(
            "aider",
            f"Applied edit to app.py\n{BORDER}\n> ",
            "",
            "Applied edit to app.py",
            id="aider's prompt goes with its border",
        ),
        pytest.param(
            "gemini",
            "╭──────────╮\n│ > say hi │\n╰──────────╯\n✦ hi\n",
            "say hi",
            "✦ hi",
            id="the frame below the echo goes too",
        ),
        pytest.param(
            "codex",
            "› run it\n\n• ran\n\n› Ask Codex\n\n  gpt-5 · 99% left",
            "run it",
            "• ran\n\n  gpt-5 · 99% left",
            id="codex keeps its status line",
        ),
        pytest.param(
            "amp", "╭────╮\n│    │\n╰────╯", "", "Welcome to Amp", id="amp just started"
        ),
        pytest.param(
            "claude",
            "> please write a long\n  sentence that wraps\n\n● ok",
            "please write a long sentence that wraps",
            "● ok",
            id="a wrapped echo goes whole",
        ),
        pytest.param(
            "custom",
            "the answer",
            "the question",
            "the answer",
            id="no echo, nothing goes",
        ),
    ],
)
def test_only_the_agents_words_stay(
    agent: str, screen: str, sent: str, expected: str
) -> None:
    assert format_agent_message(agent, screen, sent) == expected


def test_an_answer_that_repeats_the_question_far_below_is_kept() -> None:
    answer = "\n".join(f"line {n}" for n in range(10)) + "\nhello"

    assert format_agent_message("claude", answer, "hello") == answer


def test_the_report_call_of_claude_is_taken_out_and_returned() -> None:
    call = (
        '● coder - coder_report_task (MCP)(summary: "x", state: "working")\n'
        "  ⎿  {\n"
        '       "message": "Thanks for reporting!"\n'
        "     }"
    )

    text, calls = format_tool_call("claude", f"{call}\n\n● Done.")

    assert text == "● Done."
    assert calls == [call]


def test_several_report_calls_come_back_newest_first() -> None:
    def call(summary: str) -> str:
        return (
            f"• Called\n  └ Coder.coder_report_task({summary})\n"
            '    {"message": "Thanks for reporting!"}'
        )

    text, calls = format_tool_call("codex", f"a\n{call('1')}\nb\n{call('2')}\nc")

    assert text == "a\nb\nc"
    assert calls == [call("2"), call("1")]


def test_a_half_shown_report_call_stays_until_it_is_whole() -> None:
    half = "● coder - coder_report_task (MCP)(summary: …\n  ⎿  {"

    assert format_tool_call("claude", half) == (half, [])


@pytest.mark.parametrize(
    ("screen", "ready"),
    [
        (f"{BORDER}\n❯ \n{BORDER}", True),
        ("❯ 1. Sign in\n  2. Use an API key", False),
        ("loading…", False),
    ],
)
def test_a_menu_is_not_an_input_box(screen: str, *, ready: bool) -> None:
    assert has_input_box("claude", screen) is ready
