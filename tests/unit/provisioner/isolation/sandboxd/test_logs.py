from pathlib import Path

from taskyard.provisioner.isolation.sandboxd.logs import BoundedLog


def test_a_log_keeps_two_parts_at_most(tmp_path: Path) -> None:
    log = BoundedLog(tmp_path / "x.log", limit=100)

    for number in range(50):
        log.write(b"line %02d\n" % number)

    assert sorted(p.name for p in tmp_path.iterdir()) == ["x.log", "x.log.1"]
    both = (tmp_path / "x.log.1").read_text() + (tmp_path / "x.log").read_text()
    assert len(both) <= 200
    assert both.endswith("line 48\nline 49\n")
    assert log.lost == 0


def test_a_log_goes_on_where_it_was_left(tmp_path: Path) -> None:
    _ = (tmp_path / "x.log").write_bytes(b"a" * 95)

    BoundedLog(tmp_path / "x.log", limit=100).write(b"0123456789")

    assert (tmp_path / "x.log").read_bytes() == b"0123456789"


def test_a_full_disk_loses_lines_and_nothing_else() -> None:
    log = BoundedLog(Path("/dev/full"), limit=100)

    log.write(b"one\n")
    log.write(b"two\n")

    assert log.lost == 2


def test_a_log_whose_directory_is_gone_comes_back_with_it(tmp_path: Path) -> None:
    log = BoundedLog(tmp_path / "later/x.log", limit=100)

    log.write(b"lost\n")
    (tmp_path / "later").mkdir()
    log.write(b"kept\n")

    assert (tmp_path / "later/x.log").read_bytes() == b"kept\n"
    assert log.lost == 1
