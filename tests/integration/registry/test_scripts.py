"""The modules' scripts, run by a real shell beside a `taskyard` that notes its arguments."""

import json
import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
from typing_extensions import override

from taskyard.protocol.provisioner import TaskInput
from tests.integration.provisioner.yard import Yard
from tests.integration.registry.conftest import TEMPLATE, files_of
from tests.integration.registry.test_modules import AGENTAPI_EVERYTHING, HEAD

pytestmark = pytest.mark.asyncio(loop_scope="module")

NASTY = "it's \"quoted\" $(touch pwned) `touch pwned`\n\\ end'; touch pwned"


@dataclass(frozen=True)
class Home:
    """A home with an installed agent, and a `taskyard` command that writes down calls."""

    path: Path

    def run(
        self, script: str, **environment: str
    ) -> "subprocess.CompletedProcess[str]":
        return subprocess.run(
            ["/bin/bash", "-c", script],
            cwd=self.path,
            env={
                "HOME": str(self.path),
                "PATH": f"{self.path}/bin:{os.environ['PATH']}",
                "GIT_AUTHOR_NAME": "a",
                "GIT_AUTHOR_EMAIL": "a@example.com",
                "GIT_COMMITTER_NAME": "a",
                "GIT_COMMITTER_EMAIL": "a@example.com",
                **environment,
            },
            capture_output=True,
            text=True,
            timeout=50,
            check=False,
        )

    @property
    def called_with(self) -> list[str]:
        arguments: list[str] = json.loads((self.path / "called.json").read_text())
        return arguments

    def read_after(self, flag: str) -> str:
        """The text of the file that a flag names."""
        return Path(self.after(flag)[0]).read_text()

    def after(self, flag: str) -> list[str]:
        words = self.called_with
        return [words[i + 1] for i, word in enumerate(words) if word == flag]


@pytest.fixture
def home(tmp_path: Path) -> Home:
    (tmp_path / "bin").mkdir()
    stub = tmp_path / "bin/taskyard"
    stub.write_text(
        f"#!{sys.executable}\nimport json, pathlib, sys\n"
        f"pathlib.Path({str(tmp_path)!r}, 'called.json').write_text(json.dumps(sys.argv[1:]))\n"
    )
    stub.chmod(0o755)
    (tmp_path / ".taskyard/agents/claude-code/0.101.0").mkdir(parents=True)
    return Home(tmp_path)


async def _claude_script(yard: Yard, inputs: str, prompt: str = "go") -> str:
    module = f"""
module "claude-code" {{
  source   = "registry.coder.com/coder/claude-code/coder"
  version  = "4.9.2"
  agent_id = coder_agent.main.id
  {inputs}
}}
resource "coder_ai_task" "task" {{
  count  = data.coder_task.me.enabled ? data.coder_workspace.me.start_count : 0
  app_id = module.claude-code.task_app_id
}}
"""
    workspace = yard.workspace({"main.tf": HEAD + module})
    task = TaskInput(id=workspace.id, prompt=prompt)
    built = await workspace.build(task=task)
    await workspace.build("delete", task=task)
    return next(a for r in built.resources for a in r.agents).scripts[0].script


async def test_the_session_is_started_as_the_inputs_say(yard: Yard, home: Home) -> None:
    script = await _claude_script(
        yard,
        'workdir = "~/project/"\n  ai_prompt = data.coder_task.me.prompt\n'
        '  model = "sonnet"\n  permission_mode = "acceptEdits"\n'
        '  resume_session_id = "abc"',
        prompt=NASTY,
    )

    done = home.run(script)

    assert done.returncode == 0, done.stderr
    assert home.called_with[:2] == ["session", "start"]
    assert home.after("--agent") == ["claude-code"]
    assert home.after("--key") == ["ccw"]
    assert home.after("--workdir") == [f"{home.path}/project"]
    assert home.after("--model") == ["sonnet"]
    assert home.after("--permission-policy") == ["allow_edits"]
    assert home.after("--resume-id") == ["abc"]
    assert "--fresh" not in home.called_with
    assert home.read_after("--prompt-file") == NASTY
    assert not list(home.path.rglob("pwned"))


async def test_no_input_can_leave_its_quotes(yard: Yard, home: Home) -> None:
    quoted = json.dumps(NASTY).replace("$", "$$")
    script = await _claude_script(
        yard,
        f"workdir = {quoted}\n  ai_prompt = {quoted}\n  model = {quoted}\n"
        f"  system_prompt = {quoted}\n  allowed_tools = {quoted}\n"
        f"  claude_api_key = {quoted}\n  resume_session_id = {quoted}",
    )

    home.run(script)

    assert not list(home.path.rglob("pwned"))


