"""What is concluded from what a terminal shows: a table, the order of the evidence in it."""

import pytest

from taskyard.runner.agents.tui.evidence import Evidence, judge, works
from taskyard.runner.agents.tui.profiles import profile_of

BORDER = "─" * 40
BOX = f"● done\n\n{BORDER}\n❯ \n{BORDER}\n  ? for shortcuts"
MENU = f"{BORDER}\n Bash command\n   rm -rf build\n Do you want to proceed?\n ❯ 1. Yes\n   2. Yes, and don't ask again\n   3. No\n\n Esc to cancel"
LOGIN = (
    "Select login method:\n\n > 1. Sign in with a subscription\n   2. Use an API key\n"
)
GEMINI_AUTH = "│ How would you like to authenticate for this project?\n│ ● 1. Login with Google\n│   2. Use Gemini API Key\n│ (Use Enter to select)"
WORKING = f"● one\n\n✻ Wibbling… (1s · ↓ 120 tokens · esc to interrupt)\n{BORDER}\n❯ \n{BORDER}"
STILL = 5.0


@pytest.mark.parametrize(
    ("agent", "evidence", "state", "source"),
    [
        pytest.param(
            "claude",
            Evidence(screen=BOX, title="◐ Claude Code", screen_age=STILL),
            "running",
            "title",
            id="a busy title beats a still screen",
        ),
        pytest.param(
            "claude",
            Evidence(screen=BOX, title="⠂ Claude Code"),
            "running",
            "title",
            id="older spinner",
        ),
        pytest.param(
            "claude",
            Evidence(screen=BOX, title="✳ Claude Code", title_age=1),
            "idle",
            "title",
            id="idle title",
        ),
        pytest.param(
            "claude",
            Evidence(screen=BOX, title="✳ Claude Code", title_age=0.01),
            "starting",
            "screen",
            id="a title that flickers is not believed yet",
        ),
        pytest.param(
            "claude",
            Evidence(
                screen=MENU, title="✳ Claude Code", title_age=STILL, screen_age=STILL
            ),
            "requires_action",
            "dialog",
            id="a menu beats an idle title",
        ),
        pytest.param(
            "claude",
            Evidence(screen=LOGIN, screen_age=STILL),
            "auth_required",
            "dialog",
            id="login menu",
        ),
        pytest.param(
            "claude",
            Evidence(screen=WORKING, screen_age=STILL),
            "running",
            "screen",
            id="words of a running turn",
        ),
        pytest.param(
            "claude",
            Evidence(
                screen=BOX,
                title="✳ Claude Code",
                title_age=1,
                screen_age=1,
                is_prompted=True,
            ),
            "running",
            "screen",
            id="just prompted, not seen working",
        ),
        pytest.param(
            "claude",
            Evidence(
                screen=BOX,
                title="✳ Claude Code",
                title_age=1,
                is_prompted=True,
                has_worked=True,
            ),
            "idle",
            "title",
            id="worked and rests",
        ),
        pytest.param(
            "claude",
            Evidence(
                screen=BOX,
                title="✳ Claude Code",
                title_age=STILL,
                screen_age=STILL,
                is_prompted=True,
            ),
            "idle",
            "screen",
            id="answered too fast to be seen working",
        ),
        pytest.param(
            "codex",
            Evidence(screen=BOX, title="⠹ work"),
            "running",
            "title",
            id="codex works",
        ),
        pytest.param(
            "codex",
            Evidence(screen=BOX, title="work", title_age=1),
            "idle",
            "title",
            id="codex rests",
        ),
        pytest.param(
            "codex",
            Evidence(screen=MENU, title="[ ! ] Action Required | fake | work"),
            "requires_action",
            "title",
            id="codex asks",
        ),
        pytest.param(
            "gemini",
            Evidence(screen=BOX, title="◇  Ready (work)", title_age=1),
            "idle",
            "title",
            id="gemini rests",
        ),
        pytest.param(
            "gemini",
            Evidence(screen=BOX, title="✦  Working… (work)"),
            "running",
            "title",
            id="gemini works",
        ),
        pytest.param(
            "gemini",
            Evidence(screen=BOX, title="✋  Action Required (work)"),
            "requires_action",
            "title",
            id="gemini asks",
        ),
        pytest.param(
            "gemini",
            Evidence(screen=GEMINI_AUTH, screen_age=STILL),
            "auth_required",
            "dialog",
            id="gemini wants a login",
        ),
        pytest.param(
            "qwen",
            Evidence(screen=BOX, title="◐\ufe0e Qwen - work"),
            "running",
            "title",
            id="qwen works",
        ),
        pytest.param(
            "qwen",
            Evidence(screen=BOX, title="✳\ufe0e Qwen - work"),
            "requires_action",
            "title",
            id="qwen asks",
        ),
        pytest.param(
            "opencode",
            Evidence(screen="⬝⬝⬝ esc interrupt", screen_age=STILL),
            "running",
            "screen",
            id="opencode works",
        ),
        pytest.param(
            "aider",
            Evidence(
                screen="Add a.py to the chat? (Y)es/(N)o/(D)on't ask again [Yes]:",
                screen_age=STILL,
            ),
            "requires_action",
            "dialog",
            id="aider asks",
        ),
        pytest.param(
            "custom",
            Evidence(screen="$ ", screen_age=STILL),
            "idle",
            "screen",
            id="unknown agent, still",
        ),
        pytest.param(
            "custom",
            Evidence(screen="Loading", screen_age=1),
            "starting",
            "screen",
            id="unknown agent, not still yet",
        ),
        pytest.param(
            "custom",
            Evidence(
                screen=BOX,
                screen_age=0.5,
                has_rung=True,
                is_prompted=True,
                has_worked=True,
            ),
            "idle",
            "bell",
            id="the bell after work",
        ),
        pytest.param(
            "custom",
            Evidence(screen=MENU, screen_age=STILL, has_rung=True),
            "requires_action",
            "dialog",
            id="the bell of a menu",
        ),
        pytest.param(
            "custom",
            Evidence(screen="Overwrite? [y/N] ", screen_age=STILL),
            "requires_action",
            "dialog",
            id="yes or no",
        ),
        pytest.param(
            "claude",
            Evidence(screen="Installing…", screen_age=STILL),
            "starting",
            "screen",
            id="still, but no input box",
        ),
    ],
)
def test_the_best_evidence_decides(
    agent: str, evidence: Evidence, state: str, source: str
) -> None:
    verdict = judge(profile_of(agent), evidence)

    assert (verdict.state, verdict.source) == (state, source)


@pytest.mark.parametrize(
    "screen",
    [
        pytest.param(
            f"● Steps:\n  1. Yes\n  2. No\nDo you want to proceed?\n\n{BOX}",
            id="a list in an answer",
        ),
        pytest.param(
            f"● Choose\n❯ 1. one\n  2. two\n\n{BORDER}\n❯ \n{BORDER}",
            id="an old menu above the box",
        ),
        pytest.param("> 1. quoted\n> 2. quoted", id="a quotation"),
    ],
)
def test_a_list_that_is_no_menu_is_not_asked_about(screen: str) -> None:
    verdict = judge(profile_of("custom"), Evidence(screen=screen, screen_age=STILL))

    assert verdict.state == "idle"


def test_what_is_undecided_says_when_to_look_again() -> None:
    verdict = judge(profile_of("custom"), Evidence(screen="x", screen_age=0.5))

    assert verdict.again == pytest.approx(1.5)


def test_an_agent_works_by_its_title_or_its_words() -> None:
    claude = profile_of("claude-code")

    assert works(claude, Evidence(screen="", title="◑ Claude Code"))
    assert works(claude, Evidence(screen=WORKING))
    assert not works(claude, Evidence(screen=BOX, title="✳ Claude Code"))
