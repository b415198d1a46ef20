"""An agent that speaks ACP on its pipes, and does what it is told.

Its prompts say what it does in a turn, a command a line:

    say TEXT         answer with TEXT, in chunks of three characters
    think TEXT       a thought
    tool KIND        a tool call of that kind, from pending to completed
    ask KIND         as tool, but ask for permission first, and say what was answered
    wait             go on only when the turn is cancelled
    sleep SECONDS    do nothing for a while
    flood N          N chunks as fast as the pipe takes them
    huge N           a tool call whose output has N bytes
    overlong N       one line of N bytes that is not an update of ours
    garbage          lines that are not JSON-RPC
    novelty          an update of a kind that nobody knows
    secret           say the value of $LLM_SECRET, cut in two
    daemon NAME      leave a process NAME that forked twice and wiped its environment
    environment NAME say the value of a variable
    arguments        say what stood on the command line
    place            say where the session is: its parameters as JSON
    write NAME TEXT  write a file of the working directory, and tell the diff
    usage            report usage
    limit TIME       say that the usage limit is reached until then (seconds since 1970)
    fail             end the turn with an error
    die              end the process without a word
"""

import json
import os
import sys
import time
import uuid
from collections.abc import Callable
from pathlib import Path
from typing import Any, ClassVar, Final

__all__ = ["SESSIONS", "Json", "Polite", "Refusal"]

Json = dict[str, Any]

#: Files of a session: what was said in it, so that another process can resume it.
SESSIONS: Final = Path(os.environ.get("HOME", "/tmp")) / ".fake-agent"  # noqa: S108 - a fallback


class Refusal(Exception):
    def __init__(self, code: int, message: str, data: Any = None) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.data = data


