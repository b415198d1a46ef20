"""Flags, state file and pid file of `agentapi server`."""

import json
import os
import re
import stat
from pathlib import Path

import pytest

from taskyard.runner.agentapi.standalone.attach import (
    CannotAttach,
    attach,
    fitting,
)
from taskyard.runner.agentapi.standalone.options import UsageError, parse
from taskyard.runner.agentapi.standalone.pidfile import AlreadyRunning, PidFile
from taskyard.runner.agentapi.standalone.state import (
    CannotLoad,
    SavedState,
    StateFile,
)
from taskyard.runner.agents.conversation import ChatMessage
from taskyard.runner.shim import agentapi

MANUAL = (Path(__file__).parents[4] / "docs/reference/agentapi.md").read_text()
AT = "2026-01-01T00:00:00Z"


def test_defaults_are_those_of_the_contract() -> None:
    options = parse(["--", "claude", "--model", "x"], {})

    assert options.agent_type == "claude"
    assert options.command == ("claude", "--model", "x")
    assert (options.port, options.columns, options.rows) == (3284, 80, 1000)
    assert options.hosts.names == ["localhost", "127.0.0.1", "::1"]
    assert options.chat_base_path == "/chat"
    assert not options.save_state


def test_a_flag_goes_before_its_variable() -> None:
    environment = {"AGENTAPI_PORT": "1", "AGENTAPI_TERM_WIDTH": "99"}

    options = parse(["-p", "2", "--", "x"], environment)

    assert (options.port, options.columns) == (2, 99)


def test_every_flag_has_a_variable() -> None:
    environment = {
        "AGENTAPI_TYPE": "codex",
        "AGENTAPI_PORT": "4000",
        "AGENTAPI_CHAT_BASE_PATH": "/@jo/chat/",
        "AGENTAPI_TERM_WIDTH": "67",
        "AGENTAPI_TERM_HEIGHT": "1190",
        "AGENTAPI_ALLOWED_HOSTS": "*",
        "AGENTAPI_ALLOWED_ORIGINS": "https://a.test https://b.test",
        "AGENTAPI_INITIAL_PROMPT": "fix it",
        "AGENTAPI_STATE_FILE": "/s",
        "AGENTAPI_LOAD_STATE": "false",
        "AGENTAPI_SAVE_STATE": "true",
        "AGENTAPI_PID_FILE": "/p",
        "AGENTAPI_PRINT_OPENAPI": "1",
        "AGENTAPI_EXIT": "1",
    }

    options = parse(["x"], environment)
    acp = parse(["x"], {"AGENTAPI_EXPERIMENTAL_ACP": "true"})

    assert (options.agent_type, options.port) == ("codex", 4000)
    assert options.chat_base_path == "/@jo/chat"
    assert (options.columns, options.rows) == (67, 1190)
    assert options.hosts.any
    assert options.origins.headers("https://b.test", preflight=False)[1:]
    assert options.initial_prompt == "fix it"
    assert (options.state_file, options.pid_file) == (Path("/s"), Path("/p"))
    assert (options.load_state, options.save_state) == (False, True)
    assert options.print_openapi
    assert options.exit
    assert acp.speaks_acp


def test_lists_have_commas_in_a_flag_and_blanks_in_a_variable() -> None:
    flag = parse(["-a", "a,b", "--", "x"], {})
    variable = parse(["--", "x"], {"AGENTAPI_ALLOWED_HOSTS": "a b"})

    assert flag.hosts.names == variable.hosts.names == ["a", "b"]


def test_a_list_may_be_given_in_several_flags() -> None:
    options = parse(["-a", "a", "--allowed-hosts", "[::1]\n", "-a=b,C", "x"], {})

    assert options.hosts.names == ["a", "::1", "b", "c"]


def test_a_star_allows_all_whatever_else_is_in_the_list() -> None:
    assert parse(["-a", "*,http://a b", "x"], {}).hosts.allows("evil.test")


def test_a_comma_in_a_variable_is_no_separator() -> None:
    with pytest.raises(UsageError, match="'a,b' contains comma characters"):
        parse(["x"], {"AGENTAPI_ALLOWED_HOSTS": "a,b"})


