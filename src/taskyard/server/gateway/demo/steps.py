"""Steps of a script, and how each becomes a call of a tool that the agent offers.

A script is a generator: it yields steps, is sent the outcome of each, and returns what
to say at the end. It must be a pure function of the prompt and the outcomes, because it
runs again from its start at every request (see `replay`).
"""

import posixpath
import re
import shlex
from collections.abc import Callable, Generator, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from taskyard.server.gateway.demo.asked import ToolCall
from taskyard.server.gateway.demo.conversation import (
    CALL_BY_NAME,
    TOOL_SEARCHES,
    Conversation,
)
from taskyard.server.gateway.demo.json_schema import (
    instance,
    properties_of,
    required_of,
)
from taskyard.server.gateway.demo.outcomes import Outcome

__all__ = [
    "Edit",
    "Read",
    "Report",
    "Run",
    "Script",
    "Step",
    "Write",
    "call_for",
    "is_report",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """A shell command, run in the agent's directory."""

    command: str
    purpose: str  # for the person who is asked to allow it
    say: str = ""
    seconds: int = 0  # how long it may take; 0 = the agent's own limit


@dataclass(frozen=True, slots=True, kw_only=True)
class Read:
    path: str  # relative to the agent's directory
    say: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Write:
    path: str
    content: str
    say: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Edit:
    """Replace `old`, which occurs exactly once in the file that was read before."""

    path: str
    old: str
    new: str
    say: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """Tell the person how it goes, through the report tool where there is one."""

    state: str  # working | complete | failure
    summary: str
    say: str = ""


Step = Run | Read | Write | Edit | Report
Script = Generator[Step, Outcome, str]

_SHELL: Final = (
    "Bash",
    "bash",
    "run_shell_command",
    "exec_command",
    "execute_command",
    "shell",
)
_READ: Final = ("Read", "read", "read_file", "view")
_WRITE: Final = ("Write", "write", "write_file", "create", "create_file")
_EDIT: Final = ("Edit", "edit", "replace")
_COMMAND: Final = ("command", "cmd")
_PATH: Final = ("file_path", "filePath", "absolute_path", "path")
_CONTENT: Final = ("content", "file_text", "contents", "text")
_OLD: Final = ("old_string", "oldString", "old_str")
_NEW: Final = ("new_string", "newString", "new_str")
_TOOL: Final = "report_task"
_REPORT: Final = re.compile(rf"(?:^|[_.:/-]){_TOOL}$")
_SUMMARY_LIMIT: Final = 159  # the server's limit is 160, exclusive


def call_for(step: Step, conversation: Conversation) -> ToolCall | None:
    """The call that carries out `step`; None = this agent has no tool for it."""
    match step:
        case Report():
            return _report(step, conversation)
        case Run():
            return _shell(step.command, step.purpose, conversation, step.seconds)
        case Read():
            return _file_call(_READ, step.path, {}, conversation) or _shell(
                f"cat -- {shlex.quote(step.path)}", f"Read {step.path}", conversation
            )
        case Write():
            return _file_call(
                _WRITE, step.path, {_CONTENT: step.content}, conversation
            ) or _shell(_heredoc(step), f"Write {step.path}", conversation)
        case Edit():
            return _file_call(
                _EDIT, step.path, {_OLD: step.old, _NEW: step.new}, conversation
            ) or _shell(_substitution(step), f"Edit {step.path}", conversation)


def is_report(name: str) -> bool:
    """Whether a tool of this name takes reports, whatever its server is called."""
    return _REPORT.search(name) is not None


def _report(step: Report, conversation: Conversation) -> ToolCall | None:
    report: dict[str, Any] = {
        "state": step.state,
        "summary": step.summary[:_SUMMARY_LIMIT],
        "link": "",
    }
    if name := _first(conversation.tools, is_report):
        return ToolCall(name=name, input=_complete(conversation.tools[name], report))

    name = _first(conversation.deferred, is_report)
    search = _first(TOOL_SEARCHES, conversation.tools.__contains__)
    if search is None or (name is None and CALL_BY_NAME not in conversation.tools):
        return None
    if not conversation.loaded:
        # Qwen Code does not always name what it has: then it is looked for by a word.
        query = {"query": f"select:{name}" if name else _TOOL, "max_results": 1}
        return ToolCall(name=search, input=query)
    if name is None:
        return None
    if CALL_BY_NAME in conversation.tools:
        return ToolCall(name=CALL_BY_NAME, input={"name": name, "arguments": report})
    return ToolCall(name=name, input=report)


def _shell(
    command: str, purpose: str, conversation: Conversation, seconds: int = 0
) -> ToolCall | None:
    for name in _SHELL:
        schema = conversation.tools.get(name)
        key = _first(properties_of(schema), _COMMAND.__contains__)
        if schema is not None and key is not None:
            given: dict[str, Any] = {key: command, "description": purpose}
            if seconds:
                given["timeout"] = seconds * 1000
            # The longest that Codex waits for a command.
            given["yield_time_ms"] = 30_000
            if conversation.in_sandbox:
                given["sandbox_permissions"] = "require_escalated"
                given["justification"] = f"{purpose}?"
            return ToolCall(name=name, input=_complete(schema, given))

    return None


def _file_call(
    names: Iterable[str],
    path: str,
    values: Mapping[tuple[str, ...], str],
    conversation: Conversation,
) -> ToolCall | None:
    """A call of the first tool of `names` that has a path and a place for each value."""
    wanted = {_PATH: posixpath.join(conversation.directory, path), **values}
    for name in names:
        schema = conversation.tools.get(name)
        if schema is None:
            continue

        given: dict[str, Any] = {}
        for spellings, value in wanted.items():
            key = next((k for k in spellings if k in properties_of(schema)), None)
            if key is None:
                break
            given[key] = value
        else:
            return ToolCall(name=name, input=_complete(schema, given))

    return None


def _complete(schema: Mapping[str, Any], given: Mapping[str, Any]) -> dict[str, Any]:
    """Fill in what the schema requires and we do not know; drop what it does not have."""
    known = properties_of(schema)
    required = {
        key: instance(known[key], text="")
        for key in required_of(schema)
        if key in known and key not in given
    }
    return {**{k: v for k, v in given.items() if k in known}, **required}


def _first(names: Iterable[str], is_wanted: Callable[[str], object]) -> str | None:
    return next((name for name in names if is_wanted(name)), None)


def _heredoc(step: Write) -> str:
    target = shlex.quote(step.path)
    folder = shlex.quote(posixpath.dirname(step.path) or ".")
    content = step.content if step.content.endswith("\n") else f"{step.content}\n"
    return f"mkdir -p {folder} && cat > {target} <<'END_OF_FILE'\n{content}END_OF_FILE"


def _substitution(step: Edit) -> str:
    program = (
        "import pathlib, sys; path, old, new = sys.argv[1:]; "
        "file = pathlib.Path(path); text = file.read_text(); "
        "assert text.count(old) == 1; file.write_text(text.replace(old, new))"
    )
    return shlex.join(["python3", "-c", program, step.path, step.old, step.new])
