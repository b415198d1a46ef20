"""Which part of a screen is the answer."""

import pytest

from taskyard.runner.agents.tui.answer import ANSWER_LINES, Answer
from taskyard.runner.agents.tui.profiles import profile_of

BORDER = "─" * 40
BOX = f"\n{BORDER}\n❯ \n{BORDER}\n  ? for help"


def answer(before: str, *screens: str, said: str = "hi", agent: str = "claude") -> str:
    made = Answer(profile_of(agent), before, said)
    for screen in screens:
        made.see(screen)
    return made.text()


OLD = "Welcome\n\n❯ first\n\n● one\n● two"


@pytest.mark.parametrize(
    ("now", "expected"),
    [
        pytest.param(f"{OLD}\n\n❯ hi\n\n● three{BOX}", "● three", id="more text"),
        pytest.param(f"{OLD}\n\n❯ hi\n\n● one\n● two{BOX}", "● one\n● two", id="same"),
        pytest.param(
            f"Tip: other words\n\n❯ first\n\n● one\n● 2\n\n❯ hi\n\n● three{BOX}",
            "● three",
            id="earlier lines have changed",
        ),
        pytest.param(
            f"● one\n● two\n\n❯ hi\n\n● three\n● four{BOX}",
            "● three\n● four",
            id="the old text has scrolled",
        ),
        pytest.param(
            f"{OLD}\n\n❯ hi\n\n● if a > b\n> quoted\n<p>x</p>{BOX}",
            "● if a > b\n> quoted\n<p>x</p>",
            id="signs that look like a prompt",
        ),
        pytest.param(f"{OLD}\n\n❯ hi{BOX}", "", id="nothing said"),
        pytest.param(f"● only new{BOX}", "● only new", id="all is new"),
    ],
)
def test_the_answer_is_what_came_after_the_message(now: str, expected: str) -> None:
    assert answer(OLD + BOX, now) == expected


def test_a_footer_of_an_unknown_agent_is_no_answer() -> None:
    footer = "\n\nmodel x · 99 % left"

    assert answer(f"Hello{footer}", f"Hello\nyes{footer}", agent="custom") == "yes"


def test_what_left_a_full_screen_is_kept() -> None:
    lines = [f"● line {n}" for n in range(30)]
    screens = ["\n".join(lines[max(0, n - 8) : n]) + BOX for n in range(1, 31)]

    said = answer(
        "❯ hi\n" + BOX, *(f"❯ hi\n\n{s}" if n < 8 else s for n, s in enumerate(screens))
    )

    assert said.split("\n") == lines


def test_a_line_that_is_rewritten_while_it_grows_is_told_once() -> None:
    assert (
        answer(
            OLD + BOX, f"{OLD}\n\n❯ hi\n\n● wor{BOX}", f"{OLD}\n\n❯ hi\n\n● words{BOX}"
        )
        == "● words"
    )


def test_a_banner_that_is_drawn_in_another_way_is_no_answer() -> None:
    said = answer(
        f"▝▜ Agent v1{BOX}",
        f"▐▛ Agent v1\n\n  Waiting{BOX}",
        "",
        f"▜▛ Agent v1\n\n❯ hi\n\n● yes{BOX}",
    )

    assert said == "● yes"


def test_a_line_that_stays_above_the_input_box_hides_nothing() -> None:
    gap, hint = "\n" * 20, "medium effort"

    said = answer(
        f"Agent v1{gap}{hint}{BOX}",
        f"Agent v1\n\n❯ hi\n\n● yes{gap[4:]}{hint}{BOX}",
    )

    assert said == "● yes"


def test_the_time_a_turn_took_is_no_part_of_the_answer() -> None:
    said = answer(
        "Agent" + BOX,
        f"Agent\n\n❯ hi\n\n● yes\n\n✻ Brewed for 1m 2s · done 8 AM{BOX}",
    )

    assert said == "● yes"


def test_an_endless_answer_keeps_its_end() -> None:
    made = Answer(profile_of("custom"), "start", "hi")
    for n in range(0, ANSWER_LINES * 2, 30):
        made.see("\n".join(f"line {m}" for m in range(n, n + 40)))

    lines = made.text().split("\n")
    assert len(lines) <= ANSWER_LINES
    assert lines[-1] == f"line {max(range(0, ANSWER_LINES * 2, 30)) + 39}"
