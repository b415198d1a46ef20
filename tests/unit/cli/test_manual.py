"""The reference page of the command line."""

from pathlib import Path

from taskyard.cli.exit_codes import ExitCode
from taskyard.cli.manual import page

PAGE = Path(__file__).parents[3] / "docs/reference/cli.md"


def test_the_page_is_what_the_commands_say() -> None:
    stale = "run: taskyard manual > docs/reference/cli.md"

    assert PAGE.read_text() == page(), stale


def test_every_exit_status_is_documented() -> None:
    for code in ExitCode:
        assert f"\n| {code.value} | " in PAGE.read_text()
