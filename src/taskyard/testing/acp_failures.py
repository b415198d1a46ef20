"""Agents that speak ACP and fail as vendors, machines and other programs make them.

Beside the commands of `acp_polite`, a prompt may say:

    login            end the turn because a login is needed
    refuse CODE JSON end the turn with an error of that code and with that data
    trouble TEXT     fail because of TEXT, but end the turn as if all were well (Codex)
    retry TEXT       say that it tries again after TEXT
    twice KIND       ask two questions at once, and say what was answered to each
    askdie KIND      ask for permission and die before the answer comes
    askgo KIND       ask for permission and end the turn before the answer comes
    asklate KIND     ask for permission when the turn has been cancelled
"""

import json
import subprocess
import sys
import time
from typing import Any, Final

from taskyard.testing.acp_polite import Json, Polite, Refusal
from taskyard.testing.programs import named, override, program

__all__ = ["AGENTS", "command"]


def command(name: str = "fails") -> tuple[str, ...]:
    """The command line of an agent of this file."""
    return program(__name__, name)


class Fails(Polite):
    """Fails only when it is told to."""

    def do_login(self, _rest: str) -> None:
        raise Refusal(-32000, "Authentication required")

    def do_refuse(self, rest: str) -> None:
        code, _, data = rest.partition(" ")
        raise Refusal(int(code), "the vendor refused", json.loads(data or "null"))

    def do_trouble(self, rest: str) -> None:
        self.about_thread(threadStatus={"type": "systemError"})
        self.do_say(rest)

    def do_retry(self, rest: str) -> None:
        words = {"message": "Reconnecting... 1/5", "additionalDetails": rest}
        self.about_thread(error=words)

    def about_thread(self, **meta: Any) -> None:
        self.update("session_info_update", _meta={"codex": meta})

    def do_twice(self, kind: str) -> None:
        numbers = [self.put_question(kind), self.put_question(kind)]
        answers: Json = {}
        while len(answers) < len(numbers):
            message = self.read_more()
            if message is None:
                sys.exit(0)
            if message.get("id") in numbers:
                outcome = message["result"]["outcome"]
                answers[message["id"]] = outcome.get("optionId", outcome["outcome"])
            else:
                self.act(message)
        self.do_say(" and ".join(answers[number] for number in numbers))

    def put_question(self, kind: str) -> str:
        """Ask without waiting for the answer; the request's id."""
        self.numbers += 1
        number = f"question-{self.numbers}"
        call = {
            "toolCallId": number,
            "title": f"do {kind} {self.numbers}",
            "kind": kind,
        }
        options = [
            {"optionId": f"id-{k}", "name": k, "kind": k}
            for k in ("allow_once", "reject_once")
        ]
        params = {"sessionId": self.session, "toolCall": call, "options": options}
        method = "session/request_permission"
        self.write({"jsonrpc": "2.0", "id": number, "method": method, "params": params})
        return number

    def do_askdie(self, kind: str) -> None:
        self.put_question(kind)
        time.sleep(0.2)  # noqa: TID251 - a process of its own
        self.do_die("")

    def do_askgo(self, kind: str) -> None:
        self.put_question(kind)

    def do_asklate(self, kind: str) -> None:
        self.do_wait("")
        number = self.put_question(kind)
        while (message := self.read_more()) and message.get("id") != number:
            self.act(message)


class NeverReady(Polite):
    """Hears everything and answers nothing."""

    @override
    def act(self, message: Json) -> None:
        """Not now."""


class SlowServers(Fails):
    """Starts the session's MCP servers, and opens it only when each has greeted it."""

    def __init__(self) -> None:
        super().__init__()
        self.greetings: list[str] = []

    @override
    def new(self, params: Json) -> Json:
        hello: Json = {"jsonrpc": "2.0", "id": 1, "method": "initialize", "params": {}}
        for server in params["mcpServers"]:
            running = subprocess.Popen(
                [server["command"], *server["args"]],
                env={v["name"]: v["value"] for v in server["env"]},
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                text=True,
            )
            answer, _ = running.communicate(json.dumps(hello) + "\n", timeout=60)
            self.greetings.append(json.loads(answer.splitlines()[0])["result"]["name"])
        return super().new(params)

    def do_servers(self, _rest: str) -> None:
        self.do_say(", ".join(self.greetings))


class StopsReading(Fails):
    """Opens a session and reads nothing after that."""

    @override
    def receive(self) -> Json | None:
        if self.session:
            time.sleep(600)  # noqa: TID251 - a process of its own
        return super().receive()


AGENTS: Final = named(Fails, NeverReady, SlowServers, StopsReading)
