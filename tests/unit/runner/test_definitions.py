"""How agents are found, and kept from asking."""

import json
from pathlib import Path

import pytest

from taskyard.runner.agents.definition import Place
from taskyard.runner.agents.definitions import DEFINITIONS, find, unknown
from taskyard.runner.agents.driver import AgentFailed
from taskyard.runner.agents.preparation import prepare

CLAUDE = DEFINITIONS["claude-code"]
PLACE = Place(directory=Path("/work"), environment={})


def install(folder: Path, version: str, place: str = "node_modules/.bin") -> Path:
    program = folder / "claude-code" / version / place / "claude-agent-acp"
    program.parent.mkdir(parents=True)
    program.write_text("#!/bin/sh\n")
    program.chmod(0o755)
    return program


def test_the_newest_installed_version_is_taken(tmp_path: Path) -> None:
    install(tmp_path, "0.9.0")
    newest = install(tmp_path, "0.101.0")
    install(tmp_path, "0.49.2")

    found = find(CLAUDE, "acp", {"TASKYARD_AGENTS_DIR": str(tmp_path), "PATH": ""})

    assert found == (str(newest),)


def test_path_is_searched_when_nothing_is_installed(tmp_path: Path) -> None:
    program = install(tmp_path, "1", "bin")

    found = find(
        CLAUDE, "acp", {"TASKYARD_AGENTS_DIR": "/none", "PATH": str(program.parent)}
    )

    assert found == (str(program),)


def test_a_missing_agent_is_explained() -> None:
    with pytest.raises(AgentFailed, match=r"taskyard agents install claude-code"):
        find(CLAUDE, "acp", {"TASKYARD_AGENTS_DIR": "/none", "PATH": "/none"})
    with pytest.raises(AgentFailed, match=r"give one after `--`"):
        find(unknown("mine"), "acp", {})


def test_claude_is_kept_from_asking_and_the_users_settings_stay(tmp_path: Path) -> None:
    (tmp_path / ".claude.json").write_text(
        json.dumps(
            {
                "theme": "dark",
                "hasCompletedOnboarding": False,
                "projects": {"/other": {"x": 1}},
                "customApiKeyResponses": {"approved": ["old"], "rejected": []},
            }
        )
    )

    prepare(
        CLAUDE,
        home=tmp_path,
        place=Place(
            directory=Path("/work"),
            environment={"ANTHROPIC_API_KEY": "sk-" + "k" * 30},
        ),
    )

    state = json.loads((tmp_path / ".claude.json").read_text())
    assert state["theme"] == "dark"
    assert state["hasCompletedOnboarding"] is True
    assert state["projects"] == {
        "/other": {"x": 1},
        "/work": {"hasTrustDialogAccepted": True},
    }
    assert state["customApiKeyResponses"]["approved"] == ["old", "k" * 20]
    assert (tmp_path / ".claude.json").stat().st_mode & 0o777 == 0o600
    settings = json.loads((tmp_path / ".claude/settings.json").read_text())
    assert settings["skipDangerousModePermissionPrompt"] is True


@pytest.mark.parametrize("text", ["{broken", "null", "[1]", "[" * 100_000])
def test_a_settings_file_that_is_no_object_is_kept_aside(
    tmp_path: Path, text: str
) -> None:
    (tmp_path / ".claude.json").write_text(text)

    prepare(CLAUDE, home=tmp_path, place=PLACE)

    assert (tmp_path / ".claude.json.invalid").read_text() == text
    assert json.loads((tmp_path / ".claude.json").read_text())["hasCompletedOnboarding"]


def test_a_home_that_cannot_be_written_is_no_obstacle(tmp_path: Path) -> None:
    (tmp_path / ".claude").write_text("a file in the way")

    prepare(CLAUDE, home=tmp_path, place=PLACE)

    assert (tmp_path / ".claude.json").exists()


def test_every_policy_has_a_mode() -> None:
    assert set(CLAUDE.modes) == {"ask", "allow_edits", "allow_all"}
