"""Agents on a terminal that fail as vendors, machines and other programs make them.

Beside the commands of `tui_polite`, a prompt may say:

    garbage          bytes that are no text and sequences that never end
    overlong N       N bytes without a line end
    twice            show a menu, and after its answer another one
    askdie           show a permission menu and die before the answer comes
    trouble TEXT     say that the turn failed because of TEXT, as Claude does
    logout           say that nobody is logged in, as Claude does
"""

import os
import time
from typing import Final

from taskyard.testing.programs import named, override, program
from taskyard.testing.tui_polite import Polite

__all__ = ["AGENTS", "command"]

_SERVERS_SECONDS: Final = 4.0


def command(name: str = "fails") -> tuple[str, ...]:
    """The command line of an agent of this file."""
    return program(__name__, name)


class Fails(Polite):
    """Fails only when it is told to."""

    def do_twice(self, _rest: str) -> None:
        names = ["Yes", "No"]
        first = self.choose("Write a.txt", "Do you want to create a.txt?", names)
        second = self.choose("Write b.txt", "Do you want to create b.txt?", names)
        self.said.append(f"● chose {first} and {second}")
        self.work()

    def do_askdie(self, _rest: str) -> None:
        self.show_menu("Bash: rm", "Do you want to proceed?", ["Yes", "No"])
        time.sleep(0.5)  # noqa: TID251 - a program of its own
        self.do_die("")

    def do_trouble(self, rest: str) -> None:
        self.said.append(f"● API Error: {rest}")
        self.work()

    def do_logout(self, _rest: str) -> None:
        self.said.append("  ⎿  Not logged in · Please run /login")
        self.work()

    def do_garbage(self, _rest: str) -> None:
        junk = b"\xff\xfe\x80\x00\x1b[999;999;999z\x1b]99;\xc3\x28\x07\x1b[?\x18"
        os.write(1, junk * 50 + b"\x1bP+q" + b"z" * 2000 + b"\x1b\\")
        self.work()

    def do_overlong(self, rest: str) -> None:
        block = b"y" * 65536
        for _ in range(int(rest) // len(block)):
            os.write(1, block)
        self.work()


class SlowServers(Fails):
    """Shows what is typed, but loses Enter until its MCP servers are there."""

    since = 0.0

    @override
    def greet(self) -> None:
        self.since = time.monotonic()

    @override
    def enter(self) -> bool:
        return time.monotonic() - self.since > _SERVERS_SECONDS and super().enter()


AGENTS: Final = named(Fails, SlowServers)
