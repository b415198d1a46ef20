"""Add permission rules to the user's Claude settings and gather MCP servers in one file.

Standard library only: runs inside the workspace. What is already in the settings stays.
An address that cannot be fetched is a warning, malformed JSON of the template an error.
"""

import argparse
import json
import os
import sys
import urllib.request
from pathlib import Path
from typing import Any

FETCH_SECONDS = 10
FETCH_BYTES = 1 << 20


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--settings", type=Path, required=True)
    parser.add_argument("--allow", default="")
    parser.add_argument("--deny", default="")
    parser.add_argument("--mcp", type=Path, required=True)
    parser.add_argument("--mcp-urls", type=Path, required=True)
    parser.add_argument("--mcp-output", type=Path, required=True)
    options = parser.parse_args()

    add_rules(options.settings, allow=rules(options.allow), deny=rules(options.deny))
    servers = {
        **servers_of(options.mcp.read_text(), origin="the input mcp"),
        **remote_servers(options.mcp_urls.read_text().split()),
    }
    servers = {
        name: server for name, server in servers.items() if can_start(name, server)
    }
    text = json.dumps({"mcpServers": servers}, indent=2) + "\n" if servers else ""
    replace(options.mcp_output, text)


def rules(text: str) -> list[str]:
    """Split at commas that are not inside parentheses: `Bash(a,b),Read` is two rules."""
    found, depth, current = [], 0, ""
    for character in text:
        depth += {"(": 1, ")": -1}.get(character, 0)
        if character == "," and depth <= 0:
            found.append(current)
            current = ""
        else:
            current += character

    return [rule.strip() for rule in [*found, current] if rule.strip()]


def add_rules(path: Path, *, allow: list[str], deny: list[str]) -> None:
    if not allow and not deny:
        return

    settings = json.loads(path.read_text()) if path.exists() else {}
    permissions = settings.setdefault("permissions", {})
    for key, wanted in (("allow", allow), ("deny", deny)):
        present = permissions.setdefault(key, [])
        present.extend(rule for rule in wanted if rule not in present)

    replace(path, json.dumps(settings, indent=2) + "\n")


def servers_of(text: str, *, origin: str) -> dict[str, Any]:
    if not text.strip():
        return {}

    try:
        document = json.loads(text)
        servers = document.get("mcpServers", document)
        return {str(name): dict(server) for name, server in servers.items()}
    except (ValueError, TypeError, AttributeError) as error:
        sys.exit(f'claude-code: {origin} is not {{"mcpServers": {{...}}}}: {error}')


def can_start(name: str, server: dict[str, Any]) -> bool:
    """Servers are started by the agent; one that is an address only is left out, aloud."""
    if server.get("command"):
        return True
    sys.stderr.write(f"claude-code: the MCP server {name} has no command; left out\n")
    return False


def remote_servers(urls: list[str]) -> dict[str, Any]:
    servers: dict[str, Any] = {}
    for url in urls:
        if not url.startswith(("http://", "https://")):
            sys.exit(
                f"claude-code: mcp_config_remote_path holds {url!r}, not a web address"
            )

        try:
            with urllib.request.urlopen(url, timeout=FETCH_SECONDS) as answer:  # noqa: S310 - scheme checked above
                text = answer.read(FETCH_BYTES).decode()
        except (OSError, UnicodeDecodeError) as error:
            sys.stderr.write(
                f"claude-code: MCP servers of {url} are missing: {error}\n"
            )
            continue

        servers.update(servers_of(text, origin=url))
    return servers


def replace(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_name(f"{path.name}.{os.getpid()}")
    partial.write_text(text)
    partial.replace(path)


if __name__ == "__main__":
    main()
