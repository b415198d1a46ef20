"""What an agent's request says, as the scripts of the demo model see it."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

from taskyard.server.gateway.demo.asked import Asked, Call, Schema, Turn
from taskyard.server.gateway.demo.outcomes import MAX_LINE, Outcome, outcome_of

__all__ = ["CALL_BY_NAME", "TOOL_SEARCHES", "Conversation", "Done", "read"]

#: Tags of texts that agents put around or beside what the user said.
_TAG: Final = re.compile(
    r"<(/?)(system-reminder|task-notification|local-command-[a-z]+|command-[a-z]+"
    r"|ide_[a-z_]+|environment_context|session_context|current_datetime|user_instructions"
    r"|reminder|qwen:[a-z-]+)>"
)
_INTERRUPTED: Final = re.compile(
    r"\[Request interrupted by user[^\]\n]{0,100}\]"
    r"|<turn_aborted>[^<]{0,1000}</turn_aborted>"
)
_DIRECTORY: Final = re.compile(
    r"(?:[Ww]orking (?:in the )?directory|[Cc]wd|<cwd>|Workspace Directories:\*\*\n {0,8}-)"
    r"[:>]?(?: is)?:?\s{0,3}[`\"']?(/[^\s`\"'<,]{0,4096})"
)
#: Codex's; what it forbids is done after a person has allowed it.
_SANDBOX: Final = re.compile(r"`sandbox_mode` is `(?:read-only|workspace-write)`")
_MCP_NAME: Final = re.compile(r"\bmcp__\w+")
# Everything here is text of a workspace: what looks at it must take linear time, so it
# is cut to what the scripts can use.
_MAX_PROMPT: Final = 2000
_MAX_TOLD: Final = 1_000_000
#: Agents' own ways to load a tool; not a step of ours.
TOOL_SEARCHES: Final = ("ToolSearch", "tool_search")
#: Qwen Code's way to call a tool that was loaded.
CALL_BY_NAME: Final = "tool_call"


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
    tools: Mapping[str, Schema]  # offered tools: name -> JSON schema
    loaded: bool  # the agent has looked for deferred tools since the prompt
    deferred: tuple[str, ...]  # names of tools that exist but must be looked for first
    directory: str  # where the agent works; empty = unknown
    in_sandbox: bool  # commands of the agent must ask to leave its own sandbox
    turns: int  # turns of the model since the prompt
    notice: str  # what the agent told after its prompt was answered; empty = it was not


def read(asked: Asked) -> Conversation:
    said: list[str] = []
    calls: list[Call] = []
    outcomes: dict[str, Outcome] = {}
    turns = 0
    answered = False
    for turn in asked.turns:
        if turn.role == "assistant":
            calls += turn.calls
            turns += 1
            answered = not turn.calls
        elif turn.role == "user":
            outcomes |= _outcomes(turn)
            if spoken := _spoken(turn):
                said.append(spoken)
                calls, turns, answered = [], 0, False

    everything = _everything(asked)
    return Conversation(
        prompt=said[-1] if said else "",
        earlier=tuple(said[:-1]),
        done=tuple(_done(calls, outcomes)),
        tools=asked.tools,
        loaded=any(call.name in TOOL_SEARCHES for call in calls),
        deferred=tuple(
            sorted(set(_MCP_NAME.findall(f"{everything}\n{_found(asked)}")))
        ),
        directory=_directory(everything),
        in_sandbox=_SANDBOX.search(everything) is not None,
        turns=turns,
        notice=_notice(asked) if answered else "",
    )


def _done(calls: Iterable[Call], outcomes: Mapping[str, Outcome]) -> list[Done]:
    unanswered = Outcome(text="", failed=True)
    return [
        Done(
            name=str(call.input.get("name", call.name))
            if call.name == CALL_BY_NAME
            else call.name,
            input=call.input,
            outcome=outcomes.get(call.id, unanswered),
        )
        for call in calls
        if call.name not in TOOL_SEARCHES
    ]


def _outcomes(turn: Turn) -> dict[str, Outcome]:
    return {
        result.call_id: outcome_of(replace(result, text=_without_tags(result.text)))
        for result in turn.results
    }


def _spoken(turn: Turn) -> str:
    plain = [_INTERRUPTED.sub("", _without_tags(text)).strip() for text in turn.texts]
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


def _notice(asked: Asked) -> str:
    """Agents ask again when a command in the background has ended."""
    _, notified, rest = asked.newest.partition("<task-notification>")
    summary = rest.partition("<summary>")[2].partition("</summary>")[0].strip()
    return summary[:MAX_LINE] if notified and summary else "nothing is left to do"


def _everything(asked: Asked) -> str:
    """All that is told to the model beside tool results: where facts are looked up."""
    told = [turn.text for turn in asked.turns if turn.role != "assistant"]
    return "\n".join([asked.system, *told])[:_MAX_TOLD]


def _found(asked: Asked) -> str:
    """What looking for tools has brought to light."""
    searches = {
        call.id
        for turn in asked.turns
        for call in turn.calls
        if call.name in TOOL_SEARCHES
    }
    results = (result for turn in asked.turns for result in turn.results)
    found = [result.text for result in results if result.call_id in searches]
    return "\n".join(found)[:_MAX_TOLD]


def _directory(text: str) -> str:
    found = _DIRECTORY.search(text)
    return found[1].rstrip("/.") if found else ""
