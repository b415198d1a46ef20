"""What agents' own files say: each function makes one file for a place."""

import json
from typing import Final

from taskyard.runner.agents.definition import Json, Place
from taskyard.runner.agents.driver import PermissionPolicy

__all__ = [
    "CLAUDE_MODEL",
    "claude_settings",
    "claude_state",
    "codex_config",
    "copilot_servers",
    "gemini_settings",
    "opencode_config",
    "pi_models",
    "qwen_settings",
]

#: For agents of no vendor, which use Anthropic's protocol and must name a model.
CLAUDE_MODEL: Final = "claude-sonnet-5"


def claude_state(place: Place) -> Json:
    state: Json = {
        "hasCompletedOnboarding": True,
        "projects": {str(place.directory): {"hasTrustDialogAccepted": True}},
    }
    if key := place.environment.get("ANTHROPIC_API_KEY"):
        state["customApiKeyResponses"] = {"approved": [key[-20:]]}
    return state


def claude_settings(_place: Place) -> Json:
    return {"skipDangerousModePermissionPrompt": True}


def codex_config(place: Place) -> str | None:
    """The gateway as the model's provider; the key stays in the environment."""
    address = place.environment.get("OPENAI_BASE_URL")
    if not address:
        return None
    model = [f"model = {_toml(place.model)}"] if place.model else []
    return "\n".join(
        [
            *model,
            'model_provider = "taskyard"',
            "check_for_update_on_startup = false",
            "",
            "[analytics]",
            "enabled = false",
            "",
            "[model_providers.taskyard]",
            'name = "Taskyard"',
            f"base_url = {_toml(address)}",
            'wire_api = "responses"',
            'env_key = "OPENAI_API_KEY"',
            "",
            f"[projects.{_toml(str(place.directory))}]",
            'trust_level = "trusted"',
            "",
        ]
    )


def gemini_settings(_place: Place) -> Json:
    return _google_settings("gemini-api-key")


def qwen_settings(_place: Place) -> Json:
    return _google_settings("openai")


def _google_settings(login: str) -> Json:
    return {
        "security": {
            "auth": {"selectedType": login},
            # The sandbox is the limit, and nobody is at the keyboard to trust a folder.
            "folderTrust": {"enabled": False},
        },
        "privacy": {"usageStatisticsEnabled": False},
        "telemetry": {"enabled": False},
        "general": {"enableAutoUpdate": False, "disableAutoUpdate": True},
    }


_OPENCODE_PERMISSIONS: Final[dict[PermissionPolicy, Json]] = {
    "ask": {"edit": "ask", "bash": "ask", "webfetch": "ask"},
    "allow_edits": {"edit": "allow", "bash": "ask", "webfetch": "ask"},
    "allow_all": {"edit": "allow", "bash": "allow", "webfetch": "allow"},
}


def opencode_config(place: Place) -> Json:
    model = place.model or CLAUDE_MODEL
    chosen = model if "/" in model else f"taskyard/{model}"
    return {
        "autoupdate": False,
        "share": "disabled",
        "model": chosen,
        "small_model": chosen,
        "permission": _OPENCODE_PERMISSIONS[place.policy],
        "provider": {
            "taskyard": {
                "npm": "@ai-sdk/anthropic",
                "name": "Taskyard",
                # Read by the agent itself: the file must not hold what changes.
                "options": {
                    "baseURL": "{env:ANTHROPIC_BASE_URL}/v1",
                    "apiKey": "{env:ANTHROPIC_AUTH_TOKEN}",
                },
                "models": {chosen.partition("/")[2]: {}},
            }
        },
    }


def copilot_servers(place: Place) -> Json:
    """It takes MCP servers from this file only, not from the session."""
    return {
        "mcpServers": {
            server.name: {
                "type": "local",
                "command": server.command,
                "args": list(server.args),
                "env": dict(server.environment),
                "tools": ["*"],
            }
            for server in place.mcp_servers
        }
    }


def pi_models(place: Place) -> Json | None:
    address = place.environment.get("ANTHROPIC_BASE_URL")
    if not address:
        return None
    return {
        "providers": {
            "taskyard": {
                "baseUrl": address,
                "api": "anthropic-messages",
                "apiKey": place.environment.get("ANTHROPIC_AUTH_TOKEN", ""),
                "models": [{"id": place.model or CLAUDE_MODEL}],
            }
        }
    }


def _toml(text: str) -> str:
    """A basic string: what JSON escapes, TOML escapes in the same way."""
    return json.dumps(text)
