"""`coder dotfiles` puts a repository in place."""

import subprocess
from pathlib import Path

import pytest

from taskyard.runner.shim import dotfiles


@pytest.fixture
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    home = tmp_path / "home"
    home.mkdir()
    monkeypatch.setenv("HOME", str(home))
    folder = tmp_path / "dots"
    folder.mkdir()
    subprocess.run(["git", "init", "-q", "-b", "main", folder], check=True)
    return folder


def commit(folder: Path, **files: str) -> None:
    for name, content in files.items():
        (folder / name.replace("__", ".")).write_text(content)
    git = [
        "git",
        "-C",
        str(folder),
        "-c",
        "user.name=a",
        "-c",
        "user.email=a@example.test",
    ]
    subprocess.run([*git, "add", "."], check=True)
    subprocess.run([*git, "commit", "-qm", "x"], check=True)


def test_dotfiles_are_linked_and_what_was_there_is_kept(repository: Path) -> None:
    home = repository.parent / "home"
    (home / ".bashrc").write_text("old")
    commit(repository, __bashrc="new", README="not linked")

    for _ in range(2):
        assert dotfiles.main([str(repository), "-y"]) == 0

    assert (home / ".bashrc").read_text() == "new"
    assert (home / ".bashrc.bak").read_text() == "old"
    assert not (home / "README").exists()


def test_an_installer_is_run_instead(repository: Path) -> None:
    commit(repository, install__sh="touch ~/installed\n", __bashrc="x")

    assert dotfiles.main([str(repository)]) == 0

    home = repository.parent / "home"
    assert (home / "installed").exists()
    assert not (home / ".bashrc").exists()


def test_a_repository_that_is_not_there_is_an_error(
    repository: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit):
        dotfiles.main([str(repository.parent / "nothing")])

    assert "git could not fetch" in capsys.readouterr().err
