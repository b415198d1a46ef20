"""An agent's version is the same wherever it is named."""

from pathlib import Path

import pytest

from taskyard.provisioner.agent_packages import PACKAGES

ROOT = Path(__file__).parents[3]
CLAUDE, AIDER = PACKAGES["claude-code"], PACKAGES["aider"]


@pytest.mark.parametrize(
    ("path", "words"),
    [
        (
            "registry/modules/coder/claude-code/current/scripts/start.sh",
            f"\nADAPTER='{CLAUDE.npm}'\nADAPTER_VERSION='{CLAUDE.version}'\n",
        ),
        ("registry/modules/coder/aider/current/README.md", f"pip install {AIDER.spec}"),
    ],
)
def test_what_a_module_installs_is_what_the_host_installs(
    path: str, words: str
) -> None:
    assert words in (ROOT / path).read_text()


def test_the_how_to_lists_the_versions_that_were_run() -> None:
    text = (ROOT / "docs/howto/install-agents.md").read_text()
    rows = [line for line in text.splitlines() if line.startswith("| ")][1:]
    told = {row.split("|")[2].split()[-1] for row in rows}

    assert told == {package.version for package in PACKAGES.values()}