class Polite:
    """Does what it is told, and nothing wrong by itself."""

    capabilities: ClassVar[Json] = {"sessionCapabilities": {"resume": {}, "close": {}}}
    version: ClassVar[int] = 1

    def __init__(self) -> None:
        self.session = ""
        self.place: Json = {}  # where the session is: its directory and MCP servers
        self.mode = "auto"
        self.cancelled = False
        self.numbers = 0
        self.inbox: list[Json] = []

    # -- the wire ---------------------------------------------------------------------

    def serve(self) -> None:
        while (message := self.receive()) is not None:
            self.act(message)

    def act(self, message: Json) -> None:
        method, number = message.get("method"), message.get("id")
        if method == "session/cancel":
            self.cancelled = True
        elif method is not None and number is not None:
            try:
                result = self.answer(method, message.get("params") or {})
            except Refusal as exc:
                error = {"code": exc.code, "message": exc.message, "data": exc.data}
                self.write({"jsonrpc": "2.0", "id": number, "error": error})
            else:
                self.write({"jsonrpc": "2.0", "id": number, "result": result})

    def receive(self) -> Json | None:
        if self.inbox:
            return self.inbox.pop(0)
        line = sys.stdin.readline()
        return json.loads(line) if line else None

    def write(self, message: Json) -> None:
        sys.stdout.write(json.dumps(message) + "\n")
        sys.stdout.flush()

    def update(self, kind: str, /, **fields: Any) -> None:
        params = {
            "sessionId": self.session,
            "update": {"sessionUpdate": kind, **fields},
        }
        self.write({"jsonrpc": "2.0", "method": "session/update", "params": params})

    # -- sessions ---------------------------------------------------------------------

    def answer(self, method: str, params: Json) -> Json:
        handlers: dict[str, Callable[[Json], Json]] = {
            "initialize": self.initialize,
            "session/new": self.new,
            "session/resume": self.resume,
            "session/load": self.load,
            "session/set_mode": self.set_mode,
            "session/prompt": self.prompt,
        }
        if method not in handlers:
            raise Refusal(-32601, f"no {method}")
        return handlers[method](params)

    def initialize(self, _params: Json) -> Json:
        return {
            "protocolVersion": self.version,
            "agentCapabilities": self.capabilities,
            "authMethods": [],
        }

    def new(self, params: Json) -> Json:
        self.place = params
        self.session = str(uuid.uuid4())
        return {"sessionId": self.session, **self.options()}

    def resume(self, params: Json) -> Json:
        self.place = params
        self.session = params["sessionId"]
        if not self.history().exists():
            raise Refusal(-32002, "Resource not found")
        return self.options()

    def load(self, params: Json) -> Json:
        result = self.resume(params)
        for line in self.history().read_text().splitlines():
            self.update("user_message_chunk", content={"type": "text", "text": line})
            self.update(
                "agent_message_chunk", content={"type": "text", "text": "as before"}
            )
        return result

    def options(self) -> Json:
        modes = [{"id": m, "name": m} for m in ("auto", "default", "acceptEdits")]
        return {"modes": {"currentModeId": self.mode, "availableModes": modes}}

    def set_mode(self, params: Json) -> Json:
        self.mode = params["modeId"]
        self.update("current_mode_update", currentModeId=self.mode)
        return {}

    def history(self) -> Path:
        return SESSIONS / self.session

    # -- turns ------------------------------------------------------------------------

    def prompt(self, params: Json) -> Json:
        self.cancelled = False
        text = params["prompt"][0]["text"]
        SESSIONS.mkdir(parents=True, exist_ok=True)
        with self.history().open("a") as file:
            file.write(text.replace("\n", "; ") + "\n")
        for line in text.splitlines():
            word, _, rest = line.partition(" ")
            getattr(self, f"do_{word}", self.do_nothing)(rest)
            if self.cancelled:
                return {"stopReason": "cancelled"}
        return {"stopReason": "end_turn", "usage": {"totalTokens": 7}}

    def do_nothing(self, _rest: str) -> None:
        """A prompt in plain words is answered by silence."""

    def do_say(self, rest: str) -> None:
        message = str(uuid.uuid4())
        for start in range(0, len(rest), 3):
            part = {"type": "text", "text": rest[start : start + 3]}
            self.update("agent_message_chunk", content=part, messageId=message)

    def do_think(self, rest: str) -> None:
        self.update("agent_thought_chunk", content={"type": "text", "text": rest})

    def do_tool(self, kind: str) -> str:
        self.numbers += 1
        call = f"call-{os.getpid()}-{self.numbers}"
        self.update(
            "tool_call",
            toolCallId=call,
            title=f"do {kind}",
            kind=kind,
            status="pending",
        )
        self.update(
            "tool_call_update", toolCallId=call, status="completed", rawOutput="done"
        )
        return call

    def do_ask(self, kind: str) -> None:
        self.numbers += 1
        call = f"call-{os.getpid()}-{self.numbers}"
        tool = {
            "toolCallId": call,
            "title": f"do {kind}",
            "kind": kind,
            "status": "pending",
        }
        self.update("tool_call", **tool)
        kinds = ("allow_always", "allow_once", "reject_once")
        options = [{"optionId": f"id-{k}", "name": k, "kind": k} for k in kinds]
        outcome = self.request(
            "session/request_permission",
            {"sessionId": self.session, "toolCall": tool, "options": options},
        )["outcome"]
        self.do_say(f"answered {outcome.get('optionId', outcome['outcome'])}")

    def request(self, method: str, params: Json) -> Json:
        number = f"ask-{self.numbers}"
        self.write({"jsonrpc": "2.0", "id": number, "method": method, "params": params})
        for message in iter(self.read_more, None):
            if message.get("id") == number and "method" not in message:
                return message["result"]
            self.act(message)
        sys.exit(0)

    def read_more(self) -> Json | None:
        line = sys.stdin.readline()
        return json.loads(line) if line else None

    def do_wait(self, _rest: str) -> None:
        while not self.cancelled:
            message = self.read_more()
            if message is None:
                sys.exit(0)
            self.act(message)

    def do_sleep(self, rest: str) -> None:
        time.sleep(float(rest))  # noqa: TID251 - a process of its own

    def do_flood(self, rest: str) -> None:
        for number in range(int(rest)):
            part = {"type": "text", "text": f"{number} "}
            self.update("agent_message_chunk", content=part, messageId="flood")

    def do_huge(self, rest: str) -> None:
        self.update(
            "tool_call",
            toolCallId="huge",
            title="huge",
            kind="read",
            rawOutput="x" * int(rest),
        )

    def do_overlong(self, rest: str) -> None:
        sys.stdout.write(
            '{"jsonrpc":"2.0","method":"x","params":"' + "y" * int(rest) + '"}\n'
        )

    def do_garbage(self, _rest: str) -> None:
        sys.stdout.write(
            "npm WARN something\n\x1b[31m{not json\n[1,2]\n" + "[" * 5000 + "\n"
        )

    def do_novelty(self, _rest: str) -> None:
        self.update("hologram_update", shape="sphere")

    def do_secret(self, _rest: str) -> None:
        secret = os.environ["LLM_SECRET"]
        for part in (f"the key is {secret[:5]}", f"{secret[5:]}!"):
            self.update(
                "agent_message_chunk",
                content={"type": "text", "text": part},
                messageId="s",
            )

    def do_daemon(self, rest: str) -> None:
        if os.fork() == 0:
            os.setsid()
            if os.fork() == 0:
                for descriptor in range(3):
                    os.close(descriptor)
                os.execve("/bin/sleep", [rest, "600"], {})  # noqa: S606 - that is the point
            os._exit(0)

    def do_environment(self, rest: str) -> None:
        self.do_say(f"{rest}={os.environ.get(rest)}")

    def do_usage(self, _rest: str) -> None:
        self.update(
            "usage_update", used=10, size=100, cost={"amount": 0.5, "currency": "USD"}
        )

    def do_limit(self, rest: str) -> None:
        limit = {"status": "rejected", "resetsAt": int(rest)}
        self.update("usage_update", used=1, size=2, _meta={"_claude/rateLimit": limit})

    def do_arguments(self, _rest: str) -> None:
        self.do_say(" ".join(sys.argv[2:]))

    def do_place(self, _rest: str) -> None:
        self.do_say(json.dumps(self.place))

    def do_write(self, rest: str) -> None:
        name, _, text = rest.partition(" ")
        path = Path(self.place.get("cwd", ".")) / name
        before = path.read_text() if path.exists() else None
        path.write_text(text)
        self.numbers += 1
        diff = {
            "type": "diff",
            "path": str(path),
            "oldText": before,
            "newText": text,
        }
        self.update(
            "tool_call",
            toolCallId=f"call-{os.getpid()}-{self.numbers}",
            title=f"Write {name}",
            kind="edit",
            status="completed",
            content=[diff],
        )

    def do_fail(self, _rest: str) -> None:
        raise Refusal(-32603, "the model is out of order")

    def do_die(self, _rest: str) -> None:
        sys.stderr.write("fatal: out of memory\n")
        sys.stderr.flush()
        os._exit(137)