@pytest.mark.parametrize(
    "words",
    [
        ["-p", "4", "-I", "--fix it", "claude", "-H12", "--", "--port", "9"],
        ["-p4", "claude", "--initial-prompt=--fix it", "-H=12", "--", "--port", "9"],
    ],
)
def test_flags_may_be_written_in_every_usual_way(words: list[str]) -> None:
    options = parse(words, {})

    assert (options.port, options.rows) == (4, 12)
    assert options.initial_prompt == "--fix it"
    assert options.command == ("claude", "--port", "9")


@pytest.mark.parametrize(
    ("words", "policy"),
    [
        (["x"], "ask"),
        (["--experimental-acp", "x"], "allow_all"),
        (["--experimental-acp", "--permission-policy", "ask", "x"], "ask"),
    ],
)
def test_an_agent_with_acp_is_allowed_everything_by_default(
    words: list[str], policy: str
) -> None:
    assert parse(words, {}).permission_policy == policy


@pytest.mark.parametrize(
    "off", ["--save-state=false", "--save-state=F", "--save-state=0"]
)
def test_a_switch_takes_a_value_with_an_equals_sign_only(off: str) -> None:
    options = parse(["--state-file", "/s", off, "--load-state", "x"], {})

    assert (options.save_state, options.load_state) == (False, True)
    assert options.command == ("x",)


def test_a_state_file_is_loaded_and_saved_unless_told_otherwise() -> None:
    both = parse(["--state-file", "/s", "--", "x"], {})
    one = parse(["--state-file", "/s", "--load-state=false", "x"], {})

    assert (both.load_state, both.save_state) == (True, True)
    assert (one.load_state, one.save_state) == (False, True)
    assert one.command == ("x",)


@pytest.mark.parametrize(
    ("program", "kind"),
    [
        ("/usr/bin/claude", "claude"),
        ("cursor-agent", "cursor"),
        ("q", "amazonq"),
        ("qwen", "qwen"),
        ("python3", "custom"),
    ],
)
def test_the_type_is_guessed_from_the_program(program: str, kind: str) -> None:
    assert parse(["--", program], {}).agent_type == kind


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--type", "x", "--", "y"], "invalid agent type: x"),
        (["--term-width", "9", "--", "y"], "from 10"),
        (["--port", "x", "--", "y"], "--port"),
        (["--allowed-hosts", "http://a", "--", "y"], "must not include http"),
        (["--experimental-acp", "--state-file", "/s", "--", "y"], "experimental-acp"),
        (["--save-state", "--", "y"], "need --state-file"),
        (["--nonsense", "--", "y"], "unknown flag: --nonsense"),
        (["-x", "--", "y"], "unknown shorthand flag: 'x' in -x"),
        (["--port"], "flag needs an argument: --port"),
        (["--allowed-hosts", "", "--", "y"], "the list must not be empty"),
        (["--allowed-hosts", "a, b", "--", "y"], "' b' contains whitespace characters"),
        (["--allowed-hosts", "a:80", "--", "y"], "'a:80' must not include a port"),
        (["--allowed-hosts", "::1", "--", "y"], "'::1' must not include a port"),
        (["--allowed-origins", "a.test", "--", "y"], "'a.test' must be of the form"),
        (["--term-height=5", "--", "y"], "from 10"),
        (["--load-state=perhaps", "--", "y"], "must be true or false"),
        (["--permission-policy", "never", "--", "y"], "ask, allow_edits, allow_all"),
        ([], "no agent"),
    ],
)
def test_what_cannot_be_used_is_named(arguments: list[str], words: str) -> None:
    with pytest.raises(UsageError, match=words):
        parse(arguments, {})


@pytest.mark.parametrize(
    "flag",
    [
        *("type", "port", "chat-base-path", "term-width", "term-height"),
        *("allowed-hosts", "allowed-origins", "initial-prompt", "state-file"),
        *("load-state", "save-state", "pid-file", "experimental-acp", "print-openapi"),
        *("permission-policy", "stable-while-asking"),
    ],
)
def test_every_flag_is_in_the_manual_and_understood(flag: str) -> None:
    assert f"`--{flag}`" in MANUAL
    with pytest.raises((UsageError, SystemExit)):
        parse([f"--{flag}=\x00", "--wrong", "--", "x"], {})


def test_the_version_is_the_last_word(capsys: pytest.CaptureFixture[str]) -> None:
    assert agentapi.main(["--version"]) == 0

    assert capsys.readouterr().out.split()[-1] == "0.12.1"


