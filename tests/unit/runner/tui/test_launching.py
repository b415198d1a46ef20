"""Command lines of agents, made of a profile and a launch."""

import json
import re
from pathlib import Path
from typing import Any

import pytest

from taskyard.runner.agents.driver import Launch, McpServer
from taskyard.runner.agents.tui.launching import LATEST, command_line
from taskyard.runner.agents.tui.profiles import PROFILES, profile_of, type_of

REPORT = McpServer(
    name="taskyard", command="/bin/ty", args=("mcp",), environment={"A": 'b"c'}
)


def launch(agent: str, **more: Any) -> Launch:
    return Launch(
        agent=agent,
        command=profile_of(agent).command,
        environment={},
        directory=Path("/work"),
        **more,
    )


def words(agent: str, **more: Any) -> tuple[str, ...]:
    return command_line(profile_of(agent), launch(agent, **more)).words


def test_claude_begins_with_an_id_and_goes_on_with_it() -> None:
    fresh = command_line(profile_of("claude-code"), launch("claude-code"))
    resumed = words("claude-code", resume=fresh.external_id)

    assert fresh.words[1:3] == ("--session-id", fresh.external_id)
    assert resumed[1:3] == ("--resume", fresh.external_id)


def test_an_agent_without_ids_goes_on_with_its_newest_conversation() -> None:
    fresh = command_line(profile_of("codex"), launch("codex"))

    assert fresh.external_id == LATEST
    assert words("codex", resume=LATEST)[:4] == (
        "codex",
        "--no-daemon",
        "resume",
        "--last",
    )


@pytest.mark.parametrize(
    ("agent", "expected"),
    [
        ("codex", ("resume", "an-id")),
        ("gemini", ("--resume", "an-id")),
        ("opencode", ("--session", "an-id")),
        ("qwen", ("--resume", "an-id")),
        ("copilot", ("--session-id", "an-id")),
    ],
)
def test_an_agent_whose_id_is_known_goes_on_by_its_id(
    agent: str, expected: tuple[str, ...]
) -> None:
    line = words(agent, resume="an-id")

    at = line.index(expected[0])
    assert line[at : at + 2] == expected


def test_an_agent_that_takes_an_id_gets_one() -> None:
    fresh = command_line(profile_of("gemini"), launch("gemini"))

    assert fresh.words[1:3] == ("--session-id", fresh.external_id)


def test_the_first_prompt_is_one_word_whatever_it_says() -> None:
    assert words("gemini", first_prompt="{id} -x")[-2:] == ("-i", "{id} -x")


@pytest.mark.parametrize(
    ("agent", "policy", "expected"),
    [
        ("claude-code", "ask", "default"),
        ("claude-code", "allow_edits", "acceptEdits"),
        ("claude-code", "allow_all", "--dangerously-skip-permissions"),
        ("gemini", "allow_all", "--yolo"),
        ("copilot", "allow_all", "--allow-all-tools"),
    ],
)
def test_a_policy_becomes_the_agents_own_mode(
    agent: str, policy: str, expected: str
) -> None:
    assert expected in words(agent, permission_policy=policy)


def test_claude_gets_servers_as_json_and_may_always_report() -> None:
    line = words("claude-code", mcp_servers=(REPORT,))

    [config] = [w for w in line if w.startswith("--mcp-config=")]
    server = json.loads(config.partition("=")[2])["mcpServers"]["taskyard"]
    assert (server["command"], server["env"]) == ("/bin/ty", {"A": 'b"c'})
    assert "--allowedTools=mcp__taskyard__report_task" in line


def test_codex_gets_servers_as_settings_and_waits_for_them() -> None:
    line = words("codex", mcp_servers=(REPORT,))

    assert 'mcp_servers.taskyard.command="/bin/ty"' in line
    assert 'mcp_servers.taskyard.env={A="b\\"c"}' in line
    assert "mcp_servers.taskyard.required=true" in line


@pytest.mark.parametrize("agent", sorted(PROFILES))
def test_every_pattern_compiles_and_every_command_has_a_program(agent: str) -> None:
    profile = PROFILES[agent]

    for pattern in (profile.titles.idle, profile.titles.working, profile.titles.action):
        re.compile(pattern)
    assert profile.command[0]
    assert profile_of(profile.name) is profile


@pytest.mark.parametrize(
    ("name", "kind"),
    [("claude-code", "claude"), ("codex", "codex"), ("mine", "mine")],
)
def test_clients_see_the_names_they_know(name: str, kind: str) -> None:
    assert type_of(name) == kind
