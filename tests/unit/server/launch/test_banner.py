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
