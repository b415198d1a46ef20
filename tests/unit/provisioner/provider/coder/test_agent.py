import pytest

from taskyard.provisioner.provider.coder.agent import AGENT
from taskyard.provisioner.provider.coder.run import CoderRun, configure
from taskyard.provisioner.provider.values import UNKNOWN, Object


def _run(
    token_secret: bytes = b"", environment: dict[str, str] | None = None
) -> CoderRun:
    run = CoderRun(
        environment={
            "CODER_AGENT_URL": "http://127.0.0.1:7080",
            "CODER_AGENT_SCRIPT_linux_amd64": "get ${ACCESS_URL}bin ${AUTH_TYPE}",
            **(environment or {}),
        },
        token_secret=token_secret,
    )
    configure(run)
    return run


def _planned(**values: object) -> Object:
    config = {"os": "linux", "arch": "amd64", "display_apps": UNKNOWN, **values}
    return AGENT.block.filled(config)


def _refreshed(run: CoderRun, state: Object) -> Object:
    assert AGENT.read
    found = AGENT.read(run, dict(state))
    assert found is not None
    return found


def test_the_script_knows_the_server_and_how_to_sign_in() -> None:
    state = AGENT.create(_run(), _planned())

    assert state["init_script"] == "get http://127.0.0.1:7080/bin token"


def test_a_platform_without_a_script_has_an_empty_one() -> None:
    assert AGENT.create(_run(), _planned(arch="armv7"))["init_script"] == ""


def test_the_usual_apps_are_offered() -> None:
    [apps] = AGENT.create(_run(), _planned())["display_apps"]

    assert apps["web_terminal"] is True
    assert apps["vscode_insiders"] is False


def test_a_partly_set_block_of_apps_is_left_as_it_was_written() -> None:
    written = [{"vscode": False, "web_terminal": None}]

    assert (
        AGENT.create(_run(), _planned(display_apps=written))["display_apps"] == written
    )


def test_each_refresh_makes_a_new_token() -> None:
    state = AGENT.create(_run(), _planned())

    assert _refreshed(_run(), state)["token"] != state["token"]
    assert _refreshed(_run(), state)["id"] == state["id"]


def test_within_one_build_the_token_stays() -> None:
    state = AGENT.create(_run(b"build 1"), _planned())

    assert _refreshed(_run(b"build 1"), state)["token"] == state["token"]
    assert _refreshed(_run(b"build 2"), state)["token"] != state["token"]


def test_two_agents_of_a_build_have_two_tokens() -> None:
    run = _run(b"build")

    tokens = {AGENT.create(run, _planned())["token"] for _ in range(2)}

    assert len(tokens) == 2


def test_a_claimed_workspace_keeps_the_token_its_agent_has() -> None:
    key = (
        "CODER_RUNNING_WORKSPACE_AGENT_TOKEN_"
        "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
    )

    assert AGENT.create(_run(environment={key: "kept"}), _planned())["token"] == "kept"


_CONTRADICTIONS: list[tuple[Object, str]] = [
    ({"metadata": [{"key": "a"}, {"key": "a"}]}, 'have the key "a"'),
    ({"display_apps": [{}, {}]}, "at most one"),
    ({"resources_monitoring": [{"memory": [], "volume": []}]}, "monitors nothing"),
    (
        {"resources_monitoring": [{"volume": [{"path": "/"}, {"path": "/"}]}]},
        "monitored twice",
    ),
    ({"metadata": [{"key": UNKNOWN}, {"key": UNKNOWN}]}, ""),
    ({"metadata": UNKNOWN, "display_apps": UNKNOWN}, ""),
]


@pytest.mark.parametrize(("config", "error"), _CONTRADICTIONS)
def test_what_contradicts_itself_is_said(config: Object, error: str) -> None:
    assert AGENT.validate

    found = [diagnostic.summary for diagnostic in AGENT.validate(config)]

    assert len(found) == (1 if error else 0)
    assert all(error in summary for summary in found)


@pytest.mark.parametrize(
    ("values", "name"),
    [
        ({"os": "plan9"}, "os"),
        ({"arch": "x86"}, "arch"),
        ({"auth": "password"}, "auth"),
        ({"api_key_scope": "some"}, "api_key_scope"),
        ({"connection_timeout": -1}, "connection_timeout"),
        ({"startup_script_behavior": "lazy"}, "startup_script_behavior"),
    ],
)
def test_a_value_outside_of_its_range_names_its_field(
    values: Object, name: str
) -> None:
    [found] = AGENT.block.problems(values)

    assert found.path == (name,)
    assert found.detail
