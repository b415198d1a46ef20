from pathlib import Path

import pytest

from taskyard.provisioner.isolation.refusal import explain

PROBLEM = "/usr/bin/bwrap 0.8.0: setting up uid map: Permission denied"


def host(root: Path, **settings: str) -> Path:
    for name, value in settings.items():
        path = root / "proc/sys" / name.replace("__", "/")
        path.parent.mkdir(parents=True, exist_ok=True)
        _ = path.write_text(f"{value}\n")
    return root


def test_what_was_tried_is_told(tmp_path: Path) -> None:
    text = explain([PROBLEM, "/x/bwrap 0.11.0: nothing"], root=tmp_path)

    assert PROBLEM in text
    assert "/x/bwrap 0.11.0: nothing" in text
    assert "starts none" in text


def test_a_missing_bubblewrap_is_to_be_installed(tmp_path: Path) -> None:
    assert "apt install bubblewrap" in explain([], root=tmp_path)


def test_apparmor_gets_a_profile_for_the_very_paths(tmp_path: Path) -> None:
    root = host(tmp_path, kernel__apparmor_restrict_unprivileged_userns="1")

    one = explain([PROBLEM], root=root)
    two = explain([PROBLEM, "/venv/bwrap 0.11.0: same"], root=root)

    assert "profile bwrap /usr/bin/bwrap flags=(unconfined) {\n" in one
    assert "profile bwrap {/usr/bin/bwrap,/venv/bwrap} flags=(unconfined)" in two
    assert "apparmor_parser -r" in one


def test_a_limit_of_zero_is_named(tmp_path: Path) -> None:
    root = host(tmp_path, user__max_user_namespaces="0")

    assert "sysctl -w user.max_user_namespaces" in explain([PROBLEM], root=root)


@pytest.mark.parametrize("sign", [".dockerenv", "run/.containerenv"])
def test_a_container_is_told_how_to_start(tmp_path: Path, sign: str) -> None:
    (tmp_path / "run").mkdir()
    (tmp_path / sign).touch()

    assert "--cap-add SYS_ADMIN" in explain([PROBLEM], root=tmp_path)


def test_anything_else_points_to_the_doctor(tmp_path: Path) -> None:
    assert "taskyard doctor" in explain([PROBLEM], root=tmp_path)
