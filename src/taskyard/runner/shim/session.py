"""`taskyard session start|list|status`: begin an agent's session from a start script."""

import argparse
import json
import os
import shlex
import sys
from pathlib import Path
from typing import Any, cast

from taskyard.runner.shim.call import CallFailed, call, fail

__all__ = ["main"]


def main(arguments: list[str]) -> int:
    options = _parser().parse_args(_before_dashes(arguments))
    try:
        match options.action:
            case "start":
                _start(options, _after_dashes(arguments))
            case "list":
                _list(as_json=options.json)
            case _:
                _status(options.key, as_json=options.json)
    except CallFailed as exc:
        fail(str(exc))
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="taskyard session", allow_abbrev=False)
    actions = parser.add_subparsers(dest="action", required=True)
    start = actions.add_parser(
        "start",
        help="start or resume an agent; returns when it is ready",
        epilog="an agent of your own: taskyard session start --agent NAME --key SLUG -- COMMAND …",
        allow_abbrev=False,
    )
    start.add_argument(
        "--agent",
        required=True,
        help="one that Taskyard knows (claude-code, codex, …), or a name of your own",
    )
    start.add_argument(
        "--key", required=True, help="slug of the app the session belongs to"
    )
    start.add_argument("--driver", choices=("acp", "tui"), default="acp")
    start.add_argument(
        "--terminal-command",
        default="",
        metavar="COMMAND",
        help="how an ACP agent of your own goes on in a terminal; {id} is its session's id",
    )
    start.add_argument("--workdir", default="", help="where it works (default: here)")
    prompt = start.add_mutually_exclusive_group()
    prompt.add_argument("--prompt", default="", help="what the agent is told first")
    prompt.add_argument("--prompt-file", default="", help="file with the first prompt")
    start.add_argument(
        "--system-prompt-file", default="", help="file with words for every turn"
    )
    start.add_argument(
        "--resume-id", default="", help="the agent's id of a conversation to go on with"
    )
    start.add_argument(
        "--fresh",
        action="store_true",
        help="do not go on with the conversation of an earlier start",
    )
    start.add_argument("--model", default="")
    start.add_argument("--effort", default="")
    start.add_argument(
        "--option", action="append", default=[], metavar="CATEGORY=VALUE"
    )
    start.add_argument(
        "--argument",
        action="append",
        default=[],
        metavar="WORD",
        help="one more word for the agent's command",
    )
    start.add_argument("--env", action="append", default=[], metavar="NAME=VALUE")
    start.add_argument(
        "--mcp",
        "--mcp-config-file",
        dest="mcp",
        action="append",
        default=[],
        metavar="JSON|FILE",
        help="MCP servers to add",
    )
    start.add_argument(
        "--permission-policy", choices=("allow_edits", "ask", "allow_all"), default=""
    )
    start.add_argument(
        "--no-report", action="store_true", help="without the report tool"
    )
    start.add_argument(
        "--agentapi-port", type=int, default=0, help="serve AgentAPI on loopback"
    )
    start.add_argument(
        "--agentapi-stable-while-asking",
        action="store_true",
        help="while the agent asks for permission, AgentAPI says stable; a message answers",
    )
    start.add_argument(
        "--timeout", type=float, default=180.0, help="seconds to be ready in"
    )
    listing = actions.add_parser("list")
    listing.add_argument("--json", action="store_true")
    status = actions.add_parser("status")
    status.add_argument("key", nargs="?", default="")
    status.add_argument("--json", action="store_true")
    return parser


def _start(options: argparse.Namespace, command: list[str]) -> None:
    prompt = options.prompt or _text_of(options.prompt_file)
    extra = _pairs(options.option, "--option")
    for name in ("model", "effort"):
        if value := getattr(options, name):
            # ACP's category of the option "effort" is called thought_level.
            extra["thought_level" if name == "effort" else name] = value
    folder = Path(options.workdir).expanduser() if options.workdir else Path.cwd()
    result = call(
        "session.start",
        {
            "agent": options.agent,
            "key": options.key,
            "driver": options.driver,
            "directory": os.path.abspath(folder),  # noqa: PTH100 - it need not exist yet
            "prompt": prompt,
            "system_prompt": _text_of(options.system_prompt_file),
            "resume_id": options.resume_id,
            "fresh": options.fresh,
            "command": command,
            "arguments": options.argument,
            "terminal_command": shlex.split(options.terminal_command),
            "environment": _pairs(options.env, "--env"),
            "mcp": _mcp(options.mcp),
            "options": extra,
            "permission_policy": options.permission_policy,
            "report_tool": not options.no_report,
            "agentapi_port": options.agentapi_port,
            "agentapi_stable_while_asking": options.agentapi_stable_while_asking,
        },
        timeout=options.timeout,
    )
    _print(f"session {result['key']} ({result['agent']}): {result['state']}")


def _text_of(file: str) -> str:
    if not file:
        return ""
    try:
        return Path(file).read_text("utf-8")
    except OSError as exc:
        fail(f"cannot read {file}: {exc.strerror}")


def _list(*, as_json: bool) -> None:
    sessions = cast("list[dict[str, Any]]", call("session.list", {})["sessions"])
    if as_json:
        _print(json.dumps(sessions, indent=2))
        return
    for session in sessions:
        _print(
            f"{session['key']}\t{session['agent']}\t{session['state']}\t{session['id']}"
        )


def _status(key: str, *, as_json: bool) -> None:
    session = call("session.status", {"key": key})
    _print(json.dumps(session, indent=2) if as_json else str(session["state"]))


def _mcp(given: list[str]) -> dict[str, Any]:
    """Merge `{"mcpServers": {…}}` or `{name: {…}}`, written out or in files."""
    servers: dict[str, Any] = {}
    for text in given:
        try:
            source = (
                text if text.lstrip().startswith("{") else Path(text).read_text("utf-8")
            )
            parsed = json.loads(source)
        except OSError as exc:
            fail(f"cannot read the MCP servers from {text}: {exc.strerror}")
        except ValueError as exc:
            fail(f"the MCP servers are not JSON: {exc}")
        if not isinstance(parsed, dict):
            fail('the MCP servers must be an object such as {"name": {"command": "…"}}')
        body = cast("dict[str, Any]", parsed)
        servers.update(cast("dict[str, Any]", body.get("mcpServers", body)))
    return servers


def _pairs(given: list[str], flag: str) -> dict[str, str]:
    pairs: dict[str, str] = {}
    for text in given:
        name, equals, value = text.partition("=")
        if not equals or not name:
            fail(f"{flag} {text!r} must look like NAME=VALUE", 2)
        pairs[name] = value
    return pairs


def _before_dashes(arguments: list[str]) -> list[str]:
    return arguments[: arguments.index("--")] if "--" in arguments else arguments


def _after_dashes(arguments: list[str]) -> list[str]:
    return arguments[arguments.index("--") + 1 :] if "--" in arguments else []


def _print(text: str) -> None:
    sys.stdout.write(text + "\n")
