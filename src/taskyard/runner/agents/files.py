"""What agents' own files say: each function makes one file for a place."""

import base64
import json
from typing import Final

from taskyard.runner.agents.definition import Json, Place
from taskyard.runner.agents.driver import AgentFailed, PermissionPolicy

__all__ = [
    "CLAUDE_MODEL",
    "amp_settings",
    "claude_settings",
    "claude_state",
    "codex_config",
    "copilot_config",
    "copilot_servers",
    "gemini_settings",
    "instructions",
    "mcp_servers",
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
    top = {
        "model": place.model,
        "model_reasoning_effort": place.environment.get("TASKYARD_CODEX_EFFORT", ""),
    }
    return "\n".join(
        [
            *(f"{name} = {_toml(value)}" for name, value in top.items() if value),
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
            # Else a menu comes after a usage limit: nobody is at the keyboard.
            "[notice]",
            "hide_rate_limit_model_nudge = true",
            "",
            _tables(place.environment.get("TASKYARD_CODEX_TABLES", "")),
        ]
    )


def _tables(encoded: str) -> str:
    """Further TOML tables of a template, such as MCP servers."""
    try:
        return base64.b64decode(encoded, validate=True).decode()
    except ValueError as exc:
        raise AgentFailed(f"TASKYARD_CODEX_TABLES is not base64 text: {exc}") from exc


def gemini_settings(place: Place) -> Json:
    is_vertex = place.environment.get("GOOGLE_GENAI_USE_VERTEXAI") == "true"
    return _google_settings("vertex-ai" if is_vertex else "gemini-api-key")


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


def mcp_servers(place: Place) -> Json:
    """The usual form, for agents that a terminal's command line gives none."""
    return {"mcpServers": _servers(place)}


def amp_settings(place: Place) -> Json:
    return {"amp.mcpServers": _servers(place), "amp.updates.mode": "disabled"}


def _servers(place: Place) -> Json:
    return {
        server.name: {
            "command": server.command,
            "args": list(server.args),
            "env": dict(server.environment),
        }
        for server in place.mcp_servers
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


def copilot_config(place: Place) -> Json:
    return {"trusted_folders": [str(place.directory)], "banner": "never"}


def instructions(place: Place) -> str | None:
    """For agents that take words for every turn from a file only."""
    return f"\n{place.system_prompt}\n" if place.system_prompt else None


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
