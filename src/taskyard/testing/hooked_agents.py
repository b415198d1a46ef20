"""Agents on a terminal that run hooks as Claude Code does; one class a misbehaviour.

Beside the commands of `tui_polite`, a prompt may say:

    tell TEXT        answer with TEXT; the screen shows it without its markup
    run COMMAND      use the tool Bash, which succeeds
    ask COMMAND      ask for permission first, as a menu and by a hook
"""

import json
import os
import subprocess
import sys
import threading
import time
import uuid
from pathlib import Path
from typing import Any, Final

from taskyard.testing.programs import named, override, program
from taskyard.testing.tui_polite import Polite

__all__ = ["AGENTS", "command"]


def command(name: str) -> tuple[str, ...]:
    """The command line of an agent of this file."""
    return program(__name__, name)


class Hooked(Polite):
    """Nothing wrong by itself. Hooks are those of `--settings`, the id of `--session-id`."""

    def __init__(self) -> None:
        super().__init__()
        words = dict(zip(sys.argv, [*sys.argv[1:], ""], strict=True))
        path = words.get("--settings")
        self.hooks: dict[str, Any] = (
            json.loads(Path(path).read_text())["hooks"] if path else {}
        )
        self.conversation = words.get("--session-id") or words.get("--resume", "")
        self.prompt_id = ""
        self.last = ""

    def hook(self, event: str, **fields: Any) -> None:
        """Run the hooks of an event and wait for them."""
        payload = {
            "session_id": self.conversation,
            "prompt_id": self.prompt_id,
            "hook_event_name": event,
            **fields,
        }
        self.hand_over(event, json.dumps(payload).encode())

    def hand_over(self, event: str, payload: bytes) -> None:
        for group in self.hooks.get(event, []):
            for handler in group["hooks"]:
                subprocess.run(
                    ["/bin/sh", "-c", handler["command"]],
                    input=payload,
                    stdout=subprocess.DEVNULL,
                    stderr=subprocess.DEVNULL,
                    check=False,
                )

    @override
    def greet(self) -> None:
        self.hook("SessionStart", source="startup")

    @override
    def turn(self, prompt: str) -> None:
        self.prompt_id, self.last = str(uuid.uuid4()), ""
        self.work()
        self.hook("UserPromptSubmit", prompt=prompt)
        super().turn(prompt)
        if not self.cancelled:
            self.stop()

    def stop(self) -> None:
        self.hook("Stop", last_assistant_message=self.last)

    def do_tell(self, rest: str) -> None:
        self.last = rest
        half = len(rest) // 2
        message = str(uuid.uuid4())
        for index, delta in enumerate((rest[:half], rest[half:])):
            self.hook(
                "MessageDisplay",
                message_id=message,
                index=index,
                final=index == 1,
                delta=delta,
            )
        self.do_say(rest.replace("*", ""))

    def do_run(self, rest: str) -> None:
        call = str(uuid.uuid4())
        used = {"tool_name": "Bash", "tool_input": {"command": rest}}
        self.hook("PreToolUse", **used, tool_use_id=call)
        self.work()
        response = {"stdout": self.output(), "stderr": ""}
        self.hook("PostToolUse", **used, tool_use_id=call, tool_response=response)

    def output(self) -> str:
        return "done"

    @override
    def do_ask(self, rest: str) -> None:
        call = str(uuid.uuid4())
        used = {"tool_name": "Bash", "tool_input": {"command": rest}}
        self.hook("PreToolUse", **used, tool_use_id=call)
        self.hook("PermissionRequest", **used)
        super().do_ask("")
        self.hook("PostToolUse", **used, tool_use_id=call, tool_response={})


class Late(Hooked):
    """Its hooks reach us when the screen has long said what they say, but in order."""

    @override
    def hand_over(self, event: str, payload: bytes) -> None:
        def later() -> None:
            time.sleep(0.7)  # noqa: TID251 - a program of its own
            super(Late, self).hand_over(event, payload)

        threading.Thread(target=later).start()


class Doubled(Hooked):
    """Every hook is configured twice."""

    @override
    def hand_over(self, event: str, payload: bytes) -> None:
        super().hand_over(event, payload)
        super().hand_over(event, payload)


class Garbage(Hooked):
    """What is no payload comes before each that is one."""

    @override
    def hand_over(self, event: str, payload: bytes) -> None:
        for garbage in (b"", b"\xff\x00{", b"[" * 100_000, b'"text"', payload[:40]):
            super().hand_over(event, garbage)
        super().hand_over(event, b"\n" + payload)


class Huge(Hooked):
    """A tool that answers 60 MB."""

    @override
    def output(self) -> str:
        return "x" * 60_000_000


class NeverStops(Hooked):
    """No hook tells the end of a turn, as after an Escape."""

    @override
    def stop(self) -> None:
        pass


class Hookless(Hooked):
    """Takes the settings, and runs no hook of them."""

    @override
    def hand_over(self, event: str, payload: bytes) -> None:
        pass


class Untitled(Hooked):
    """Has no title, and appends to `RESTED` when each turn was over (for measurements)."""

    titles = False

    @override
    def rest(self) -> None:
        super().rest()
        with Path(os.environ["RESTED"]).open("a") as file:
            file.write(f"{time.monotonic()}\n")


class Mute(Untitled, Hookless):
    """Only its screen says anything."""


AGENTS: Final = named(
    Hooked, Late, Doubled, Garbage, Huge, NeverStops, Hookless, Untitled, Mute
)