async def test_a_key_of_ones_own_goes_to_the_vendor(yard: Yard, home: Home) -> None:
    script = await _claude_script(yard, 'workdir = "~/p"\n  claude_api_key = "sk-own"')

    done = home.run(script)

    assert done.returncode == 0, done.stderr
    assert set(home.after("--env")) >= {
        "ANTHROPIC_API_KEY=sk-own",
        "ANTHROPIC_AUTH_TOKEN=",
        "ANTHROPIC_BASE_URL=https://api.anthropic.com",
    }


async def test_a_fresh_start_and_silence_are_passed_on(yard: Yard, home: Home) -> None:
    inputs = 'workdir = "~/p"\n  continue = false\n  report_tasks = false'

    home.run(await _claude_script(yard, inputs))

    assert {"--fresh", "--no-report"} <= set(home.called_with)
    assert "--system-prompt-file" not in home.called_with


async def test_every_flag_is_one_that_the_runner_knows(yard: Yard, home: Home) -> None:
    script = await _claude_script(
        yard,
        'workdir = "~/p"\n  ai_prompt = "go"\n  system_prompt = "Be brief."\n'
        '  model = "sonnet"\n  continue = false\n  report_tasks = false\n'
        '  resume_session_id = "abc"\n  claude_api_key = "k"\n'
        '  mcp = jsonencode({ mcpServers = { x = { command = "y" } } })',
    )
    home.run(script)

    known = home.run(f"{sys.executable} -m taskyard.runner session start --help").stdout
    flags = {word for word in home.called_with if word.startswith("--")}
    assert [flag for flag in sorted(flags) if flag not in known] == []


async def test_in_a_task_the_agent_may_do_everything_in_its_sandbox(
    yard: Yard, home: Home
) -> None:
    home.run(await _claude_script(yard, 'workdir = "~/p"'))

    assert home.after("--permission-policy") == ["allow_all"]


async def test_rules_are_added_to_what_the_user_has_set(yard: Yard, home: Home) -> None:
    settings = home.path / ".claude/settings.json"
    settings.parent.mkdir()
    settings.write_text('{"theme": "dark", "permissions": {"allow": ["Read"]}}')
    script = await _claude_script(
        yard,
        'workdir = "~/p"\n  allowed_tools = "Bash(git:*, ls),Read"\n'
        '  disallowed_tools = "WebFetch"',
    )

    done = home.run(script)

    assert done.returncode == 0, done.stderr
    assert json.loads(settings.read_text()) == {
        "theme": "dark",
        "permissions": {"allow": ["Read", "Bash(git:*, ls)"], "deny": ["WebFetch"]},
    }


async def test_mcp_servers_are_handed_on_and_bad_ones_explained(
    yard: Yard, home: Home
) -> None:
    good = await _claude_script(
        yard,
        'workdir = "~/p"\n'
        '  mcp = jsonencode({ mcpServers = { x = { command = "y" } } })\n'
        '  mcp_config_remote_path = ["http://127.0.0.1:9/none.json"]',
    )
    bad = await _claude_script(yard, 'workdir = "~/p"\n  mcp = "[1]"')

    first = home.run(good)
    handed_on = json.loads(home.read_after("--mcp-config-file"))
    second = home.run(bad)

    assert first.returncode == 0, first.stderr
    assert handed_on == {"mcpServers": {"x": {"command": "y"}}}
    assert "none.json are missing" in first.stderr
    assert second.returncode != 0
    assert "the input mcp is not" in second.stderr


async def test_hooks_run_around_the_installation(yard: Yard, home: Home) -> None:
    script = await _claude_script(
        yard,
        'workdir = "~/p"\n  pre_install_script = "echo before >> ~/order"\n'
        '  post_install_script = "#!/bin/sh\\necho after >> ~/order"',
    )

    home.run(script)

    assert (home.path / "order").read_text() == "before\nafter\n"


async def test_a_hook_that_fails_stops_the_start(yard: Yard, home: Home) -> None:
    script = await _claude_script(
        yard, 'workdir = "~/p"\n  pre_install_script = "exit 3"'
    )

    done = home.run(script)

    assert done.returncode == 1
    assert "pre_install_script failed with exit code 3" in done.stderr
    assert not (home.path / "called.json").exists()


# -- agentapi -----------------------------------------------------------------------------


class AgentApi(BaseHTTPRequestHandler):
    """Twelve messages, and the server that takes the end of the conversation."""

    messages: list[dict[str, Any]]
    taken: list[tuple[str, str, dict[str, Any]]]

    def do_GET(self) -> None:
        self._answer(200, {"messages": self.messages, "status": "stable"})

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        token = self.headers["Coder-Session-Token"]
        self.taken.append((self.path, token, json.loads(body)))
        self._answer(204, None)

    def _answer(self, status: int, document: object) -> None:
        body = b"" if document is None else json.dumps(document).encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    @override
    def log_message(self, format: str, *args: Any) -> None:
        """Tests are quiet."""


