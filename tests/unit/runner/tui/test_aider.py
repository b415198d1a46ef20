"""Aider draws nothing while it waits for a model: its prompt alone says that it is idle."""

import pytest

from taskyard.runner.agents.tui.evidence import Evidence, judge
from taskyard.runner.agents.tui.profiles import profile_of

AIDER = profile_of("aider")
BANNER = "Aider v0.86.2\nMain model: openai/gpt-4o with diff edit format\n"
STILL = 60.0


@pytest.mark.parametrize(
    ("screen", "is_prompted", "state"),
    [
        pytest.param("", False, "starting", id="it has not drawn yet"),
        pytest.param(BANNER, False, "starting", id="no prompt yet"),
        pytest.param(f"{BANNER}\n> ", False, "idle", id="the first prompt"),
        pytest.param(f"{BANNER}\n> add a test", True, "running", id="the model thinks"),
        pytest.param("> add a test\n\nDone.\n\na.py\n> ", True, "idle", id="answered"),
        pytest.param("Done.\n\nask> ", True, "idle", id="in another mode"),
        pytest.param(
            "a.py\nCreate new file? (Y)es/(N)o [Yes]: ",
            True,
            "requires_action",
            id="a question",
        ),
    ],
)
def test_it_is_idle_only_where_it_asks_for_input(
    screen: str,
    is_prompted: bool,  # noqa: FBT001 - a column of the table
    state: str,
) -> None:
    evidence = Evidence(
        screen=screen, screen_age=STILL, is_prompted=is_prompted, has_worked=is_prompted
    )

    assert judge(AIDER, evidence).state == state
