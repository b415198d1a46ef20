"""Template folders that come from a server."""

import io
import tarfile
from pathlib import Path

import pytest

from taskyard.cli.archive import unpack
from taskyard.kit.errors import InvalidRequest


def _tar(*members: tuple[str, str]) -> bytes:
    """Names with their content, or with `-> target` for a link."""
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w") as archive:
        for name, content in members:
            member = tarfile.TarInfo(name)
            if content.startswith("-> "):
                member.type, member.linkname = tarfile.SYMTYPE, content[3:]
            else:
                member.size, member.mode = len(content), 0o755
            archive.addfile(member, io.BytesIO(content.encode()))
    return packed.getvalue()


def test_files_and_links_are_written_as_they_were(tmp_path: Path) -> None:
    names = unpack(_tar(("a/run.sh", "#!/bin/sh"), ("run", "-> a/run.sh")), tmp_path)

    assert names == ["a/run.sh"]
    assert (tmp_path / "run").read_text() == "#!/bin/sh"
    assert (tmp_path / "a/run.sh").stat().st_mode & 0o111


@pytest.mark.parametrize(
    "members",
    [
        [("../evil", "x")],
        [("a/../../evil", "x")],
        [("/tmp/evil-of-a-server", "x")],  # noqa: S108 - refused
        [("out", "-> ..")],
        [("out", "-> /etc")],
        [("out", "-> a/../../x")],
    ],
    ids=["parent", "beyond", "absolute", "link up", "link to root", "link beyond"],
)
def test_nothing_is_written_outside_the_folder(
    members: list[tuple[str, str]], tmp_path: Path
) -> None:
    folder = tmp_path / "new"
    folder.mkdir()

    with pytest.raises(InvalidRequest, match="leads out of the folder"):
        unpack(_tar(*members), folder)

    assert [path.name for path in tmp_path.rglob("*")] == ["new"]