def test_the_document_can_be_printed_without_an_agent(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert agentapi.main(["server", "-P"]) == 0

    assert sorted(json.loads(capsys.readouterr().out)["paths"]) == [
        "/events",
        "/message",
        "/messages",
        "/status",
        "/upload",
    ]


STATE = SavedState(
    messages=(
        ChatMessage(id=0, role="user", text="hi", at=AT),
        ChatMessage(id=1, role="agent", text="hö", at=AT),
    ),
    initial_prompt="hi",
    initial_prompt_sent=True,
)


def test_a_state_is_read_as_it_was_written_by_its_owner_only(tmp_path: Path) -> None:
    path = tmp_path / "deep" / "state.json"

    StateFile(path).save(STATE)
    loaded = StateFile(path).load()

    assert loaded is not None
    assert (tuple(loaded.messages), loaded.initial_prompt) == (STATE.messages, "hi")
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    assert json.loads(path.read_text())["messages"][1] == {
        "id": 1,
        "message": "hö",
        "role": "agent",
        "time": AT,
    }


def test_a_state_that_was_loaded_is_not_written_again(tmp_path: Path) -> None:
    path = tmp_path / "state.json"
    StateFile(path).save(STATE)
    file = StateFile(path)
    loaded = file.load()
    assert loaded is not None
    path.unlink()

    file.save(loaded)

    assert not path.exists()


def test_an_unchanged_state_is_not_written_again(tmp_path: Path) -> None:
    path = tmp_path / "state.json"
    file = StateFile(path)
    file.save(STATE)
    path.unlink()

    file.save(STATE)

    assert not path.exists()


@pytest.mark.parametrize(
    "text",
    [
        *("{", "[]", '{"version": 2}', '{"version": 1, "messages": [{"id": 0}]}'),
        pytest.param("[" * 100_000, id="deep"),
    ],
)
def test_a_broken_state_is_refused(tmp_path: Path, text: str) -> None:
    path = tmp_path / "state.json"
    path.write_text(text)

    with pytest.raises(CannotLoad, match=r"state\.json"):
        StateFile(path).load()


def test_no_state_yet_is_no_error(tmp_path: Path) -> None:
    assert StateFile(tmp_path / "none").load() is None


def test_a_living_process_keeps_its_pid_file(tmp_path: Path) -> None:
    path = tmp_path / "pid"
    path.write_text("1")

    with pytest.raises(AlreadyRunning, match="pid 1"):
        PidFile(path).claim()


def test_a_later_process_with_the_same_number_does_not_keep_it(tmp_path: Path) -> None:
    path = tmp_path / "pid"
    path.write_text(str(os.getppid()))
    os.utime(path, (0, 0))  # written before that process began

    PidFile(path).claim()

    assert path.read_text().strip() == str(os.getpid())


@pytest.mark.parametrize("left", ["4194305", "9" * 30, "0", "\udcff", "nonsense", ""])
def test_a_pid_file_of_the_dead_is_taken_and_removed(tmp_path: Path, left: str) -> None:
    path = tmp_path / "pid"
    path.write_text(left, errors="surrogateescape")
    file = PidFile(path)

    file.claim()
    written = path.read_text().strip()
    file.release()

    assert written == str(os.getpid())
    assert not path.exists()


def test_a_pid_file_of_another_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "pid"
    file = PidFile(path)
    file.claim()
    path.write_text("1")

    file.release()

    assert path.exists()


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("http://[::", "cannot be used: Invalid IPv6 URL"),
        ("http://localhost:99999", "cannot be used: Port out of range"),
        ("localhost:3284", "must look like http://localhost:3284"),
        ("https://localhost", "must look like http://localhost:3284"),
    ],
)
def test_a_place_that_cannot_be_attached_to_is_explained(url: str, words: str) -> None:
    with pytest.raises(CannotAttach, match=re.escape(words)):
        attach(url)


@pytest.mark.parametrize(
    ("rows", "shown"),
    [
        (7, ["hello", "", "", "", "> ", "", "help"]),
        (5, ["hello", "", "> ", "", "help"]),
        (2, ["", "help"]),
        (0, ["help"]),
    ],
)
def test_a_screen_that_is_too_tall_is_shown_without_its_gap(
    rows: int, shown: list[str]
) -> None:
    assert fitting("hello\n\n\n\n> \n\nhelp", rows) == shown
