"""The agents we know. Versions stand in `provisioner/agent_packages.py`, one line each.

Agents that only draw on a terminal are in `tui/profiles.py`.
"""

from collections.abc import Mapping
from typing import Final

from taskyard.runner.agents import files, gemini_chats
from taskyard.runner.agents.definition import AgentDefinition, Setting

__all__ = ["DEFINITIONS"]

DEFINITIONS: Final[Mapping[str, AgentDefinition]] = {
    definition.name: definition
    for definition in (
        AgentDefinition(
            name="claude-code",
            acp_command=("claude-agent-acp",),
            environment={
                # As root "bypass" is refused without it; the workspace is a sandbox.
                "IS_SANDBOX": "1",
                # Our report tool must be offered from the first turn on.
                "ENABLE_TOOL_SEARCH": "false",
                "DISABLE_AUTOUPDATER": "1",
                "CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC": "1",
            },
            # Left alone it is "auto": an LLM classifier that no demo model can play.
            modes={
                "ask": "default",
                "allow_edits": "acceptEdits",
                "allow_all": "bypassPermissions",
            },
            settings=(
                Setting(path=".claude.json", content=files.claude_state),
                Setting(path=".claude/settings.json", content=files.claude_settings),
            ),
            install_hint="taskyard agents install claude-code",
        ),
        AgentDefinition(
            name="codex",
            acp_command=("codex-acp",),
            # Left alone it is "agent": it asks a model what may be dangerous.
            modes={
                "ask": "read-only",
                "allow_edits": "workspace-write",
                "allow_all": "agent-full-access",
            },
            settings=(
                Setting(path=".codex/config.toml", content=files.codex_config),
                Setting(path=".codex/AGENTS.md", content=files.instructions),
            ),
            install_hint="taskyard agents install codex",
        ),
        AgentDefinition(
            name="gemini",
            acp_command=("gemini", "--acp"),
            model_arguments=("-m", "{MODEL}"),
            modes={"ask": "default", "allow_edits": "autoEdit", "allow_all": "yolo"},
            settings=(
                Setting(path=".gemini/settings.json", content=files.gemini_settings),
                Setting(path=".gemini/GEMINI.md", content=files.instructions),
            ),
            repair=gemini_chats.set_back,
            install_hint="taskyard agents install gemini",
        ),
        AgentDefinition(
            name="opencode",
            acp_command=("opencode", "acp"),
            environment={
                "OPENCODE_DISABLE_AUTOUPDATE": "1",
                "OPENCODE_DISABLE_MODELS_FETCH": "1",
                "OPENCODE_DISABLE_LSP_DOWNLOAD": "1",
            },
            settings=(
                Setting(
                    path=".config/opencode/opencode.json",
                    content=files.opencode_config,
                    yields=True,
                ),
                Setting(path=".config/opencode/AGENTS.md", content=files.instructions),
            ),
            install_hint="taskyard agents install opencode",
        ),
        AgentDefinition(
            name="copilot",
            acp_command=("copilot", "--acp"),
            # The gateway instead of a GitHub login; set COPILOT_OFFLINE= for that.
            environment={
                "COPILOT_OFFLINE": "true",
                "COPILOT_PROVIDER_TYPE": "anthropic",
                "COPILOT_PROVIDER_BASE_URL": "{ANTHROPIC_BASE_URL}",
                "COPILOT_PROVIDER_API_KEY": "{ANTHROPIC_AUTH_TOKEN}",
                "COPILOT_MODEL": f"{{MODEL:{files.CLAUDE_MODEL}}}",
                "COPILOT_AUTO_UPDATE": "false",
            },
            settings=(
                Setting(path=".copilot/mcp-config.json", content=files.copilot_servers),
                Setting(
                    path=".copilot/copilot-instructions.md", content=files.instructions
                ),
                Setting(path=".copilot/config.json", content=files.copilot_config),
            ),
            install_hint="taskyard agents install copilot",
        ),
        AgentDefinition(
            name="qwen",
            acp_command=("qwen", "--acp"),
            environment={"OPENAI_MODEL": "{MODEL}"},
            modes={"ask": "default", "allow_edits": "auto-edit", "allow_all": "yolo"},
            settings=(
                Setting(path=".qwen/settings.json", content=files.qwen_settings),
                Setting(path=".qwen/QWEN.md", content=files.instructions),
            ),
            install_hint="taskyard agents install qwen",
        ),
        # From here on: by their documentation, never run by us. They log in at their own
        # service (cursor, auggie, kiro) or cannot be had from a package registry.
        AgentDefinition(
            name="goose",
            acp_command=("goose", "acp"),
            environment={
                "GOOSE_PROVIDER": "anthropic",
                "GOOSE_MODEL": f"{{MODEL:{files.CLAUDE_MODEL}}}",
                "GOOSE_DISABLE_KEYRING": "1",
                # The gateway, whichever of the three providers is chosen.
                "ANTHROPIC_HOST": "{ANTHROPIC_BASE_URL}",
                "ANTHROPIC_API_KEY": "{ANTHROPIC_AUTH_TOKEN}",
                "OPENAI_HOST": "{TASKYARD_GATEWAY_URL}/openai",
                "OPENAI_BASE_PATH": "v1/chat/completions",
                "GOOGLE_HOST": "{GOOGLE_GEMINI_BASE_URL}",
                "GOOGLE_API_KEY": "{GEMINI_API_KEY}",
            },
            modes={
                "ask": "approve",
                "allow_edits": "smart_approve",
                "allow_all": "auto",
            },
            settings=(
                Setting(path=".config/goose/.goosehints", content=files.instructions),
            ),
        ),
        AgentDefinition(
            name="aider",  # a terminal only
            environment={
                "OPENAI_API_BASE": "{OPENAI_BASE_URL}",
                "ANTHROPIC_API_BASE": "{ANTHROPIC_BASE_URL}",
                "ANTHROPIC_API_KEY": "{ANTHROPIC_AUTH_TOKEN}",
            },
            install_hint="taskyard agents install aider",
        ),
        AgentDefinition(name="cursor", acp_command=("cursor-agent", "acp")),
        AgentDefinition(
            name="auggie",
            acp_command=("auggie", "--acp"),
            model_arguments=("--model", "{MODEL}"),
            settings=(
                Setting(path=".augment/rules/taskyard.md", content=files.instructions),
            ),
        ),
        AgentDefinition(
            name="kiro",
            acp_command=("kiro-cli", "acp"),
            settings=(
                Setting(path=".kiro/steering/taskyard.md", content=files.instructions),
            ),
        ),
        AgentDefinition(
            name="amp",  # a terminal only
            settings=(
                Setting(path=".config/amp/settings.json", content=files.amp_settings),
                Setting(path=".config/amp/AGENTS.md", content=files.instructions),
            ),
        ),
        AgentDefinition(
            name="amazonq",  # a terminal only
            settings=(
                Setting(path=".aws/amazonq/mcp.json", content=files.mcp_servers),
            ),
        ),
        AgentDefinition(
            name="pi",
            acp_command=("pi-acp",),
            environment={"PI_OFFLINE": "1"},
            settings=(
                Setting(path=".pi/agent/models.json", content=files.pi_models),
                Setting(path=".pi/agent/AGENTS.md", content=files.instructions),
            ),
        ),
    )
}
