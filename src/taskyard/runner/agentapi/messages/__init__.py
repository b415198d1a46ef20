"""Turn what a terminal agent shows into the message it meant.

`format_agent_message` takes the part of the screen that is new since the person spoke and
drops what is not the agent's answer: the echo of the person's words, the input box.
`format_tool_call` takes out the calls of the report tool, which are for us, not for the
reader. Both are pure, never fail, and take any agent: AgentAPI's names for its types, or
ours; an unknown one gets the generic rules.
"""

from taskyard.runner.agentapi.messages.boxes import remove_input_box
from taskyard.runner.agentapi.messages.echo import remove_echo
from taskyard.runner.agentapi.messages.tool_calls import remove_report_calls

__all__ = ["format_agent_message", "format_tool_call"]

#: Other names of a type; an agent of ours is called by its command line's type.
_ALIASES = {"claude-code": "claude", "cursor-agent": "cursor", "q": "amazonq"}


def format_agent_message(agent: str, screen_message: str, user_input: str) -> str:
    """Return the agent's words in `screen_message`.

    `agent` is an AgentAPI type (`claude`, `goose`, `aider`, `codex`, `gemini`, `copilot`,
    `amp`, `cursor`, `auggie`, `amazonq`, `opencode`, `custom`), `screen_message` what the
    terminal shows that it did not show before, `user_input` what the person sent. Without
    the echo of `user_input`, without the input box, and without blank lines at both ends;
    everything else stays as it is, so an answer may hold anything.
    """
    name = _ALIASES.get(agent, agent)
    text = remove_echo(name, screen_message, user_input)
    return trim_blank_lines(remove_input_box(name, text))


def format_tool_call(agent: str, text: str) -> tuple[str, list[str]]:
    """Return `text` without calls of the report tool, and those calls, newest first.

    A call that is not shown whole, its answer included, stays in the text.
    """
    return remove_report_calls(_ALIASES.get(agent, agent), text)


def trim_blank_lines(text: str) -> str:
    """Without the blank lines at both ends; indentation of the first line stays."""
    lines = text.split("\n")
    first, end = 0, len(lines)
    while first < end and not lines[first].strip():
        first += 1

    while end > first and not lines[end - 1].strip():
        end -= 1

    return "\n".join(lines[first:end])
