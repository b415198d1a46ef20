"""What tests stand on says clearly when a real agent cannot be had."""

import pytest

from taskyard.testing.installation import (
    AgentsNotInstalled,
    install_in_background,
    shared_agents,
)


def test_an_agent_that_cannot_be_installed_fails_with_the_installers_words() -> None:
    with pytest.raises(AgentsNotInstalled, match="There is no agent 'nonesuch'"):
        shared_agents("nonesuch")


def test_nothing_is_begun_for_agents_that_are_there() -> None:
    shared_agents()

    assert install_in_background(["claude-code"]) is None
