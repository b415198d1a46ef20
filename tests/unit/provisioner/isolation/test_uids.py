import os
import threading
from pathlib import Path

import pytest

from taskyard.provisioner.isolation.uids import FIRST_UID, UidRange, own


def home(tmp_path: Path, name: str) -> Path:
    path = tmp_path / name
    path.mkdir()
    return path


def test_every_home_has_a_user_of_its_own_for_ever(tmp_path: Path) -> None:
    one, two = home(tmp_path, "one"), home(tmp_path, "two")
    first = UidRange(tmp_path / "uids.json")

    assert first.uid_for(one) == FIRST_UID
    assert first.uid_for(two) == FIRST_UID + 1
    assert UidRange(tmp_path / "uids.json").uid_for(one) == FIRST_UID


def test_a_user_is_not_given_again_at_once(tmp_path: Path) -> None:
    uids = UidRange(tmp_path / "uids.json")
    gone = home(tmp_path, "old")
    _ = uids.uid_for(gone)
    gone.rmdir()

    assert uids.uid_for(home(tmp_path, "next")) == FIRST_UID + 1


def test_homes_that_are_gone_are_forgotten(tmp_path: Path) -> None:
    uids = UidRange(tmp_path / "uids.json")
    gone = home(tmp_path, "old")
    _ = uids.uid_for(gone)
    gone.rmdir()

    _ = uids.uid_for(home(tmp_path, "next"))

    assert str(gone) not in (tmp_path / "uids.json").read_text()


def test_many_at_once_get_different_users(tmp_path: Path) -> None:
    homes = [home(tmp_path, str(number)) for number in range(20)]
    given: list[int] = []

    def ask(path: Path) -> None:
        given.append(UidRange(tmp_path / "uids.json").uid_for(path))

    threads = [threading.Thread(target=ask, args=(path,)) for path in homes]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(set(given)) == 20


@pytest.mark.skipif(os.geteuid() != 0, reason="only root changes owners")
def test_owning_changes_all_below_and_follows_no_link(tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.touch()
    volume = home(tmp_path, "volume")
    (volume / "a").mkdir()
    (volume / "a/file").touch()
    (volume / "link").symlink_to(outside)

    own(volume, FIRST_UID + 7)

    for path in (volume, volume / "a", volume / "a/file", volume / "link"):
        assert path.lstat().st_uid == path.lstat().st_gid == FIRST_UID + 7
    assert outside.stat().st_uid == 0
