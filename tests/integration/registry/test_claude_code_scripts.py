"""The claude-code module's script, run by a real shell."""

import json
import sys

import pytest

from taskyard.protocol.provisioner import TaskInput
from taskyard.provisioner.agent_packages import PACKAGES
from tests.integration.provisioner.yard import Yard
from tests.integration.registry.home import Home
from tests.integration.registry.test_modules import HEAD

pytestmark = pytest.mark.asyncio(loop_scope="module")

CLAUDE = PACKAGES["claude-code"]
NASTY = "it's \"quoted\" $(touch pwned) `touch pwned`\n\\ end'; touch pwned"


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


NPM = """#!/bin/bash
printf '%s ' "$@" >> ~/npm; echo >> ~/npm
[[ ! -e ~/offline ]] || exit 1
while [[ "$1" != --prefix ]]; do shift; done
mkdir -p "$2/node_modules/.bin"
"""


async def test_what_the_host_does_not_share_is_installed_into_the_home(
    yard: Yard, home: Home
) -> None:
    script = await _claude_script(
        yard, 'workdir = "~/p"\n  claude_code_version = "2.1.330"'
    )
    (home.path / f".taskyard/agents/claude-code/{CLAUDE.version}").rmdir()
    home.add_command("npm", NPM)

    first, again = home.run(script), home.run(script)

    assert (first.returncode, again.returncode) == (0, 0), first.stderr
    asked = [line.split()[-1] for line in (home.path / "npm").read_text().splitlines()]
    assert asked == [
        CLAUDE.spec,
        "@anthropic-ai/claude-code@2.1.330",
    ]
    own = home.path / ".taskyard/claude-code-cli/2.1.330"
    assert set(home.after("--env")) == {
        f"TASKYARD_AGENTS_DIR={home.path}/.taskyard/agents",
        f"CLAUDE_CODE_EXECUTABLE={own}/node_modules/.bin/claude",
    }


async def test_an_installation_that_fails_says_what_to_do(
    yard: Yard, home: Home
) -> None:
    script = await _claude_script(yard, 'workdir = "~/p"')
    folder = home.path / ".taskyard/agents/claude-code"
    (folder / CLAUDE.version).rmdir()
    (home.path / "offline").touch()
    home.add_command("npm", NPM)

    done = home.run(script)

    assert done.returncode == 1
    assert "Run 'taskyard agents install claude-code' on the host" in done.stderr
    assert list(folder.iterdir()) == []
