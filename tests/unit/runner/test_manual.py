"""What the runner offers is in its manual."""

import io
import re
from contextlib import redirect_stdout, suppress
from pathlib import Path

import pytest

from taskyard.runner import exits, main
from taskyard.runner.shim import session

MANUAL = (Path(__file__).parents[3] / "docs/reference/runner.md").read_text()


def flags() -> list[str]:
    """Flags of `session start`, from its own help."""
    with redirect_stdout(io.StringIO()) as help_text, suppress(SystemExit):
        session.main(["start", "--help"])
    text = help_text.getvalue()
    return sorted(set(re.findall(r"--[a-z][a-z-]+", text)) - {"--help"})


@pytest.mark.parametrize("flag", flags())
def test_every_flag_is_in_the_manual(flag: str) -> None:
    assert f"`{flag} " in MANUAL or f"`{flag}`" in MANUAL


@pytest.mark.parametrize("words", main.commands())
def test_every_command_is_in_the_manual(words: str) -> None:
    assert words in MANUAL or words == "run"


@pytest.mark.parametrize(
    "code", [exits.STOPPED, exits.MISCONFIGURED, exits.LOCKED, exits.REFUSED]
)
def test_every_exit_code_is_in_the_manual(code: int) -> None:
    assert f"| {code} |" in MANUAL
