"""Turn what a terminal agent shows into the message it meant.

`format_agent_message` takes the part of the screen that is new since the person spoke and
drops what is not the agent's answer: the echo of the person's words, the input box.
`format_tool_call` takes out the calls of the report tool, which are for us, not for the
reader. Both are pure and take any agent name; an unknown one gets the generic rules.
"""

from taskyard.runner.agentapi.messages.boxes import remove_input_box
from taskyard.runner.agentapi.messages.echo import remove_echo
from taskyard.runner.agentapi.messages.tool_calls import remove_report_calls

__all__ = ["format_agent_message", "format_tool_call"]


def format_agent_message(agent: str, screen_message: str, user_input: str) -> str:
    """The agent's words in `screen_message`, without echo, input box and outer blank lines."""
    text = remove_echo(agent, screen_message, user_input)
    text = remove_input_box(agent, text)
    return trim_blank_lines(text)


def format_tool_call(agent: str, text: str) -> tuple[str, list[str]]:
    """`text` without the calls of the report tool, and those calls, newest first."""
    return remove_report_calls(agent, text)


def trim_blank_lines(text: str) -> str:
    """Without the blank lines at both ends; indentation of the first line stays."""
    lines = text.split("\n")
    while lines and not lines[0].strip():
        lines.pop(0)

    while lines and not lines[-1].strip():
        lines.pop()

    return "\n".join(lines)