@pytest.fixture
def agent_api() -> Iterator[tuple[int, type[AgentApi]]]:
    class Handler(AgentApi):
        messages = [  # noqa: RUF012 - one for the test
            {"id": n, "role": "agent", "content": f"message {n}", "time": "t"}
            for n in range(12)
        ]
        taken = []  # noqa: RUF012 - as above

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield server.server_port, Handler
        server.shutdown()
        thread.join()


async def _agentapi_scripts(
    yard: Yard, port: int, start: str, *, snapshot: bool
) -> tuple[str, str]:
    module = (
        AGENTAPI_EVERYTHING.replace('"agentapi server -- mine"', json.dumps(start))
        .replace("= 3285", f"= {port}")
        .replace(
            "task_log_snapshot            = false",
            f"task_log_snapshot = {str(snapshot).lower()}",
        )
        .replace("/home/coder/project", "~/project")
    )
    workspace = yard.workspace({"main.tf": HEAD + module})
    task = TaskInput(id=workspace.id, prompt="go")
    built = await workspace.build(task=task)
    await workspace.build("delete", task=task)
    scripts = next(a for r in built.resources for a in r.agents).scripts
    by_stage = {s.run_on_stop: s.script for s in scripts}
    return by_stage[False], by_stage[True]


async def test_the_agent_runs_behind_the_api_until_it_is_stopped(
    yard: Yard, home: Home
) -> None:
    with closing(socket.create_server(("127.0.0.1", 0))) as free:
        port: int = free.getsockname()[1]
    serve = (
        "#!/bin/bash\n"
        'echo "$@" > ~/arguments; env | grep ^AGENTAPI_ | sort > ~/environment\n'
        'echo $$ > "$AGENTAPI_PID_FILE"; mkdir -p www; touch www/status; trap : USR1\n'
        f'exec {sys.executable} -m http.server "$2" --bind 127.0.0.1 --directory www\n'
    )
    start, stop = await _agentapi_scripts(yard, port, serve, snapshot=False)

    started = home.run(start)
    stopped = home.run(stop)

    assert started.returncode == 0, started.stderr
    assert (home.path / "arguments").read_text() == f"true {port}\n"
    environment = (home.path / "environment").read_text()
    assert "AGENTAPI_ALLOWED_HOSTS=*" in environment
    assert f"AGENTAPI_STATE_FILE={home.path}/state.json" in environment
    assert "/apps/mine/chat" in environment
    assert stopped.returncode == 0, stopped.stderr
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", port), timeout=5).close()


async def test_an_agent_that_dies_at_once_is_explained(yard: Yard, home: Home) -> None:
    with closing(socket.create_server(("127.0.0.1", 0))) as free:
        port: int = free.getsockname()[1]
    start, _ = await _agentapi_scripts(
        yard, port, "echo no licence; exit 4", snapshot=False
    )

    done = home.run(start)

    assert done.returncode == 1
    assert "no licence" in done.stderr


async def test_the_end_of_the_conversation_is_sent_when_it_stops(
    yard: Yard, home: Home, agent_api: tuple[int, type[AgentApi]]
) -> None:
    port, handler = agent_api
    _, stop = await _agentapi_scripts(yard, port, "true", snapshot=True)

    done = home.run(
        stop, CODER_AGENT_URL=f"http://127.0.0.1:{port}", CODER_AGENT_TOKEN="token"
    )

    assert done.returncode == 0, done.stderr
    [(path, token, body)] = handler.taken
    assert path.endswith("/log-snapshot?format=agentapi")
    assert token == "token"
    assert [m["id"] for m in body["messages"]] == list(range(2, 12))


# -- the starter template -------------------------------------------------------------------


async def test_the_demo_application_is_put_in_place_once_and_runs(
    yard: Yard, home: Home
) -> None:
    with closing(socket.create_server(("127.0.0.1", 0))) as free:
        port: int = free.getsockname()[1]
    workspace = yard.workspace(files_of(TEMPLATE))
    built = await workspace.build()
    await workspace.build("delete")
    agent = next(a for r in built.resources for a in r.agents)
    script = agent.scripts[0].script.replace("8000", str(port))

    first = home.run(script)
    (home.path / "project/README.md").write_text("mine now\n")
    log = home.run("git -C ~/project log --oneline")

    assert first.returncode == 0, first.stderr
    assert "Corkboard answers" in first.stdout
    assert log.stdout.count("\n") == 1
    pid = _listener(home, port)
    os.kill(pid, 15)
    again = home.run(script)
    assert again.returncode == 0, again.stderr
    assert (home.path / "project/README.md").read_text() == "mine now\n"
    os.kill(_listener(home, port), 15)


def _listener(home: Home, port: int) -> int:
    found = home.run(f"pgrep -f -- 'backend --port {port} '")
    return int(found.stdout.split()[0])
