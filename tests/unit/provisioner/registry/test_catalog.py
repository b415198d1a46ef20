import gzip
import io
import tarfile
from pathlib import Path

import pytest

from taskyard.provisioner.registry.catalog import Catalog, bundled_roots


def _put(root: Path, *modules: str, text: str = "# a module") -> Catalog:
    for module in modules:
        directory = root / "modules" / module
        directory.mkdir(parents=True)
        (directory / "main.tf").write_text(text)
    return Catalog([root])


def test_versions_are_newest_first(tmp_path: Path) -> None:
    catalog = _put(
        tmp_path, *(f"a/b/{v}" for v in ("1.9.0", "1.10.0", "2.0.0-rc.1", "2.0.0"))
    )

    assert catalog.versions("a", "b") == ["2.0.0", "2.0.0-rc.1", "1.10.0", "1.9.0"]


def test_what_is_no_version_is_no_module(tmp_path: Path) -> None:
    catalog = _put(tmp_path, "a/b/latest", "a/b/v1.0.0", "a/c/1.0.0")
    (tmp_path / "modules" / "a" / "d" / "1.0.0").mkdir(parents=True)

    assert catalog.names() == ["a/c"]


def test_without_a_namespace_the_name_decides(tmp_path: Path) -> None:
    catalog = _put(tmp_path, "a/b/1.0.0")

    assert catalog.versions("modules", "b") == ["1.0.0"]
    assert catalog.archive("modules", "b", "1.0.0")


def test_an_earlier_root_wins(tmp_path: Path) -> None:
    _put(tmp_path / "own", "a/b/1.0.0", text="own")
    _put(tmp_path / "bundled", "a/b/1.0.0", "a/b/2.0.0", text="bundled")
    catalog = Catalog([tmp_path / "own", tmp_path / "bundled"])

    assert catalog.versions("a", "b") == ["2.0.0", "1.0.0"]
    assert _content(catalog.archive("a", "b", "1.0.0")) == {"main.tf": b"own"}


def _content(archive: bytes | None) -> dict[str, bytes]:
    assert archive
    with tarfile.open(fileobj=io.BytesIO(gzip.decompress(archive))) as opened:
        files = {m.name: opened.extractfile(m) for m in opened if m.isfile()}
        return {name: file.read() for name, file in files.items() if file}


def test_an_archive_has_the_files_at_its_root(tmp_path: Path) -> None:
    catalog = _put(tmp_path, "a/b/1.0.0", text="x")
    scripts = tmp_path / "modules" / "a" / "b" / "1.0.0" / "scripts"
    scripts.mkdir()
    (scripts / "run.sh").write_text("y")

    found = _content(catalog.archive("a", "b", "1.0.0"))

    assert found == {"main.tf": b"x", "scripts/run.sh": b"y"}


@pytest.mark.parametrize(
    ("namespace", "name", "version"),
    [
        ("a", "b", "9.0.0"),
        ("a", "x", "1.0.0"),
        ("a", "b", "../1.0.0"),
        ("..", "b", "1.0.0"),
        ("a", "*", "1.0.0"),
        ("modules", "*", "1.0.0"),
    ],
)
def test_what_is_not_there_has_no_archive(
    tmp_path: Path, namespace: str, name: str, version: str
) -> None:
    assert _put(tmp_path, "a/b/1.0.0").archive(namespace, name, version) is None


def test_our_own_modules_are_found_after_the_configured_ones(tmp_path: Path) -> None:
    first, second = bundled_roots(tmp_path)

    assert first == tmp_path
    assert "coder/claude-code" in Catalog([second]).names()
