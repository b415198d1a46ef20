"""An agent without a model: speaks Messages like Claude Code and uses real tools."""

import itertools
import subprocess
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

__all__ = ["CLAUDE_TOOLS", "REPORT_TOOL", "PretendAgent", "ToolFailed"]

Json = dict[str, Any]


def _tool(name: str, *required: str, optional: tuple[str, ...] = ()) -> Json:
    properties = {key: {"type": "string"} for key in (*required, *optional)}
    schema = {"type": "object", "properties": properties, "required": list(required)}
    return {"name": name, "description": name, "input_schema": schema}


REPORT_TOOL: Final = _tool("mcp__coder__coder_report_task", "state", "summary", "link")
CLAUDE_TOOLS: Final = (
    _tool("Bash", "command", optional=("description", "timeout")),
    _tool("Read", "file_path", optional=("offset", "limit")),
    _tool("Write", "file_path", "content"),
    _tool("Edit", "file_path", "old_string", "new_string"),
    REPORT_TOOL,
)


class ToolFailed(Exception):
    """The tool's result is an error."""


@dataclass(kw_only=True)
class PretendAgent:
    """`model` answers a request body with a message body."""

    directory: Path
    model: Callable[[Json], Json]
    tools: tuple[Json, ...] = CLAUDE_TOOLS
    messages: list[Json] = field(default_factory=list[Json])
    calls: list[Json] = field(default_factory=list[Json])
    reports: list[Json] = field(default_factory=list[Json])
    _seen: set[Path] = field(default_factory=set[Path])

    def prompt(self, text: str, *, most: int = 30) -> str:
        """Run one turn to its end; returns the last words."""
        reminder = "<system-reminder>\nWhat agents add.\n</system-reminder>"
        blocks = [{"type": "text", "text": t} for t in (reminder, text)]
        self.messages.append({"role": "user", "content": blocks})
        for _ in range(most):
            answer = self.model(self.request())
            self.messages.append({"role": "assistant", "content": answer["content"]})
            uses = [b for b in answer["content"] if b["type"] == "tool_use"]
            if not uses:
                return "".join(b["text"] for b in answer["content"])

            results = [self._result(use) for use in uses]
            self.messages.append({"role": "user", "content": results})

        raise AssertionError(f"no end after {most} turns: {self.calls}")

    def request(self) -> Json:
        return {
            "model": "claude-any",
            "max_tokens": 32000,
            "system": f"# Environment\n - Primary working directory: {self.directory}\n",
            "messages": self.messages,
            "tools": list(self.tools),
        }

    def used(self, name: str) -> list[Json]:
        return [call["input"] for call in self.calls if call["name"] == name]

    def _result(self, use: Json) -> Json:
        self.calls.append(use)
        try:
            content, failed = self._run(use["name"], use["input"]), False
        except ToolFailed as error:
            content, failed = str(error), True
        return {
            "type": "tool_result",
            "tool_use_id": use["id"],
            "content": content,
            "is_error": failed,
        }

    def _run(self, name: str, given: Json) -> str:
        offered = {tool["name"]: tool for tool in self.tools}
        assert name in offered, f"{name} was not offered"
        known = offered[name]["input_schema"]["properties"]
        assert set(given) <= set(known), (
            f"{name} does not take {set(given) - set(known)}"
        )
        match name:
            case "Bash":
                return self._bash(given["command"])
            case "Read":
                return self._read(Path(given["file_path"]))
            case "Write":
                return self._write(Path(given["file_path"]), given["content"])
            case "Edit":
                return self._edit(given)
            case _:
                self.reports.append(given)
                return "Thanks for reporting!"

    def _bash(self, command: str) -> str:
        done = subprocess.run(
            ["/bin/bash", "-c", command],
            cwd=self.directory,
            capture_output=True,
            text=True,
            timeout=50,
            check=False,
        )
        if done.returncode:
            raise ToolFailed(f"Exit code {done.returncode}\n{done.stdout}{done.stderr}")
        return done.stdout + done.stderr

    def _read(self, path: Path) -> str:
        assert path.is_absolute(), path
        if not path.is_file():
            raise ToolFailed("File does not exist.")
        self._seen.add(path)
        lines = path.read_text().splitlines()
        return "\n".join(
            f"{number:>6}→{line}"
            for number, line in zip(itertools.count(1), lines, strict=False)
        )

    def _write(self, path: Path, content: str) -> str:
        assert path.is_absolute(), path
        if path.exists() and path not in self._seen:
            raise ToolFailed("File has not been read yet. Read it first.")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content)
        return f"File created successfully at: {path}"

    def _edit(self, given: Mapping[str, str]) -> str:
        path = Path(given["file_path"])
        if path not in self._seen:
            raise ToolFailed("File has not been read yet. Read it first.")
        text = path.read_text()
        if text.count(given["old_string"]) != 1:
            raise ToolFailed("String to replace not found, or found several times.")
        path.write_text(text.replace(given["old_string"], given["new_string"]))
        return f"The file {path} has been updated."
