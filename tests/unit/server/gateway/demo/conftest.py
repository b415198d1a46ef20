"""The demo application in a folder of its own, and an agent that works on it."""

import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from taskyard.server.gateway.demo import model
from taskyard.server.gateway.demo.protocols.anthropic import MessagesRequest
from tests.support.pretend_agent import PretendAgent

PROJECT = Path(__file__).parents[5] / "registry/templates/tasks-local/project"


def ask(body: dict[str, Any]) -> dict[str, Any]:
    request = MessagesRequest.model_validate_json(json.dumps(body))
    answer = model.answer(request.asked(), key_setting="ANTHROPIC_API_KEY")
    return request.document(answer, input_tokens=1)


@pytest.fixture
def project(tmp_path: Path) -> Path:
    folder = tmp_path / "project"
    shutil.copytree(PROJECT, folder, ignore=shutil.ignore_patterns("__pycache__"))
    git = ["git", "-c", "user.name=a", "-c", "user.email=a@example.com"]
    for command in (["init", "-q"], ["add", "-A"], ["commit", "-qm", "start"]):
        subprocess.run([*git, *command], cwd=folder, check=True)
    return folder


@pytest.fixture
def agent(project: Path) -> PretendAgent:
    return PretendAgent(directory=project, model=ask)
