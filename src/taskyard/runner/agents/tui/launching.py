"""The command line of an agent on a terminal: its profile, made concrete by a launch."""

import uuid
from collections.abc import Sequence
from typing import NamedTuple

from taskyard.runner.agents.driver import Launch
from taskyard.runner.agents.hooks.wiring import gives_way
from taskyard.runner.agents.tui.profiles import Profile

__all__ = ["LATEST", "CommandLine", "command_line"]

#: In place of an id, for agents that can only go on with their newest conversation.
LATEST = "latest"


class CommandLine(NamedTuple):
    words: tuple[str, ...]
    external_id: str  # of the conversation it begins or goes on with; empty = unknown


def command_line(profile: Profile, launch: Launch) -> CommandLine:
    """The words to start, and the id by which the conversation is found again."""
    words = list(launch.command)
    external_id = launch.resume
    by_id = profile.resume if launch.resume != LATEST else ()
    if launch.resume and (by_id or profile.resume_newest):
        words += _filled(by_id or profile.resume_newest, id=launch.resume)
    elif profile.new_id:
        external_id = str(uuid.uuid4())
        words += _filled(profile.new_id, id=external_id)
    else:
        external_id = LATEST if profile.resume_newest else ""
    words += profile.policies.get(launch.permission_policy, ())
    if model := launch.options.get("model"):
        words += _filled(profile.model, model=model)
    if launch.system_prompt:
        words += _filled(profile.system_prompt, text=launch.system_prompt)
    if launch.mcp_servers and profile.mcp is not None:
        words += profile.mcp(launch.mcp_servers)
    if launch.hooks is not None and not gives_way(launch.hooks, words):
        words += launch.hooks.arguments
    if launch.first_prompt:
        words += _filled(profile.first_prompt, prompt=launch.first_prompt)
    return CommandLine(tuple(words), external_id)


def _filled(words: Sequence[str], **values: str) -> list[str]:
    """Put values in place of `{name}`; words of the values are never looked at again."""
    return [
        values[word[1:-1]] if word[:1] + word[-1:] == "{}" else word for word in words
    ]
