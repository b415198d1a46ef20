"""Which step of which scenario answers a request.

The newest user text that matches a rule picks the rule; the number of assistant turns
since then picks the step, and the last one repeats.
"""

import json
import re
import shlex
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Final, TypedDict

from taskyard.testing.fake_llm.ask import Answer, Ask, Call, FailureName, Json
from taskyard.testing.fake_llm.tools import (
    bash_call,
    example,
    named_call,
    write_call,
)

__all__ = ["DEFAULT", "Decision", "Rule", "Scenario", "Step", "decide"]


class Step(TypedDict, total=False):
    """One answer. What the agent has no tool for is left out.

    Relative paths are made absolute where the agent's tool wants it, with the directory
    that the agent states in its prompt.
    """

    say: str
    write: Json  # {"path", "content"}
    bash: Json  # {"command"}
    call: Json  # {"name": end of a tool's name, "args": {...}}
    status: int  # HTTP code to fail with
    error: str
    error_type: str
    fails: FailureName  # as the vendor fails, with its headers and body
    resets_in: float  # seconds until a usage limit is over
    refuses: bool  # the model will not answer (not in the Responses dialect)
    sleep: float  # seconds before answering
    chunk_delay: float  # seconds between pieces


class Rule(TypedDict):
    match: str  # a regular expression
    steps: list[Step]


class Scenario(TypedDict):
    rules: list[Rule]


DEFAULT: Final[Scenario] = {
    "rules": [
        {
            "match": r"(?s)hello\.txt",
            "steps": [
                {
                    "say": "I'll create hello.txt.",
                    "write": {"path": "hello.txt", "content": "hello from fake llm\n"},
                },
                {"bash": {"command": "echo from-bash > bash.txt; wc -c hello.txt"}},
                {
                    "call": {
                        "name": "report_task",
                        "args": {
                            "state": "working",
                            "summary": "Wrote hello.txt",
                            "link": "http://example.test/1",
                        },
                    }
                },
                {"say": "All done: hello.txt is written."},
            ],
        },
        {
            "match": r"(?s)capital of France",
            "steps": [{"say": "The capital of France is Paris."}],
        },
    ]
}

#: Requests that agents make for themselves.
_SIDE: Final = re.compile(
    r"(?i)reply with only|suggest(ion)?s? (the|a|what)|\btitle\b|managed memory"
    r"|summar(y|ize) (of|the|this)"
)
_MINI_SWE: Final = "COMPLETE_TASK_AND_SUBMIT_FINAL_OUTPUT"
_ACTIONS: Final = ("write", "bash", "call")
#: Of a step, what is handed on as it is.
_KNOBS: Final = frozenset(
    {
        "status",
        "error",
        "error_type",
        "fails",
        "resets_in",
        "refuses",
        "sleep",
        "chunk_delay",
    }
)
_ENDLESS: Final = 20  # turns past the last step after which an agent is told to stop


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    answer: Answer
    kind: str  # step | side | json | unmatched | edit-blocks | exhausted
    step: int | None = None


def decide(ask: Ask, scenario: Scenario) -> Decision:
    at, steps = _matched(ask, scenario)
    if (aside := _aside(ask, at)) is not None:
        return aside
    if not steps:
        text = "OK." if ask.tools else "Fake title"
        return Decision(answer=Answer(text=text), kind="unmatched")

    turn = _turns_since(ask, at)
    if not ask.tools:
        if "SEARCH/REPLACE" in ask.raw:
            refused = "fails" in steps[0] or "status" in steps[0]
            return (
                _step(ask, steps, turn) if refused else _edit_blocks(ask, steps, turn)
            )
        return Decision(answer=Answer(text="Fake title"), kind="side")
    if turn > len(steps) + _ENDLESS:
        error = "scenario exhausted: the agent keeps calling"
        return Decision(answer=Answer(status=400, error=error), kind="exhausted")
    return _step(ask, steps, turn)


def _matched(ask: Ask, scenario: Scenario) -> tuple[int, list[Step]]:
    for index in range(len(ask.turns) - 1, -1, -1):
        role, text = ask.turns[index]
        if role == "user":
            for rule in scenario["rules"]:
                if re.search(rule["match"], text):
                    return index, rule["steps"]

    return -1, []


def _aside(ask: Ask, at: int) -> Decision | None:
    """Titles, suggestions, classifiers: not a part of the conversation."""
    last = len(ask.turns) - 1
    if ask.turns and last != at:
        role, text = ask.turns[last]
        if role == "user" and _SIDE.search(text):
            return Decision(answer=Answer(text="Fake title"), kind="side")
    if "</severity>" in (ask.body.get("stop_sequences") or []):
        return Decision(answer=Answer(text="<severity>0"), kind="side")
    if ask.json_schema is not None:
        text = json.dumps(example(ask.json_schema))
        return Decision(answer=Answer(text=text), kind="json")
    return None


def _turns_since(ask: Ask, at: int) -> int:
    """Answers since the matched prompt; several items of one answer count once."""
    roles = ["user", *(role for role, _ in ask.turns[at + 1 :])]
    pairs = pairwise(roles)
    return sum(1 for a, b in pairs if b == "assistant" and a != "assistant")


def _edit_blocks(ask: Ask, steps: list[Step], turn: int) -> Decision:
    """For an agent that reads edits from text: every write at once, then the last words."""
    last = steps[-1].get("say", "")
    if turn or "[Last answer]" in ask.raw:
        return Decision(answer=Answer(text=last), kind="step", step=len(steps) - 1)
    blocks = [
        f"{w['path']}\n```\n<<<<<<< SEARCH\n=======\n{w['content']}>>>>>>> REPLACE\n```"
        for step in steps
        if (w := step.get("write"))
    ]
    text = "\n\n".join([*blocks, last])
    answer = Answer(
        text=text,
        sleep=steps[0].get("sleep", 0.0),
        chunk_delay=steps[0].get("chunk_delay"),
    )
    return Decision(answer=answer, kind="edit-blocks")


def _step(ask: Ask, steps: list[Step], turn: int) -> Decision:
    number = min(turn, len(steps) - 1)
    calls = _calls(ask, steps[number])
    # A step that this agent has no tool for is passed over.
    while not calls and number < len(steps) - 1 and _acts(steps[number]):
        number += 1
        calls = _calls(ask, steps[number])

    step = steps[number]
    text = step.get("say", "")
    if not calls and number >= len(steps) - 1:
        calls = _ending(ask, text)
    knobs: dict[str, Any] = {k: v for k, v in step.items() if k in _KNOBS}
    answer = Answer(text=text, calls=tuple(calls), **knobs)
    return Decision(answer=answer, kind="step", step=number)


def _acts(step: Step) -> bool:
    return any(action in step for action in _ACTIONS)


def _calls(ask: Ask, step: Step) -> list[Call]:
    found: list[Call | None] = []
    if "write" in step:
        found.append(write_call(ask, step["write"]["path"], step["write"]["content"]))
    if "bash" in step:
        found.append(bash_call(ask, step["bash"]["command"]))
    if "call" in step:
        call = step["call"]
        found.append(named_call(ask, call["name"], call.get("args") or {}))
    return [call for call in found if call is not None]


def _ending(ask: Ask, text: str) -> list[Call]:
    """Agents that end by a tool or a command instead of words."""
    if _MINI_SWE in ask.raw:
        command = f"echo {_MINI_SWE}; printf %s {shlex.quote(text)}"
        call = bash_call(ask, command)
        return [call] if call else []
    if "attempt_completion" in ask.tools:
        return [Call(name="attempt_completion", arguments={"result": text})]
    return []
