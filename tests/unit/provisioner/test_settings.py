from pathlib import Path

import pytest

from taskyard.provisioner.settings import InvalidSettings, Settings

KEY = {"TASKYARD_PROVISIONER_KEY": "tyk-prov-x"}


def test_a_key_is_all_that_is_needed() -> None:
    settings = Settings.from_environment(KEY)

    assert settings.server_url == "http://127.0.0.1:7080"
    assert settings.server_address == "127.0.0.1:7080"
    assert settings.concurrency >= 1
    assert settings.terraform_pass_env == ()
    assert settings.mount_roots == ()


def test_arguments_win_over_the_environment() -> None:
    environment = {**KEY, "TASKYARD_SERVER_URL": "http://a", "TASKYARD_DATA_DIR": "/a"}

    settings = Settings.from_environment(
        environment, server_url="https://b/", key="k\n", data_dir=Path("/b")
    )

    assert (settings.server_url, settings.key) == ("https://b", "k")
    assert settings.data_dir == Path("/b")
    assert settings.server_address == "b:443"


def test_lists_are_read() -> None:
    settings = Settings.from_environment(
        {
            **KEY,
            "TASKYARD_MOUNT_ROOTS": "/srv/a:/srv/b",
            "TASKYARD_TERRAFORM_PASS_ENV": "DOCKER_HOST, HTTPS_PROXY",
        }
    )

    assert settings.mount_roots == (Path("/srv/a"), Path("/srv/b"))
    assert settings.terraform_pass_env == ("DOCKER_HOST", "HTTPS_PROXY")


@pytest.mark.parametrize(
    ("environment", "named"),
    [
        ({}, "TASKYARD_PROVISIONER_KEY"),
        ({**KEY, "TASKYARD_SERVER_URL": "ftp://x"}, "--server"),
        ({**KEY, "TASKYARD_SERVER_URL": "x"}, "--server"),
        ({**KEY, "TASKYARD_PROVISIONER_CONCURRENCY": "0"}, "PROVISIONER_CONCURRENCY"),
        ({**KEY, "TASKYARD_PROVISIONER_CONCURRENCY": "x"}, "PROVISIONER_CONCURRENCY"),
        ({**KEY, "TASKYARD_BUILD_TIMEOUT": "soon"}, "TASKYARD_BUILD_TIMEOUT"),
        ({**KEY, "TASKYARD_CANCEL_GRACE": "-1"}, "TASKYARD_CANCEL_GRACE"),
    ],
)
def test_a_wrong_setting_is_named(environment: dict[str, str], named: str) -> None:
    with pytest.raises(InvalidSettings, match=named):
        Settings.from_environment(environment)


def test_the_key_is_not_in_the_representation() -> None:
    assert "tyk-prov-x" not in repr(Settings.from_environment(KEY))
