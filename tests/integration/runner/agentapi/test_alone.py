"""`agentapi server` alone: its files, its signals, its end, and agents that speak ACP."""

import asyncio
import json
import shlex
import signal
import stat
import subprocess
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from taskyard.testing import acp_agents, tui_agents
from tests.integration.runner.agentapi.client import ApiError, Client, StreamBroken
from tests.integration.runner.agentapi.process import (
    AGENTAPI,
    Server,
    serving,
    still_there,
)

pytestmark = pytest.mark.asyncio

POLITE = ("-t", "claude", "--", *tui_agents.command("polite"))
ACP = ("--experimental-acp", "--", *acp_agents.command("polite"))


def state_of(path: Path) -> list[tuple[str, str]]:
    return [(m["role"], m["message"]) for m in json.loads(path.read_text())["messages"]]


# -- what is kept ---------------------------------------------------------------------


async def test_what_a_client_was_told_survives_a_kill(tmp_path: Path) -> None:
    state = tmp_path / "private" / "state.json"
    async with serving(tmp_path, "-s", str(state), *POLITE) as server:
        await server.client.until_status("stable")
        await server.client.turn("say one")
        server.process.kill()
        await server.ended()
        kept = state_of(state)

    async with serving(tmp_path, "-s", str(state), *POLITE) as server:
        await server.client.until_status("stable")
        await server.client.turn("say two")
        messages = await server.client.messages()

    assert kept == [("user", "say one"), ("agent", "● one")]
    assert [m["content"] for m in messages] == ["say one", "● one", "say two", "● two"]
    assert [m["id"] for m in messages] == [0, 1, 2, 3]
    assert stat.S_IMODE(state.stat().st_mode) == 0o600
    assert stat.S_IMODE(state.parent.stat().st_mode) == 0o700


async def test_a_message_is_kept_before_it_counts_as_sent(tmp_path: Path) -> None:
    state = tmp_path / "state.json"
    async with serving(tmp_path, "-s", str(state), *POLITE) as server:
        await server.client.until_status("stable")
        await server.client.send("think 30")
        server.process.kill()
        await server.ended()

    assert state_of(state)[0] == ("user", "think 30")


async def test_a_state_file_that_cannot_be_read_is_told_and_put_aside(
    tmp_path: Path,
) -> None:
    state = tmp_path / "state.json"
    state.write_text('{"version": 9}')
    async with serving(tmp_path, "-s", str(state), *POLITE) as server:
        await server.client.until_status("stable")
        with pytest.raises(StreamBroken, match="agent_error"):
            async for _ in server.client.events():
                pass
        async with server.client.http.stream("GET", "/events") as answer:
            lines = answer.aiter_lines()
            error = [line async for line in _until(lines, "event: agent_error")]
        await server.client.turn("say one")

    told = json.loads(error[-1].removeprefix("data: "))
    assert told["level"] == "warning"
    assert told["message"].startswith("Failed to restore previous session: ")
    assert set(told) == {"message", "level", "time"}
    assert (tmp_path / "state.json.unreadable").read_text() == '{"version": 9}'
    assert ("agent", "● one") in state_of(state)


async def test_another_initial_prompt_is_sent_again_and_the_same_is_not(
    tmp_path: Path,
) -> None:
    flags = ("-s", str(tmp_path / "state.json"))
    said: list[list[str]] = []
    for prompt in ("say first", "say first", "say second"):
        async with serving(tmp_path, *flags, "-I", prompt, *POLITE) as server:
            await server.client.until_status("stable")
            said.append([m["content"] for m in await server.client.messages()])

    assert said[0] == said[1] == ["say first", "● first"]
    assert said[2] == ["say first", "● first", "say second", "● second"]


# -- its end --------------------------------------------------------------------------


async def test_uploads_are_kept_until_its_end(tmp_path: Path) -> None:
    async with serving(tmp_path, *POLITE) as server:
        await server.client.until_status("stable")
        answer = await server.client.http.post("/upload", files={"file": ("a", b"x")})
        path = Path(answer.json()["filePath"])
        kept = await asyncio.to_thread(path.read_bytes)

    assert kept == b"x"
    assert not path.parent.parent.exists()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
