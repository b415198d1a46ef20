"""The smallest client that can drive a real agent over ACP."""

import asyncio
import json
from collections.abc import AsyncGenerator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

__all__ = ["AcpClient", "AgentError", "opened"]

Json = dict[str, Any]


class AgentError(Exception):
    """The agent answered a call with an error."""


@dataclass(kw_only=True)
class AcpClient:
    """Allows whatever the agent asks; keeps what it says."""

    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter
    said: list[str] = field(default_factory=list[str])
    tools: list[Json] = field(default_factory=list[Json])
    permissions: list[Json] = field(default_factory=list[Json])
    _last: int = 0

    async def call(self, method: str, params: Json) -> Json:
        self._last += 1
        self._send({"id": self._last, "method": method, "params": params})
        while True:
            line = await self.reader.readline()
            assert line, "the agent has ended"
            message: Json = json.loads(line)
            if "method" in message:
                self._serve(message)
            elif message.get("id") == self._last:
                if "error" in message:
                    raise AgentError(message["error"])
                return message["result"]

    async def prompt(self, session: str, text: str) -> str:
        """Run a turn; returns what the agent said in it."""
        self.said.clear()
        content = [{"type": "text", "text": text}]
        await self.call("session/prompt", {"sessionId": session, "prompt": content})
        return "".join(self.said)

    def _send(self, message: Json) -> None:
        self.writer.write(json.dumps({"jsonrpc": "2.0", **message}).encode() + b"\n")

    def _serve(self, message: Json) -> None:
        match message["method"]:
            case "session/update":
                self._update(message["params"]["update"])
            case "session/request_permission":
                options: list[Json] = message["params"]["options"]
                chosen = next(o for o in options if o["kind"] == "allow_once")
                self.permissions.append(message["params"]["toolCall"])
                outcome = {"outcome": "selected", "optionId": chosen["optionId"]}
                self._send({"id": message["id"], "result": {"outcome": outcome}})
            case _:
                assert "id" not in message, f"{message['method']} is not expected"

    def _update(self, update: Json) -> None:
        match update["sessionUpdate"]:
            case "agent_message_chunk":
                self.said.append(update["content"].get("text", ""))
            case "tool_call":
                self.tools.append(update)
            case _:
                pass


@asynccontextmanager
async def opened(
    program: Path, *, directory: Path, environment: Mapping[str, str]
) -> AsyncGenerator[AcpClient]:
    """An agent's process that has been initialized; killed at the end."""
    process = await asyncio.create_subprocess_exec(
        program,
        cwd=directory,
        env=dict(environment),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
        limit=64 << 20,
    )
    assert process.stdin is not None
    assert process.stdout is not None
    try:
        client = AcpClient(reader=process.stdout, writer=process.stdin)
        await client.call(
            "initialize", {"protocolVersion": 1, "clientCapabilities": {}}
        )
        yield client
    finally:
        process.stdin.close()
        process.terminate()
        await process.wait()
