"""What each known agent is started with, and what its files say."""

import base64
import json
import tomllib
from pathlib import Path
from typing import Any

import pytest

from taskyard.provisioner.agent_packages import PACKAGES
from taskyard.runner.agents.definition import AgentDefinition, Place, complete
from taskyard.runner.agents.definitions import DEFINITIONS, find
from taskyard.runner.agents.driver import McpServer
from taskyard.runner.agents.preparation import TEXT_MARK, prepare
from taskyard.runner.agents.tui.profiles import profile_of

GATEWAY = {
    "ANTHROPIC_BASE_URL": "http://gw/anthropic",
    "ANTHROPIC_AUTH_TOKEN": "key",
    "OPENAI_BASE_URL": "http://gw/openai/v1",
    "OPENAI_API_KEY": "key",
}
PLACE = Place(directory=Path("/work"), environment=GATEWAY)


def write(name: str, home: Path, place: Place = PLACE) -> None:
    prepare(DEFINITIONS[name], home=home, place=place)


def read(path: Path) -> dict[str, Any]:
    content: dict[str, Any] = json.loads(path.read_text())
    return content


@pytest.mark.parametrize(
    ("name", "command"),
    [
        ("claude-code", "claude-agent-acp"),
        ("codex", "codex-acp"),
        ("gemini", "gemini --acp"),
        ("opencode", "opencode acp"),
        ("copilot", "copilot --acp"),
        ("qwen", "qwen --acp"),
        ("goose", "goose acp"),
        ("cursor", "cursor-agent acp"),
        ("auggie", "auggie --acp"),
        ("kiro", "kiro-cli acp"),
        ("pi", "pi-acp"),
    ],
)
def test_the_command_that_speaks_acp(name: str, command: str, tmp_path: Path) -> None:
    program = tmp_path / command.split(maxsplit=1)[0]
    program.write_text("#!/bin/sh\n")
    program.chmod(0o755)

    found = find(DEFINITIONS[name], "acp", {"PATH": str(tmp_path)})

    assert found == (str(program), *command.split()[1:])


@pytest.mark.parametrize("package", PACKAGES.values(), ids=lambda p: p.name)
def test_what_can_be_installed_can_be_started_as_it_was_checked(package: Any) -> None:
    definition = DEFINITIONS[package.name]

    if package.speaks_acp:
        assert definition.acp_command == (package.program, *package.acp_arguments)
    else:
        assert not definition.acp_command
        assert profile_of(package.name).command[0] == package.program
    assert definition.install_hint == f"taskyard agents install {package.name}"


@pytest.mark.parametrize("definition", DEFINITIONS.values(), ids=lambda d: d.name)
def test_modes_are_given_for_every_policy_or_for_none(
    definition: AgentDefinition,
) -> None:
    assert set(definition.modes) in ({"ask", "allow_edits", "allow_all"}, set())


def test_a_model_goes_into_the_command_where_it_belongs(tmp_path: Path) -> None:
    program = tmp_path / "gemini"
    program.write_text("#!/bin/sh\n")
    program.chmod(0o755)

    found = find(DEFINITIONS["gemini"], "acp", {"PATH": str(tmp_path)}, model="g-3")

    assert found[1:] == ("--acp", "-m", "g-3")


def test_values_take_up_the_gateway_and_the_workspace_has_the_last_word() -> None:
    copilot = DEFINITIONS["copilot"]

    plain = complete(copilot, GATEWAY, model="")
    chosen = complete(copilot, {**GATEWAY, "COPILOT_OFFLINE": ""}, model="opus")
    without = complete(copilot, {}, model="")

    assert plain["COPILOT_PROVIDER_BASE_URL"] == "http://gw/anthropic"
    assert plain["COPILOT_PROVIDER_API_KEY"] == "key"
    assert plain["COPILOT_MODEL"]
    assert chosen["COPILOT_MODEL"] == "opus"
    assert "COPILOT_OFFLINE" not in chosen
    assert "COPILOT_PROVIDER_BASE_URL" not in without


def test_codex_finds_the_gateway_and_its_key_stays_out_of_the_file(
    tmp_path: Path,
) -> None:
    odd = Place(directory=Path('/a "b"'), environment=GATEWAY, model="gpt-x")

    write("codex", tmp_path, odd)

    text = (tmp_path / ".codex/config.toml").read_text()
    config = tomllib.loads(text)
    provider = config["model_providers"]["taskyard"]
    assert (config["model"], config["model_provider"]) == ("gpt-x", "taskyard")
    assert provider["base_url"] == "http://gw/openai/v1"
    assert (provider["wire_api"], provider["env_key"]) == (
        "responses",
        "OPENAI_API_KEY",
    )
    assert config["projects"]['/a "b"'] == {"trust_level": "trusted"}
    assert '"key"' not in text