@pytest.mark.parametrize("words", [POLITE, ACP], ids=["terminal", "acp"])
async def test_a_signal_ends_it_and_all_that_the_agent_left(
    tmp_path: Path, words: tuple[str, ...], number: signal.Signals
) -> None:
    pid_file = tmp_path / "run" / "pid"
    async with serving(tmp_path, "--pid-file", str(pid_file), *words) as server:
        await server.client.until_status("stable")
        await server.client.turn("daemon left-behind")
        family = await server.family_with_daemon()
        held = int(pid_file.read_text())
        server.process.send_signal(number)
        code, errors = await server.ended()

    assert held == server.process.pid
    assert code == 0, errors
    assert not pid_file.exists()
    assert not still_there(family)


async def test_an_agent_that_ends_well_ends_the_server_well(tmp_path: Path) -> None:
    async with serving(tmp_path, *POLITE) as server:
        await server.client.until_status("stable")
        await server.client.send("\x03", "raw")
        code, errors = await server.ended()

    assert code == 0
    assert "========" not in errors


async def test_what_a_failing_agent_says_does_not_make_it_a_success(
    tmp_path: Path,
) -> None:
    says = "echo 'the tool ended with exit code 0' >&2; exit 3"
    script = f"{shlex.join(acp_agents.command('polite'))}; {says}"
    async with serving(
        tmp_path, "--experimental-acp", "--", "sh", "-c", script
    ) as server:
        await server.client.until_status("stable")
        await server.client.send("die")
        code, errors = await server.ended()

    assert "exit code 3: the tool ended with exit code 0" in errors
    assert code == 1


async def test_an_agent_that_cannot_start_is_explained(tmp_path: Path) -> None:
    async with serving(tmp_path, "--", "/no/such/agent") as server:
        code, errors = await server.ended()

    assert code == 1
    assert "/no/such/agent" in errors


# -- the command line -----------------------------------------------------------------


async def test_flags_and_variables_reach_the_server(tmp_path: Path) -> None:
    environment = {
        "AGENTAPI_ALLOWED_HOSTS": "one.test two.test",
        "AGENTAPI_ALLOWED_ORIGINS": "https://never.test",
        "AGENTAPI_TERM_WIDTH": "99",
        "AGENTAPI_CHAT_BASE_PATH": "/@jo/work.dev/apps/chat/chat",
    }
    flags = ("--allowed-origins", "https://a.test", "-W", "67", "-H", "1190")
    async with serving(tmp_path, *flags, *POLITE, environment=environment) as server:
        http = server.client.http
        http.headers["host"] = "TWO.test:8080"
        await server.client.until_status("stable")
        refused = await http.get("/status", headers={"host": "localhost"})
        root = await http.get("/")
        ours = await http.get("/status", headers={"origin": "https://a.test"})
        other = await http.get("/status", headers={"origin": "https://never.test"})
        size = await server.client.turn("size")

    assert refused.status_code == 400
    assert refused.text == "Invalid host header. Allowed hosts: one.test, two.test\n"
    assert root.headers["location"] == "/@jo/work.dev/apps/chat/chat/embed"
    assert ours.headers["access-control-allow-origin"] == "https://a.test"
    assert "access-control-allow-origin" not in other.headers
    assert size == "● 67x1190"


@pytest.mark.parametrize(
    ("words", "code", "shown"),
    [
        (("--version",), 0, "agentapi version 0.12.1\n"),
        (("server", "--exit", "claude"), 0, ""),
        (("server", "--type", "nonsense", "x"), 1, "invalid agent type: nonsense"),
        (("server", "-a", "a b", "x"), 1, "contains whitespace characters"),
        (("server", "--port"), 1, "flag needs an argument: --port"),
        (("server", "--help"), 0, "--experimental-acp"),
    ],
)
async def test_the_command_line_answers_in_words(
    tmp_path: Path, words: tuple[str, ...], code: int, shown: str
) -> None:
    done = await asyncio.to_thread(
        subprocess.run,
        [*AGENTAPI, *words],
        env={"HOME": str(tmp_path)},
        capture_output=True,
        text=True,
        stdin=subprocess.DEVNULL,
        check=False,
    )

    assert done.returncode == code
    assert shown in done.stdout + done.stderr


