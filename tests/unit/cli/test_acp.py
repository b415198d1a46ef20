"""`taskyard acp` where no editor has started it."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.fake_api import FakeApi


@pytest.mark.parametrize("source", ["/dev/null", "a file"], ids=["device", "file"])
def test_input_that_is_no_pipe_is_refused(
    api: FakeApi, tmp_path: Path, source: str
) -> None:
    path = Path(source) if source.startswith("/") else tmp_path / source
    if not path.exists():
        path.write_text("")

    with path.open("rb") as given:
        ran = subprocess.run(
            [sys.executable, "-m", "taskyard.cli", "acp"],
            stdin=given,
            capture_output=True,
            text=True,
            timeout=30,
            check=False,
            env=os.environ
            | {
                "TASKYARD_URL": api.url,
                "TASKYARD_TOKEN": "a-token",
                "TASKYARD_CONFIG_DIR": str(tmp_path / "config"),
            },
        )

    assert ran.returncode == 2
    assert "Standard input and output must be pipes" in ran.stderr
    assert "Traceback" not in ran.stderr
