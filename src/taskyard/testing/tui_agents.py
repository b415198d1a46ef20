"""Agents that draw on a terminal and misbehave; one class a failure.

What they do in a turn is told by the prompt: see `tui_polite`.
"""

import os
import select
import signal
import sys
import termios
import time
from pathlib import Path
from typing import ClassVar, Final

from taskyard.testing.programs import named, override, program
from taskyard.testing.tui_polite import BORDER, Polite

__all__ = ["AGENTS", "command"]


def command(name: str) -> tuple[str, ...]:
    """The command line of an agent of this file."""
    return program(__name__, name)


class Silent(Polite):
    """No title and no bell: only its screen says anything."""

    titles = False

    @override
    def work(self) -> None:
        self.spinning = ""
        self.draw()


class Boxed(Silent):
    """Draws the place for input as a box with round corners."""

    @override
    def foot(self) -> list[str]:
        if self.menu:
            return super().foot()
        shown = self.typed.split("\r")
        rows = [f"│ {line.ljust(36)} │" for line in shown]
        return [self.spinning, f"╭{BORDER[:38]}╮", *rows, f"╰{BORDER[:38]}╯"]


class Bare(Silent):
    """Has nothing around its input but `> ` before it."""

    @override
    def foot(self) -> list[str]:
        if self.menu:
            return super().foot()
        return [self.spinning, "> " + self.typed.replace("\r", "\r\n")]


class Plain(Silent):
    """A program that reads lines: no raw mode, no full screen, no box but `> `."""

    alternate = False
    paste = False

    @override
    def serve(self) -> None:
        modes = termios.tcgetattr(0)
        modes[3] &= ~termios.ECHOCTL
        termios.tcsetattr(0, termios.TCSANOW, modes)
        self.out("Welcome to the plain agent\r\n")
        while True:
            self.out(f"{BORDER}\r\n> ")
            prompt = sys.stdin.readline()
            if not prompt:
                return
            self.turn(prompt.strip())

    @override
    def draw(self) -> None:
        for line in self.said[1:]:
            if not line.startswith("❯"):
                self.out(line + "\r\n")
        del self.said[1:]


class TakesWords(Polite):
    """Takes words while it works, as real agents do: it rests for a moment, then does them.

    `/model NAME` sets its model.
    """

    queued: ClassVar[list[str]] = []

    @override
    def listen(self, seconds: float) -> None:
        if not select.select([0], [], [], seconds)[0]:
            return
        for key in self._keys():
            if key == "\x1b":
                self.cancelled = True
            elif key == "\r" and self.typed:
                self.queued.append(self.typed)
                self.typed = ""
            elif key != "\r":
                self.typed += key
        self.work()

    @override
    def read_prompt(self) -> str:
        if self.queued:
            time.sleep(0.4)  # noqa: TID251 - a program of its own
            return self.queued.pop(0)
        return super().read_prompt()

    @override
    def turn(self, prompt: str) -> None:
        if prompt.startswith("/model "):
            self.said += [f"❯ {prompt}", f"  ⎿  Set model to {prompt.split()[1]}"]
            return
        super().turn(prompt)


class NeverReady(Polite):
    """Starts for ever."""

    @override
    def greet(self) -> None:
        while True:
            self.out(f"\x1b[H\x1b[2JLoading {time.monotonic()}")
            time.sleep(0.05)  # noqa: TID251 - a program of its own


class DiesAtOnce(Polite):
    @override
    def greet(self) -> None:
        self.out("fatal: no configuration\r\n")
        sys.exit(3)


class WantsLogin(Polite):
    """Asks for a login before anything else, and looks like a prompt doing so."""

    @override
    def greet(self) -> None:
        self.do_login("")


class WantsTrust(Polite):
    """Asks about the folder before anything else; the default is to leave."""

    @override
    def greet(self) -> None:
        choice = self.choose(
            "/home/coder/project",
            "Do you trust the files in this folder?",
            ["Yes, proceed", "No, exit"],
        )
        if choice != "1":
            sys.exit(1)


class AsksTerminal(Polite):
    """Does not go on before the terminal has said where its cursor is."""

    @override
    def greet(self) -> None:
        self.out("\x1b[6n")
        answer = ""
        while "R" not in answer:
            answer += self.keys()


class EatsEnter(Polite):
    """Takes the first Enter as part of the paste."""

    eaten = False

    @override
    def enter(self) -> bool:
        eaten, self.eaten = self.eaten, True
        return eaten and super().enter()


class IgnoresEnter(Polite):
    @override
    def enter(self) -> bool:
        return False


class DeafToCancel(Polite):
    @override
    def listen(self, seconds: float) -> None:
        self.keys(seconds)


class IgnoresEnd(Polite):
    """Ends only when it is killed."""

    @override
    def serve(self) -> None:
        for number in (signal.SIGTERM, signal.SIGHUP, signal.SIGINT):
            signal.signal(number, signal.SIG_IGN)
        super().serve()

    @override
    def read_prompt(self) -> str:
        while True:
            try:
                return super().read_prompt()
            except SystemExit:
                time.sleep(0.05)  # noqa: TID251 - a program of its own


class Repaints(Silent):
    """Draws the same screen again and again while it rests."""

    @override
    def keys(self, seconds: float | None = None) -> str:
        while not select.select([0], [], [], 0.1)[0]:
            self.draw()
        return super().keys(seconds)


class Remembers(Polite):
    """Goes on with a conversation of `acp_agents`, and writes down what is said in it.

    Its id is the last word of the command line.
    """

    @override
    def greet(self) -> None:
        if not self.history.exists():
            self.out(f"no conversation {self.history.name}\r\n")
            sys.exit(4)
        self.said += [f"❯ {line}" for line in self.history.read_text().splitlines()]

    @property
    def history(self) -> Path:
        return Path(os.environ["HOME"]) / ".fake-agent" / sys.argv[-1]

    @override
    def turn(self, prompt: str) -> None:
        if prompt != "exit":
            with self.history.open("a") as file:
                file.write(prompt.replace("\n", "; ") + "\n")
        super().turn(prompt)


AGENTS: Final = named(
    Polite,
    Silent,
    Boxed,
    Bare,
    Plain,
    TakesWords,
    NeverReady,
    DiesAtOnce,
    WantsLogin,
    WantsTrust,
    AsksTerminal,
    EatsEnter,
    IgnoresEnter,
    DeafToCancel,
    IgnoresEnd,
    Repaints,
    Remembers,
)
