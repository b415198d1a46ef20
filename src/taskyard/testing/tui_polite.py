"""An agent that draws on a terminal, and does what it is told.

Its prompts say what it does in a turn, a command a line:

    say TEXT         answer with TEXT
    lines N          N numbered lines
    think SECONDS    work visibly for a while, then go on
    still SECONDS    do nothing visible for a while
    ask              show a permission menu; say what was chosen
    confirm          ask (y/n) in one line
    login            show a menu to sign in, and work on after a choice
    edit TEXT        change the first line of the conversation
    flood N          N KiB of output as fast as the terminal takes it
    bell             ring
    size             say how large the terminal is
    environment NAME say the value of a variable
    arguments        say what stood on the command line
    wait             work until the turn is cancelled
    daemon           leave a process behind in a session of its own; say its pid
    exit             end the process, as a person's /exit does
    die              end the process without a word
"""

import os
import select
import shutil
import subprocess
import sys
import time
import tty
from collections.abc import Callable
from typing import ClassVar, Final

__all__ = ["BORDER", "Polite"]

BORDER: Final = "─" * 40
_SPINNER: Final = "◐◓◑◒"


class Polite:
    """A full-screen agent with a title that says what it does; nothing wrong by itself."""

    titles: ClassVar[bool] = True
    alternate: ClassVar[bool] = True
    paste: ClassVar[bool] = True

    def __init__(self) -> None:
        self.said: list[str] = ["Welcome to the fake agent"]
        self.typed = ""
        self.menu: list[str] = []
        self.spinning = ""
        self.cancelled = False
        self.drawn = 0

    # -- the terminal -----------------------------------------------------------------

    def serve(self) -> None:
        tty.setraw(0)
        self.out(
            ("\x1b[?1049h" if self.alternate else "")
            + ("\x1b[?2004h" if self.paste else "")
        )
        self.greet()
        self.rest()
        while True:
            self.turn(self.read_prompt())
            self.rest()

    def greet(self) -> None:
        """What comes before the first prompt."""

    def out(self, text: str) -> None:
        data = text.encode()
        while data:
            data = data[os.write(1, data) :]

    def title(self, text: str) -> None:
        if self.titles:
            self.out(f"\x1b]0;{text}\x07")

    def rest(self) -> None:
        self.spinning = ""
        self.draw()
        self.title("✳ Fake")

    def draw(self) -> None:
        _columns, rows = shutil.get_terminal_size()
        foot = self.foot()
        body = [row for line in self.said for row in line.split("\n")]
        body = body[-(rows - len(foot) - 1) :]
        self.out("\x1b[H\x1b[2J" + "\r\n".join([*body, *foot]))

    def foot(self) -> list[str]:
        if self.menu:
            return ["", *self.menu]
        shown = self.typed.replace("\r", "\r\n  ")
        return [self.spinning, BORDER, f"❯ {shown}", BORDER, "  ? for help"]

    def keys(self, seconds: float | None = None) -> str:
        ready, _, _ = select.select([0], [], [], seconds)
        if not ready:
            return ""
        data = os.read(0, 65536)
        if not data:
            sys.exit(0)
        return data.decode("utf-8", "replace")

    def read_prompt(self) -> str:
        self.typed = ""
        while True:
            for key in self._keys():
                if key == "\r" and self.enter():
                    prompt, self.typed = self.typed, ""
                    return prompt.replace("\r", "\n")
                if key == "\x03" and not self.typed:
                    sys.exit(0)
                if key in {"\x08", "\x7f"}:
                    self.typed = self.typed[:-1]
                elif len(key) > 1 or key.isprintable():
                    self.typed += key
            self.draw()

    def enter(self) -> bool:
        """Whether Enter sends what is typed."""
        return bool(self.typed)

    def _keys(self) -> list[str]:
        """Single keys; a paste is one of them."""
        text, keys = self.keys(), list[str]()
        while text:
            if text.startswith("\x1b[200~"):
                while "\x1b[201~" not in text:
                    text += self.keys()
                paste, _, text = text.removeprefix("\x1b[200~").partition("\x1b[201~")
                keys.append(paste)
            else:
                keys.append(text[0])
                text = text[1:]
        return keys

    # -- turns ------------------------------------------------------------------------

    def turn(self, prompt: str) -> None:
        self.cancelled = False
        self.said += ["", *(f"❯ {line}" for line in prompt.split("\n")[:1])]
        self.said += [f"  {line}" for line in prompt.split("\n")[1:]] + [""]
        self.work()
        for line in prompt.split("\n"):
            name, _, rest = line.strip().partition(" ")
            do: Callable[[str], None] | None = getattr(self, f"do_{name}", None)
            if do is not None and not self.cancelled:
                do(rest)

    def work(self) -> None:
        """Show that it works, in another way each time."""
        self.drawn += 1
        sign = _SPINNER[self.drawn % len(_SPINNER)]
        self.spinning = f"{sign} Working… (esc to interrupt)"
        self.title(f"{sign} Fake")
        self.draw()

    def do_say(self, rest: str) -> None:
        self.said.append(f"● {rest}")
        self.work()

    def do_lines(self, rest: str) -> None:
        for number in range(int(rest)):
            self.said.append(f"● line {number}")
            self.work()
            time.sleep(0.002)  # noqa: TID251 - a program of its own

    def do_think(self, rest: str) -> None:
        end = time.monotonic() + float(rest)
        while time.monotonic() < end and not self.cancelled:
            self.work()
            self.listen(0.1)

    def do_wait(self, _rest: str) -> None:
        while not self.cancelled:
            self.work()
            self.listen(0.1)
        self.said.append("● Interrupted")

    def do_still(self, rest: str) -> None:
        time.sleep(float(rest))  # noqa: TID251 - a program of its own

    def listen(self, seconds: float) -> None:
        if "\x1b" in self.keys(seconds):
            self.cancelled = True

    def do_ask(self, _rest: str) -> None:
        choice = self.choose(
            "Bash command: rm -rf build",
            "Do you want to proceed?",
            ["Yes", "Yes, and don't ask again for rm", "No, and tell it what to do"],
        )
        self.said.append(f"● chose {choice}")
        self.work()

    def do_login(self, _rest: str) -> None:
        choice = self.choose(
            "You are not logged in.",
            "Select login method:",
            ["Account with subscription", "API key"],
        )
        self.said.append(f"● chose {choice}")
        self.work()

    def choose(self, head: str, question: str, names: list[str]) -> str:
        self.show_menu(head, question, names)
        choice = ""
        while not choice:
            key = self.keys()
            choice = "esc" if "\x1b" in key else "".join(filter(str.isdigit, key))[:1]
        self.menu = []
        return choice

    def show_menu(self, head: str, question: str, names: list[str]) -> None:
        rows = [
            f"{'❯' if n == 1 else ' '} {n}. {name}" for n, name in enumerate(names, 1)
        ]
        self.menu = [
            BORDER,
            head,
            question,
            *rows,
            "",
            "Enter to confirm · Esc to cancel",
        ]
        self.spinning = ""
        self.title("✳ Fake")
        self.draw()

    def do_confirm(self, _rest: str) -> None:
        self.menu = ["Run this shell command? (y/n)"]
        self.title("✳ Fake")
        self.draw()
        key = ""
        while not key.endswith("\r"):
            key += self.keys()
        self.menu = []
        self.said.append(f"● got {key.strip()}")
        self.work()

    def do_edit(self, rest: str) -> None:
        self.said[0] = rest
        self.work()

    def do_flood(self, rest: str) -> None:
        for number in range(int(rest)):
            self.out("\x1b[H" + f"\x1b[3{number % 8}m{number:08} ".ljust(1020, "x"))
        self.work()

    def do_bell(self, _rest: str) -> None:
        self.out("\x07")

    def do_size(self, _rest: str) -> None:
        columns, rows = os.get_terminal_size(0)
        self.do_say(f"{columns}x{rows}")

    def do_environment(self, rest: str) -> None:
        self.do_say(f"{rest}={os.environ.get(rest, '')}")

    def do_arguments(self, _rest: str) -> None:
        self.do_say(" ".join(sys.argv[2:]))

    def do_daemon(self, _rest: str) -> None:
        child = subprocess.Popen(["sleep", "300"], start_new_session=True)
        self.do_say(f"pid {child.pid}")

    def do_exit(self, _rest: str) -> None:
        self.out("\x1b[?1049lgoodbye\r\n")
        sys.exit(0)

    def do_die(self, _rest: str) -> None:
        self.out("\r\nfatal: I die\r\n")
        os._exit(3)
