import gzip
import io
import tarfile
from pathlib import Path

import pytest

from taskyard.provisioner.errors import TemplateInvalid
from taskyard.provisioner.template.archive import pack_modules, unpack
from taskyard.testing.provisioning import tar_of


def _files(directory: Path) -> dict[str, bytes]:
    return {
        str(path.relative_to(directory)): path.read_bytes()
        for path in directory.rglob("*")
        if path.is_file()
    }


@pytest.mark.parametrize("is_packed", [False, True])
def test_files_and_directories_are_written(tmp_path: Path, *, is_packed: bool) -> None:
    data = tar_of({"main.tf": "a", "./x/y.sh": "b"})

    unpack(gzip.compress(data) if is_packed else data, tmp_path)

    assert _files(tmp_path) == {"main.tf": b"a", "x/y.sh": b"b"}


def test_only_the_right_to_execute_is_kept(tmp_path: Path) -> None:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as archive:
        for name, mode in (("a", 0o4777), ("b", 0o666)):
            info = tarfile.TarInfo(name)
            info.mode, info.uid = mode, 1234
            archive.addfile(info)

    unpack(buffer.getvalue(), tmp_path)

    assert (tmp_path / "a").stat().st_mode & 0o7777 == 0o700
    assert (tmp_path / "b").stat().st_mode & 0o7777 == 0o600


def test_what_terraform_keeps_itself_is_left_out_of_a_template(tmp_path: Path) -> None:
    data = tar_of(
        {
            "main.tf": "a",
            ".terraform/modules/modules.json": "{}",
            "terraform.tfstate": "{}",
            "terraform.tfstate.backup": "{}",
            ".terraform.lock.hcl": "",
        }
    )

    unpack(data, tmp_path)

    assert set(_files(tmp_path)) == {"main.tf", ".terraform.lock.hcl"}


@pytest.mark.parametrize(
    "name", ["../a", "a/../../b", "/etc/a", "a\\..\\b", "x" * 2000, "a/" * 600 + "b"]
)
def test_a_name_that_leads_out_or_is_absurd_is_refused(
    tmp_path: Path, name: str
) -> None:
    inside = tmp_path / "inside"
    inside.mkdir()

    with pytest.raises(TemplateInvalid):
        unpack(tar_of({name: "x"}), inside)

    assert _files(tmp_path) == {}


def test_the_same_file_twice_is_refused(tmp_path: Path) -> None:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as archive:
        archive.addfile(tarfile.TarInfo("a"))
        archive.addfile(tarfile.TarInfo("a"))

    with pytest.raises(TemplateInvalid, match="cannot be unpacked"):
        unpack(buffer.getvalue(), tmp_path)


def test_too_many_entries_are_refused(tmp_path: Path) -> None:
    data = tar_of({f"f{number}": "" for number in range(5_001)})

    with pytest.raises(TemplateInvalid, match="more than 5000 entries"):
        unpack(data, tmp_path)


def test_a_bomb_is_refused_before_it_is_unpacked(tmp_path: Path) -> None:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w:gz") as archive:
        for name in ("a", "b"):
            info = tarfile.TarInfo(name)
            info.size = 60 << 20
            archive.addfile(info, io.BytesIO(bytes(60 << 20)))

    with pytest.raises(TemplateInvalid, match="more than 100 MiB"):
        unpack(buffer.getvalue(), tmp_path)

    assert not (tmp_path / "b").exists()


def test_a_cut_archive_is_refused(tmp_path: Path) -> None:
    data = tar_of({"a": "x" * 10_000})

    with pytest.raises(TemplateInvalid, match="cannot be unpacked"):
        unpack(data[:5_000], tmp_path)


def test_fetched_modules_come_back_as_they_were(tmp_path: Path) -> None:
    first, second = tmp_path / "first", tmp_path / "second"
    modules = first / ".terraform" / "modules"
    (modules / "m" / ".git").mkdir(parents=True)
    (modules / "modules.json").write_text("{}")
    (modules / "m" / "main.tf").write_text("m")
    (modules / "m" / ".git" / "HEAD").write_text("history")
    (modules / "m" / "link").symlink_to("/etc/passwd")
    (first / ".terraform" / "providers").mkdir()
    (first / ".terraform" / "providers" / "binary").write_text("large")
    (first / ".terraform.lock.hcl").write_text("lock")

    data = pack_modules(first)
    assert data
    unpack(data, second, is_template=False)

    assert _files(second) == {
        ".terraform/modules/modules.json": b"{}",
        ".terraform/modules/m/main.tf": b"m",
        ".terraform.lock.hcl": b"lock",
    }


def test_without_modules_there_is_nothing_to_pack(tmp_path: Path) -> None:
    assert pack_modules(tmp_path) is None