def test_codex_takes_effort_and_tables_of_a_template(tmp_path: Path) -> None:
    tables = base64.b64encode(b'[mcp_servers.x]\ncommand = "y"\n').decode()
    more = {"TASKYARD_CODEX_EFFORT": "high", "TASKYARD_CODEX_TABLES": tables}

    write(
        "codex",
        tmp_path,
        Place(directory=Path("/work"), environment={**GATEWAY, **more}),
    )

    config = tomllib.loads((tmp_path / ".codex/config.toml").read_text())
    assert config["model_reasoning_effort"] == "high"
    assert config["mcp_servers"] == {"x": {"command": "y"}}


@pytest.mark.parametrize(
    ("name", "file"),
    [
        ("codex", ".codex/AGENTS.md"),
        ("gemini", ".gemini/GEMINI.md"),
        ("opencode", ".config/opencode/AGENTS.md"),
        ("qwen", ".qwen/QWEN.md"),
    ],
)
def test_words_for_every_turn_go_into_the_agents_file(
    name: str, file: str, tmp_path: Path
) -> None:
    place = Place(
        directory=Path("/work"), environment=GATEWAY, system_prompt="Be brief."
    )

    write(name, tmp_path, place)

    assert "Be brief." in (tmp_path / file).read_text()


def test_gemini_with_a_key_of_vertex_logs_in_there(tmp_path: Path) -> None:
    vertex = {"GOOGLE_GENAI_USE_VERTEXAI": "true"}

    write("gemini", tmp_path, Place(directory=Path("/work"), environment=vertex))

    settings = read(tmp_path / ".gemini/settings.json")
    assert settings["security"]["auth"]["selectedType"] == "vertex-ai"


def test_a_config_of_the_users_own_stays_and_ours_is_written_anew(
    tmp_path: Path,
) -> None:
    config = tmp_path / ".codex/config.toml"
    write("codex", tmp_path)
    first = config.read_text()
    write("codex", tmp_path, Place(directory=Path("/other"), environment=GATEWAY))
    second = config.read_text()
    config.write_text('model = "mine"\n')

    write("codex", tmp_path)

    assert first.startswith(TEXT_MARK)
    assert '"/other"' in second
    assert config.read_text() == 'model = "mine"\n'


@pytest.mark.parametrize(
    ("name", "folder", "login"),
    [("gemini", ".gemini", "gemini-api-key"), ("qwen", ".qwen", "openai")],
)
def test_googles_agents_ask_nothing_and_keep_the_users_settings(
    name: str, folder: str, login: str, tmp_path: Path
) -> None:
    file = tmp_path / folder / "settings.json"
    file.parent.mkdir()
    file.write_text('{"security": {"x": 1}, "theme": "dark"}')

    write(name, tmp_path)

    settings = read(file)
    assert settings["theme"] == "dark"
    assert settings["security"] == {
        "x": 1,
        "auth": {"selectedType": login},
        "folderTrust": {"enabled": False},
    }
    assert settings["telemetry"] == {"enabled": False}


def test_opencode_uses_the_gateway_unless_its_user_says_otherwise(
    tmp_path: Path,
) -> None:
    file = tmp_path / ".config/opencode/opencode.json"
    write("opencode", tmp_path)
    ours = read(file)
    file.write_text('{"model": "openai/other"}')

    write("opencode", tmp_path)

    assert ours["model"].startswith("taskyard/")
    assert ours["provider"]["taskyard"]["options"] == {
        "baseURL": "{env:ANTHROPIC_BASE_URL}/v1",
        "apiKey": "{env:ANTHROPIC_AUTH_TOKEN}",
    }
    assert ours["permission"]["bash"] == "ask"
    assert read(file)["model"] == "openai/other"


def test_copilot_gets_mcp_servers_by_file(tmp_path: Path) -> None:
    server = McpServer(name="taskyard", command="/t", args=("mcp",))

    write(
        "copilot",
        tmp_path,
        Place(directory=Path("/work"), environment={}, mcp_servers=(server,)),
    )

    servers = read(tmp_path / ".copilot/mcp-config.json")["mcpServers"]
    assert servers["taskyard"] == {
        "type": "local",
        "command": "/t",
        "args": ["mcp"],
        "env": {},
        "tools": ["*"],
    }


def test_without_a_gateway_nothing_points_at_one(tmp_path: Path) -> None:
    nowhere = Place(directory=Path("/work"), environment={})

    write("codex", tmp_path, nowhere)
    write("pi", tmp_path, nowhere)

    assert list(tmp_path.iterdir()) == []
