"""The tools with which any MCP client drives tasks.

Names and arguments are those that clients of the contract already use, where it has them;
what they answer is the API's own JSON.
"""

from collections.abc import Mapping
from typing import Final

from taskyard.sdk.mcp import places, tasks
from taskyard.sdk.mcp.tool import Tool

__all__ = ["TOOLS"]

TOOLS: Final[Mapping[str, Tool]] = {
    tool.name: tool for tool in (*places.TOOLS, *tasks.TOOLS)
}
