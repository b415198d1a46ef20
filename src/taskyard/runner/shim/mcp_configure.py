"""`coder exp mcp configure AGENT`: tell an agent about the report tool, in its own files."""

import argparse
import json
import os
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from taskyard.kit.shapes import as_list, as_object
from taskyard.runner.shim.call import fail

__all__ = ["main"]

Json = dict[str, Any]

TOOL: Final = "mcp__coder__coder_report_task"
REPORT_PROMPT: Final = """\
Report what you do with the tool coder_report_task: when you begin, whenever what you do
changes, and when you end. state is "working" while you work, "complete" when all that was
asked is done, "failure" when you cannot go on without the user. summary is one sentence of
at most 160 characters; link is a URL or file that belongs to it, or empty.\
"""


def main(arguments: Sequence[str]) -> int:
    options = _parser().parse_args(arguments)
    match options.agent:
        case "claude-code":
            if not options.folder:
                fail(
                    "give the folder that Claude works in: configure claude-code DIR", 2
                )
            _claude(options, os.environ)
        case "gemini":
            _gemini(os.environ)
        case "cursor":
            _servers_file(Path(".cursor/mcp.json"), os.environ)
        case _:
            _servers_file(
                _home(os.environ) / ".config/Claude/claude_desktop_config.json",
                os.environ,
            )
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="coder exp mcp configure", allow_abbrev=False)
    parser.add_argument(
        "agent", choices=("claude-code", "gemini", "claude-desktop", "cursor")
    )
    parser.add_argument("folder", nargs="?", default="")
    for flag, variable in (
        ("--claude-config-path", "CODER_MCP_CLAUDE_CONFIG_PATH"),
        ("--claude-md-path", "CODER_MCP_CLAUDE_MD_PATH"),
        ("--claude-api-key", "CODER_MCP_CLAUDE_API_KEY"),
        ("--claude-system-prompt", "CODER_MCP_CLAUDE_SYSTEM_PROMPT"),
        ("--claude-coder-prompt", "CODER_MCP_CLAUDE_CODER_PROMPT"),
    ):
        parser.add_argument(flag, default=os.environ.get(variable, ""))
    return parser


def _claude(options: argparse.Namespace, environment: Mapping[str, str]) -> None:
    home = _home(environment)
    path = Path(options.claude_config_path or home / ".claude.json").expanduser()
    state = _read(path)
    folder = os.path.abspath(Path(options.folder).expanduser())  # noqa: PTH100 - it need not exist
    key = options.claude_api_key or environment.get("CLAUDE_API_KEY", "")
    if key and environment.get("CLAUDE_CODE_USE_BEDROCK") != "1":
        state["primaryApiKey"] = key
    state.update(
        {
            "autoUpdaterStatus": "disabled",
            "bypassPermissionsModeAccepted": True,
            "hasAcknowledgedCostThreshold": True,
            "hasCompletedOnboarding": True,
        }
    )
    projects = as_object(state.get("projects"))
    project = as_object(projects.get(folder))
    tools = as_list(project.get("allowedTools"))
    project["allowedTools"] = [*tools, *([] if TOOL in tools else [TOOL])]
    project.update(
        {"hasTrustDialogAccepted": True, "hasCompletedProjectOnboarding": True}
    )
    project["mcpServers"] = {
        **as_object(project.get("mcpServers")),
        "coder": _server(environment),
    }
    projects[folder] = project
    state["projects"] = projects
    state["mcpServers"] = {
        **as_object(state.get("mcpServers")),
        "coder": _server(environment),
    }
    _write(path, json.dumps(state, indent=2))
    notes = Path(options.claude_md_path or home / ".claude/CLAUDE.md").expanduser()
    _write(
        notes,
        _guarded(
            notes.read_text("utf-8") if notes.exists() else "",
            {
                "coder-prompt": options.claude_coder_prompt or REPORT_PROMPT,
                "system-prompt": options.claude_system_prompt,
            },
        ),
    )


def _gemini(environment: Mapping[str, str]) -> None:
    path = _home(environment) / ".gemini/settings.json"
    settings = _read(path)
    server = {**_server(environment), "trust": True}
    settings["mcpServers"] = {**as_object(settings.get("mcpServers")), "coder": server}
    _write(path, json.dumps(settings, indent=2))


def _servers_file(path: Path, environment: Mapping[str, str]) -> None:
    config = _read(path)
    config["mcpServers"] = {
        **as_object(config.get("mcpServers")),
        "coder": _server(environment),
    }
    _write(path, json.dumps(config, indent=2))


def _server(environment: Mapping[str, str]) -> Json:
    """The report tool; its environment is written down, for agents may not pass theirs on."""
    names = (
        "CODER_AGENT_URL",
        "CODER_AGENT_TOKEN",
        "CODER_MCP_APP_STATUS_SLUG",
        "CODER_MCP_AI_AGENTAPI_URL",
        "TASKYARD_RUNNER_SOCKET",
    )
    binaries = environment.get("CODER_SCRIPT_BIN_DIR", "")
    return {
        "command": f"{binaries}/coder" if binaries else "coder",
        "args": ["exp", "mcp", "server"],
        "env": {name: environment[name] for name in names if environment.get(name)},
    }


def _guarded(text: str, blocks: Mapping[str, str]) -> str:
    """Replace our blocks at the top of a file; what the user wrote stays below."""
    for name in blocks:
        text = re.sub(rf"<{name}>.*?</{name}>\n*", "", text, flags=re.DOTALL)
    ours = "".join(
        f"<{name}>\n{body.strip()}\n</{name}>\n\n"
        for name, body in blocks.items()
        if body.strip()
    )
    return ours + text


def _read(path: Path) -> Json:
    if not path.exists():
        return {}
    try:
        return as_object(json.loads(path.read_text("utf-8") or "{}"))
    except (OSError, ValueError) as exc:
        fail(f"{path} is not readable as JSON ({exc}); move it away and try again")


def _write(path: Path, text: str) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        fresh = path.with_name(path.name + ".taskyard")
        fresh.write_text(text, "utf-8")
        fresh.chmod(0o600)
        fresh.replace(path)
    except OSError as exc:
        fail(f"cannot write {path}: {exc.strerror}")


def _home(environment: Mapping[str, str]) -> Path:
    return Path(environment.get("HOME") or "~").expanduser()
