"""How agents are made to run our hooks, and whose settings stay as they are."""

import json
import subprocess
from pathlib import Path

from taskyard.runner.agents.hooks.wiring import Wiring, gives_way, wire


def wired(agent: str, home: Path, program: str = "/bin/ty") -> Wiring:
    wiring = wire(agent, key="my chat/1", program=Path(program), home=home)
    assert wiring is not None
    return wiring


def test_claude_gets_settings_of_its_own_beside_the_users(tmp_path: Path) -> None:
    wiring = wired("claude-code", tmp_path)

    flag, path = wiring.arguments
    hooks = json.loads(Path(path).read_text())["hooks"]
    assert flag == "--settings"
    assert hooks["Stop"][0]["hooks"][0]["command"] == "/bin/ty hook claude-code"
    assert not (tmp_path / ".claude").exists()
    assert Path(path).parent == tmp_path / ".taskyard/hooks"


def test_claudes_words_are_appended_to_a_file_at_little_cost(tmp_path: Path) -> None:
    wiring = wired("claude-code", tmp_path)
    hooks = json.loads(Path(wiring.arguments[1]).read_text())["hooks"]
    command = hooks["MessageDisplay"][0]["hooks"][0]["command"]

    ran = subprocess.run(
        ["/bin/sh", "-c", command], input=b"{}", capture_output=True, check=True
    )

    assert wiring.spool is not None
    assert wiring.spool.read_bytes() == b"{}"
    assert ran.stdout == ran.stderr == b""


def test_settings_given_by_hand_are_not_taken_away(tmp_path: Path) -> None:
    wiring = wired("claude-code", tmp_path)

    assert gives_way(wiring, ["claude", "--settings", "mine.json"])
    assert gives_way(wiring, ["claude", "--settings=mine.json"])
    assert not gives_way(wiring, ["claude", "--model", "x"])


def test_codex_trusts_our_hooks_and_no_others(tmp_path: Path) -> None:
    """The hash is what Codex 0.166 itself computed (`hooks/list`) for this command."""
    words = wired("codex", tmp_path, "/x/bin/taskyard").arguments

    assert "--dangerously-bypass-hook-trust" not in words
    assert (
        'hooks.Stop=[{hooks=[{type="command",command="/x/bin/taskyard hook codex",timeout=3}]}]'
        in words
    )
    [state] = [word for word in words if word.startswith("hooks.state=")]
    assert STOP_HASH in state


def test_gemini_gets_an_extension_that_sleeps_elsewhere(tmp_path: Path) -> None:
    wiring = wired("gemini", tmp_path, "/bin/echo")
    folder = tmp_path / ".gemini/extensions/taskyard"
    hooks = json.loads((folder / "hooks/hooks.json").read_text())["hooks"]
    command = hooks["AfterAgent"][0]["hooks"][0]["command"]

    asleep = subprocess.run(["/bin/sh", "-c", command], capture_output=True, check=True)
    awake = subprocess.run(
        ["/bin/sh", "-c", command],
        env=dict(wiring.environment),
        capture_output=True,
        check=True,
    )

    assert json.loads((folder / "gemini-extension.json").read_text())["name"]
    assert (asleep.stdout, awake.stdout) == (b"", b"hook gemini\n")


def test_opencode_gets_a_plugin_that_sleeps_elsewhere(tmp_path: Path) -> None:
    wiring = wired("opencode", tmp_path)

    plugin = (tmp_path / ".config/opencode/plugin/taskyard.js").read_text()
    assert wiring.environment == {"TASKYARD_HOOKS": "1"}
    assert "if (!TASKYARD_HOOKS" in plugin


def test_an_agent_without_hooks_is_started_as_it_is(tmp_path: Path) -> None:
    assert wire("aider", key="k", program=Path("/bin/ty"), home=tmp_path) is None


def test_a_home_that_takes_no_files_costs_only_the_hooks(tmp_path: Path) -> None:
    home = tmp_path / "file"
    home.write_text("")

    assert wire("claude-code", key="k", program=Path("/bin/ty"), home=home) is None


#: Of the event `stop` with this command and a timeout of 3 s.
STOP_HASH = "sha256:45335944aee141757b8953721159facc0beefbe8be888549bf4bccf913f93f6b"
