"""AgentAPI's surface over agents of ours, and its formatter of what terminals show."""

from taskyard.runner.agentapi.messages import format_agent_message, format_tool_call

__all__ = ["format_agent_message", "format_tool_call"]
