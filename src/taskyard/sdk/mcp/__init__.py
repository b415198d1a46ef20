"""Taskyard as a set of MCP tools, over whatever carries the messages."""