# -- agents that speak ACP ------------------------------------------------------------


@asynccontextmanager
async def speaking_acp(home: Path, *flags: str) -> AsyncGenerator[Client]:
    async with serving(home, *flags, *ACP) as server:
        await server.client.until_status("stable")
        yield server.client


async def test_an_agent_is_allowed_everything_unless_told_otherwise(
    tmp_path: Path,
) -> None:
    async with speaking_acp(tmp_path) as client:
        said = await client.turn("ask execute")
        messages = await client.messages()

    assert said == "answered id-allow_once", "by kind, not by place or name"
    assert len(messages) == 2, "nobody was asked"


async def test_a_turn_that_fails_says_why(tmp_path: Path) -> None:
    async with speaking_acp(tmp_path) as client:
        said = await client.turn("say one\nfail")
        after = await client.turn("say two")

    assert said == "The turn failed: the model is out of order"
    assert after == "two"


async def test_arrows_and_enter_answer_a_permission(tmp_path: Path) -> None:
    async with speaking_acp(tmp_path, "--permission-policy", "ask") as client:
        await client.send("ask execute")
        await client.until_said("❯ 1. allow_always")
        await client.send("\x1b[B", "raw")
        await client.send("\x1b[B", "raw")
        moved = await client.until_said("❯ 3. reject_once")
        async with asyncio.timeout(30):
            while await client.status() != "stable":
                # Right after the question, Enter is not meant for it.
                await client.send("\r", "raw")
        after = await client.messages()

    assert moved[1]["content"] == (
        "Permission needed: do execute\n\n  1. allow_always\n  2. allow_once\n"
        "❯ 3. reject_once"
    )
    assert after[1]["content"] == "Permission asked: do execute\n\n→ reject_once"
    assert after[2]["content"] == "answered id-reject_once"


async def test_keys_that_mean_nothing_without_a_terminal_are_explained(
    tmp_path: Path,
) -> None:
    async with speaking_acp(tmp_path) as client:
        await client.send("\x1b[A", "raw")
        with pytest.raises(ApiError, match="has no terminal"):
            await client.send("hello", "raw")


async def test_a_pending_permission_may_count_as_stable_and_take_a_message(
    tmp_path: Path,
) -> None:
    flags = ("--permission-policy", "ask", "--stable-while-asking")
    async with speaking_acp(tmp_path, *flags) as client:
        await client.send("ask execute")
        await client.until_said("Permission needed")
        asking = await client.status()
        with pytest.raises(ApiError, match="answer with the number or the name"):
            await client.send("perhaps")
        await client.send("no")
        messages = await client.until_said("answered")

    assert asking == "stable"
    assert messages[-1]["content"] == "answered id-reject_once"


async def test_a_terminals_menu_takes_a_message_as_well(tmp_path: Path) -> None:
    async with serving(tmp_path, "--stable-while-asking", *POLITE) as server:
        await server.client.until_status("stable")
        await server.client.send("ask")
        await server.client.until_said("2. Yes, and")
        await server.client.until_status("stable")
        await server.client.send("2")
        messages = await server.client.until_said("chose")

    assert messages[-1]["content"].endswith("● chose 2")


async def test_an_agent_with_acp_keeps_no_state_file(tmp_path: Path) -> None:
    server = Server(tmp_path, ("-s", str(tmp_path / "s"), *ACP))
    code, errors = await server.ended()
    await server.client.close()

    assert code == 1
    assert "--experimental-acp cannot be used with --state-file" in errors


async def _until(lines: AsyncIterator[str], start: str) -> AsyncGenerator[str]:
    """Lines up to the one after `start`."""
    async for line in lines:
        yield line
        if line == start:
            yield await anext(lines)
            return
