"""Agents that can be installed on a host: exact versions, and how each speaks ACP.

An update is a change of one line here (a test names the few other places that say the
version), with a run of `make test-agents`.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

__all__ = ["PACKAGES", "AgentPackage"]


@dataclass(frozen=True, slots=True, kw_only=True)
class AgentPackage:
    """From npm, or from PyPI where `pypi` names the package."""

    name: str  # as in `session start --agent`
    npm: str = ""  # the package, without a version
    version: str  # exact: without one npm picks what fits the installed node
    program: str
    acp_arguments: tuple[str, ...] = ()
    speaks_acp: bool = True  # False: it only draws on a terminal
    megabytes: int  # unpacked, rounded up
    pypi: str = ""
    pythons: tuple[tuple[int, int], ...] = ()  # versions that it runs on
    entry: str = ""  # "module:function" that a Python program starts by
    prelude: str = ""  # Python to run before; `packages` is where its packages are

    @property
    def spec(self) -> str:
        """What is asked for; a local file (`file:...`) has no version to name."""
        if self.pypi:
            return self.pypi if "/" in self.pypi else f"{self.pypi}=={self.version}"
        return (
            self.npm if self.npm.startswith("file:") else f"{self.npm}@{self.version}"
        )


#: Aider fetches a table of prices from the internet where its copy is older than a day.
_AIDER_PRICES: Final = """
import os, pathlib, shutil

os.environ.setdefault("LITELLM_LOCAL_MODEL_COST_MAP", "True")
name = "model_prices_and_context_window"
cached = pathlib.Path.home() / f".aider/caches/{name}.json"
try:
    if not cached.exists() or cached.stat().st_size < 100:  # it writes {} when it fails
        cached.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(f"{packages}/litellm/{name}_backup.json", cached)
    os.utime(cached)
except OSError:
    pass  # then it asks the internet
"""

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
        AgentPackage(
            name="aider",
            pypi="aider-chat",
            version="0.86.2",
            program="aider",
            speaks_acp=False,
            megabytes=680,
            pythons=((3, 12), (3, 11)),
            entry="aider.main:main",
            prelude=_AIDER_PRICES,
        ),
    )
}
