import shlex
from pathlib import Path

import pytest

from taskyard.server.config import Config
from taskyard.server.launch.banner import banner


@pytest.mark.parametrize(
    ("keys", "says"),
    [
        ([], "the demo model (set ANTHROPIC_API_KEY"),
        (
            ["OPENAI_API_KEY"],
            (
                "OpenAI, with keys from the environment; "
                "the demo model for Anthropic and Google's protocol"
            ),
        ),
        (
            ["ANTHROPIC_API_KEY", "OPENAI_API_KEY", "GEMINI_API_KEY"],
            "Anthropic, OpenAI, Google, with keys from the environment\n",
        ),
    ],
)
def test_it_says_who_answers_the_agents(
    keys: list[str], says: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    for key in keys:
        monkeypatch.setenv(key, "a-secret-key")

    text = banner(Config(data_dir=tmp_path), version="1.0", setup_token=None)

    assert says in text
    assert "a-secret-key" not in text


def test_a_shell_takes_the_link_as_it_is_printed(tmp_path: Path) -> None:
    text = banner(Config(data_dir=tmp_path), version="1.0", setup_token="t0ken")

    command = next(line for line in text.splitlines() if "taskyard setup" in line)
    assert "'" in command
    assert shlex.split(command)[-1].endswith("/setup?token=t0ken")
