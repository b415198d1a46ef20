"""What an agent's request says, as the scripts of the demo model see it."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from taskyard.server.gateway.anthropic import Block, MessagesRequest, text_of

__all__ = ["Conversation", "Done", "Outcome", "read"]

#: Tags of texts that agents put around or beside what the user said.
_TAG: Final = re.compile(
    r"<(/?)(system-reminder|task-notification|local-command-[a-z]+|command-[a-z]+"
    r"|ide_[a-z_]+)>"
)
_INTERRUPTED: Final = re.compile(r"\[Request interrupted by user[^\]\n]{0,100}\]")
_BACKGROUND: Final = re.compile(
    r"^Command (?:did not complete|running in background|was moved)"
)
_DIRECTORY: Final = re.compile(
    r"(?:[Ww]orking directory|[Cc]wd|<cwd>)[:>]?(?: is)?:?\s{0,3}[`\"']?(/[^\s`\"'<,]{0,4096})"
)
# Everything here is text of a workspace: what looks at it must take linear time, so it
# is cut to what the scripts can use.
_MAX_OUTCOME: Final = 200_000
_MAX_LINE: Final = 1000
_MAX_PROMPT: Final = 2000
_MAX_TOLD: Final = 1_000_000
#: The agent's own way to load a tool; not a step of ours.
TOOL_SEARCH: Final = "ToolSearch"


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What came of a step. `failed`: the tool reported an error or was refused."""

    text: str
    failed: bool = False

    @property
    def is_unfinished(self) -> bool:
        """The command took too long and goes on in the background."""
        return _BACKGROUND.search(self.text) is not None


@dataclass(frozen=True, slots=True, kw_only=True)
class Done:
    """A tool call of an earlier turn with its outcome."""

    name: str
    input: Mapping[str, Any]
    outcome: Outcome


@dataclass(frozen=True, slots=True, kw_only=True)
class Conversation:
    prompt: str  # the newest thing the user said; empty = nothing recognisable
    earlier: tuple[str, ...]  # what the user said before, oldest first
    done: tuple[Done, ...]  # steps since the prompt, oldest first
    tools: Mapping[str, Mapping[str, Any]]  # offered tools: name -> JSON schema
    loaded: bool  # the agent has looked for deferred tools since the prompt
    deferred: tuple[str, ...]  # names of tools that exist but must be looked for first
    directory: str  # where the agent works; empty = unknown
    turns: int  # turns of the model since the prompt
    notice: (
        str  # what the agent tells after the prompt was answered; empty = not answered
    )


def read(request: MessagesRequest) -> Conversation:
    said: list[str] = []
    calls: list[Block] = []
    outcomes: dict[str, Outcome] = {}
    turns = 0
    answered = False
    for message in request.messages:
        if message.role == "assistant":
            uses = [block for block in message.blocks if block.type == "tool_use"]
            calls += uses
            turns += 1
            answered = not uses
        elif message.role == "user":
            outcomes |= _outcomes(message.blocks)
            if spoken := _spoken(message.blocks):
                said.append(spoken)
                calls, turns, answered = [], 0, False

    everything = _everything(request)
    return Conversation(
        prompt=said[-1] if said else "",
        earlier=tuple(said[:-1]),
        done=tuple(_done(calls, outcomes)),
        tools={
            tool.name: tool.input_schema
            for tool in request.tools
            if tool.input_schema is not None
        },
        loaded=any(call.name == TOOL_SEARCH for call in calls),
        deferred=tuple(sorted(set(re.findall(r"\bmcp__\w+", everything)))),
        directory=_directory(everything),
        turns=turns,
        notice=_notice(request) if answered else "",
    )


def _done(calls: list[Block], outcomes: Mapping[str, Outcome]) -> list[Done]:
    unanswered = Outcome(text="", failed=True)
    return [
        Done(
            name=call.name,
            input=call.input,
            outcome=outcomes.get(call.id, unanswered),
        )
        for call in calls
        if call.name != TOOL_SEARCH
    ]


def _outcomes(blocks: list[Block]) -> dict[str, Outcome]:
    return {
        block.tool_use_id: Outcome(
            text=_cut(_without_tags(text_of(block.content))),
            failed=bool(block.is_error),
        )
        for block in blocks
        if block.type == "tool_result"
    }


def _spoken(blocks: list[Block]) -> str:
    texts = [block.text for block in blocks if block.type == "text"]
    plain = [_INTERRUPTED.sub("", _without_tags(text)).strip() for text in texts]
    return "\n".join(text for text in plain if text)[:_MAX_PROMPT]


def _without_tags(text: str) -> str:
    """The text outside of agents' own tags; what follows an open one is inside."""
    kept: list[str] = []
    depth, at = 0, 0
    for tag in _TAG.finditer(text):
        if depth == 0:
            kept.append(text[at : tag.start()])
        depth = max(0, depth + (-1 if tag[1] else 1))
        at = tag.end()
    if depth == 0:
        kept.append(text[at:])
    return "".join(kept)


def _cut(text: str) -> str:
    lines = text[:_MAX_OUTCOME].split("\n")
    return "\n".join(line[:_MAX_LINE] for line in lines)


def _notice(request: MessagesRequest) -> str:
    """Agents ask again when a command in the background has ended."""
    newest = text_of(request.messages[-1].content)
    _, notified, rest = newest.partition("<task-notification>")
    summary = rest.partition("<summary>")[2].partition("</summary>")[0].strip()
    return summary[:_MAX_LINE] if notified and summary else "nothing is left to do"


def _everything(request: MessagesRequest) -> str:
    """All that is told to the model beside tool results: where facts are looked up."""
    told = [text_of(m.content) for m in request.messages if m.role != "assistant"]
    return "\n".join([request.system_text, *told])[:_MAX_TOLD]


def _directory(text: str) -> str:
    found = _DIRECTORY.search(text)
    return found[1].rstrip("/.") if found else ""
