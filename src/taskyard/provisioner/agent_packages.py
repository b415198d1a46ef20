"""Agents that can be installed on a host: exact versions, and how each speaks ACP.

An update is a change of one line here, with a run of the tests marked `e2e`.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

__all__ = ["PACKAGES", "AgentPackage"]


@dataclass(frozen=True, slots=True, kw_only=True)
class AgentPackage:
    name: str  # as in `session start --agent`
    npm: str  # the package, without a version
    version: str  # exact: without one npm picks what fits the installed node
    program: str  # in node_modules/.bin
    acp_arguments: tuple[str, ...] = ()
    megabytes: int  # unpacked, rounded up

    @property
    def spec(self) -> str:
        """What npm is asked for; a local folder (`file:...`) has no version to name."""
        return (
            self.npm if self.npm.startswith("file:") else f"{self.npm}@{self.version}"
        )


PACKAGES: Final[Mapping[str, AgentPackage]] = {
    package.name: package
    for package in (
        # Brings the Claude Code it was made for.
        AgentPackage(
            name="claude-code",
            npm="@agentclientprotocol/claude-agent-acp",
            version="0.101.0",
            program="claude-agent-acp",
            megabytes=420,
        ),
        # Brings the Codex it was made for.
        AgentPackage(
            name="codex",
            npm="@agentclientprotocol/codex-acp",
            version="2.6.0",
            program="codex-acp",
            megabytes=480,
        ),
        AgentPackage(
            name="gemini",
            npm="@google/gemini-cli",
            version="0.61.0",
            program="gemini",
            acp_arguments=("--acp",),
            megabytes=110,
        ),
        AgentPackage(
            name="opencode",
            npm="opencode-ai",
            version="1.18.33",
            program="opencode",
            acp_arguments=("acp",),
            megabytes=370,
        ),
        AgentPackage(
            name="copilot",
            npm="@github/copilot",
            version="1.0.102",
            program="copilot",
            acp_arguments=("--acp",),
            megabytes=200,
        ),
        # Says that it wants Node 22; it works with 20.
        AgentPackage(
            name="qwen",
            npm="@qwen-code/qwen-code",
            version="0.24.4",
            program="qwen",
            acp_arguments=("--acp",),
            megabytes=160,
        ),
    )
}
