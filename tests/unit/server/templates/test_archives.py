"""Hostile and ordinary archives, each through the whole reading of an upload."""

import gzip
import io
import tarfile
import zipfile
from dataclasses import dataclass

import pytest

from taskyard.server.templates.archives.entries import (
    ArchiveRefused,
    ArchiveTooLarge,
    Limits,
)
from taskyard.server.templates.archives.normalise import normalise
from tests.support.archives import (
    DEVICE,
    LINK,
    PIPE,
    SOCKET,
    Member,
    many,
    overlapping_zip,
    pax,
    tar,
    tgz,
    unix_zip,
    zip_of,
)

LIMITS = Limits(
    compressed=200_000, unpacked=1_000_000, entries=50, path=200, component=100, depth=8
)
MAIN = Member(name="main.tf", data=b"# main")


@dataclass(frozen=True, slots=True)
class Case:
    """`says` is in the message or in the advice."""

    id: str
    data: bytes
    says: str
    too_large: bool = False


def bad_names() -> list[Case]:
    """Every illegal name, as a file of a tar and of a zip, and as a tar's directory."""
    names = {
        "absolute": ("/etc/passwd", "absolute"),
        "double absolute": ("//etc/passwd", "absolute"),
        "parent": ("../evil.tf", "leads out"),
        "parent inside": ("a/../../evil.tf", "leads out"),
        "parent that stays inside": ("a/../main.tf", "leads out"),
        "only parent": ("..", "leads out"),
        "parent at the end": ("a/..", "leads out"),
        "backslash": ("..\\evil.tf", "backslash"),
        "windows path": ("C:\\evil.tf", "backslash"),
        "drive": ("C:/evil.tf", "drive"),
        "newline": ("a\nb.tf", "control characters"),
        "escape": ("\x1b[31mred.tf", "control characters"),
        "delete": ("a\x7fb", "control characters"),
        "direction": ("evil\u202etf", "control characters"),
        "long": ("a/" * 3 + "b" * 195, "too long"),
        "long component": ("b" * 101, "too long"),
        "deep": ("/".join("abcdefghi"), "nested too deeply"),
    }
    cases: list[Case] = []
    for id_, (name, says) in names.items():
        header = (pax(path=name),)
        cases += [
            Case(f"tar {id_}", tar(*header, Member(name="x"), MAIN), says),
            Case(f"tar directory {id_}", tar(*header, Member(kind=b"5"), MAIN), says),
            Case(f"zip {id_}", zip_of((name, b""), ("main.tf", b"")), says),
        ]
    return cases


def bad_tars() -> list[Case]:
    return [
        Case("character device", tar(Member(kind=b"3"), MAIN), "character device"),
        Case("block device", tar(Member(kind=b"4"), MAIN), "block device"),
        Case("pipe", tar(Member(kind=b"6"), MAIN), "named pipe"),
        Case("sparse", tar(Member(kind=b"S"), MAIN), "sparse"),
        Case("volume", tar(Member(kind=b"M"), MAIN), "multi-volume"),
        Case("unknown type", tar(Member(kind=b"Z"), MAIN), "unknown type"),
        Case("pax sparse", tar(pax(**{"GNU.sparse.map": "0,1"}), MAIN), "sparse"),
        Case("twice", tar(MAIN, MAIN), "twice"),
        Case("twice by dot", tar(MAIN, Member(name="./main.tf")), "twice"),
        Case("twice by slashes", tar(Member(name="a//b"), Member(name="a/b")), "twice"),
        Case("file and folder", tar(Member(name="a"), Member(name="a/b")), "below"),
        Case("folder and file", tar(Member(name="a/b"), Member(name="a")), "below"),
        Case("empty", tar(), "empty"),
        Case("no bytes", b"", "empty"),
        Case("only folders", tar(Member(name="a", kind=b"5")), "empty"),
        Case("root is a file", tar(Member(name="."), MAIN), "not the name"),
        Case("no name", tar(Member(name=""), MAIN), "is empty"),
        Case("cut in data", tar(Member(data=b"x" * 600))[:700], "ends in the middle"),
        Case("cut in header", tar(MAIN, MAIN)[:1100], "ends in the middle"),
        Case("bad checksum", tar(MAIN, Member(checksum=b"000001\0 ")), "checksum"),
        Case("size not octal", tar(Member(size=b"99999999999\0")), "size"),
        Case("negative size", tar(Member(size=b"-0000000001\0")), "size"),
        Case("name not utf-8", tar(Member(name=b"\xff\xfe.tf")), "UTF-8"),
        Case(
            "pax not utf-8",
            tar(Member(kind=b"x", data=b"11 path=\xff\xff\n"), MAIN),
            "UTF-8",
        ),
        Case("pax with NUL", tar(pax(path="a\0b"), MAIN), "NUL"),
        Case(
            "pax without length",
            tar(Member(kind=b"x", data=b"path=a\n"), MAIN),
            "cannot be read",
        ),
        Case(
            "pax zero length",
            tar(Member(kind=b"x", data=b"0 path=a\n"), MAIN),
            "cannot be read",
        ),
        Case(
            "pax too long",
            tar(Member(kind=b"x", data=b"99 path=a\n"), MAIN),
            "cannot be read",
        ),
        Case(
            "pax negative",
            tar(Member(kind=b"x", data=b"-9 path=a\n"), MAIN),
            "cannot be read",
        ),
        Case("pax size negative", tar(pax(size="-512"), MAIN), "size"),
        Case("pax size word", tar(pax(size="many"), MAIN), "size"),
        Case(
            "huge extension",
            tar(Member(kind=b"x", size=b"77777777777\0")),
            "extension header",
        ),
        Case(
            "huge long name",
            tar(Member(kind=b"L", size=b"00004000000\0")),
            "extension header",
        ),
    ]


def bad_links() -> list[Case]:
    def link(name: str, target: str) -> Member:
        return Member(name=name, kind=b"2", target=target)

    def hard(name: str, target: str) -> Member:
        return Member(name=name, kind=b"1", target=target)

    outside = "outside"
    return [
        Case("link absolute", tar(link("a", "/etc/passwd"), MAIN), outside),
        Case("link parent", tar(link("a", "../secret"), MAIN), outside),
        Case("link deep parent", tar(link("d/a", "../../secret"), MAIN), outside),
        Case(
            "link through link",
            tar(link("d/up", ".."), link("x", "d/up/../y"), MAIN),
            outside,
        ),
        Case("link in a circle", tar(link("a", "b"), link("b", "a"), MAIN), "circle"),
        Case("link to itself", tar(link("a", "a"), MAIN), "circle"),
        Case("link without target", tar(link("a", ""), MAIN), outside),
        Case("link backslash", tar(link("a", "..\\x"), MAIN), outside),
        Case("file below link", tar(link("d", "e"), Member(name="d/f"), MAIN), "below"),
        Case("link replaced", tar(link("d", "e"), Member(name="d"), MAIN), "twice"),
        Case("hard link outside", tar(hard("a", "/etc/shadow"), MAIN), "absolute"),
        Case("hard link parent", tar(hard("a", "../x"), MAIN), "leads out"),
        Case("hard link to nothing", tar(hard("a", "b"), MAIN), "not a file before"),
        Case(
            "hard link to later", tar(hard("a", "main.tf"), MAIN), "not a file before"
        ),
        Case(
            "hard link to folder",
            tar(Member(name="d", kind=b"5"), hard("a", "d"), MAIN),
            "not a file before",
        ),
        Case("hard link empty", tar(hard("a", ""), MAIN), "not a file before"),
        Case("zip link absolute", unix_zip("a", b"/etc/passwd", LINK), outside),
        Case("zip link parent", unix_zip("a", b"../x", LINK), outside),
        Case("zip link long", unix_zip("a", b"x" * 5000, LINK), "target of"),
        Case("zip link not utf-8", unix_zip("a", b"\xff", LINK), "damaged"),
        Case("zip device", unix_zip("a", b"", DEVICE), "neither"),
        Case("zip pipe", unix_zip("a", b"", PIPE), "neither"),
        Case("zip socket", unix_zip("a", b"", SOCKET), "neither"),
    ]


def bombs() -> list[Case]:
    def bomb(id_: str, data: bytes) -> Case:
        return Case(id_, data, "Leave out", too_large=True)

    zeros = bytes(2_000_000)
    return [
        bomb("gzip of zeros", tgz(Member(data=zeros))),
        bomb(
            "gzip of many",
            tgz(*(Member(name=f"f{n}", data=zeros[:90_000]) for n in range(12))),
        ),
        bomb(
            "gzip with a bomb behind its end",
            gzip.compress(tar(Member(data=zeros[:900_000])) * 5),
        ),
        bomb("tar that claims", tar(Member(size=b"00010000000\0"))),
        bomb("tar base 256", tar(Member(size=b"\x80" + b"\x00" * 3 + b"\x7f" * 8))),
        bomb("pax size", tar(pax(size="999999999"), MAIN)),
        bomb("zip of zeros", zip_of(("main.tf", zeros))),
        bomb("many files", tar(*many([f"f{n}" for n in range(60)]))),
        bomb(
            "many folders",
            tar(*(Member(name=f"d{n}", kind=b"5") for n in range(60)), MAIN),
        ),
        bomb("many zip entries", zip_of(*((f"f{n}", b"") for n in range(60)))),
        bomb("many extensions", tar(*(pax(comment="x") for _ in range(60)), MAIN)),
        bomb("large upload", tar(MAIN) + bytes(300_000)),
        bomb(
            "hard links that multiply",
            tar(
                Member(name="a", data=zeros[:100_000]),
                *(Member(name=f"l{n}", kind=b"1", target="a") for n in range(20)),
            ),
        ),
    ]


def not_archives() -> list[Case]:
    good = zip_of(("main.tf", b"# main" * 50))
    encrypted = bytearray(good)
    encrypted[6] |= 1
    at = good.index(b"PK\x01\x02")
    encrypted[at + 8] |= 1
    corrupt = bytearray(good)
    corrupt[40] ^= 0xFF
    return [
        Case("text", b"resource {}" * 100, "something else"),
        Case("short text", b"hello", "something else"),
        Case("bzip2", b"BZh91AY&SY" + bytes(600), "bzip2"),
        Case("xz", b"\xfd7zXZ\0" + bytes(600), "xz"),
        Case("7z", b"7z\xbc\xaf\x27\x1c" + bytes(600), "7z"),
        Case("rar", b"Rar!\x1a\x07" + bytes(600), "rar"),
        Case("gzip of text", gzip.compress(b"hello" * 200), "checksum"),
        Case("gzip cut", tgz(Member(data=b"abc" * 999))[:-30], "damaged"),
        Case("gzip corrupt", tgz(MAIN)[:-8] + bytes(8), "damaged"),
        Case("zip cut", good[:-30], "no directory"),
        Case("zip corrupt", bytes(corrupt), "damaged"),
        Case("zip encrypted", bytes(encrypted), "encrypted"),
        Case(
            "zip bzip2",
            zip_of(("main.tf", b"x"), method=zipfile.ZIP_BZIP2),
            "not supported",
        ),
        Case(
            "zip lzma",
            zip_of(("main.tf", b"x"), method=zipfile.ZIP_LZMA),
            "not supported",
        ),
        Case("zip twice", zip_of(("./main.tf", b"x"), ("main.tf", b"y")), "twice"),
        Case("zip that overlaps", overlapping_zip(40, 100_000), "overlap"),
        Case("zip empty", zip_of(), "empty"),
        Case("zip without files", zip_of(("a/", b"")), "empty"),
        Case("zip of nothing", b"PK\x05\x06" + bytes(18), "empty"),
    ]


CASES = [*bad_names(), *bad_tars(), *bad_links(), *bombs(), *not_archives()]


def test_there_are_a_hundred_hostile_archives() -> None:
    assert len(CASES) >= 100
    assert len({case.id for case in CASES}) == len(CASES)


@pytest.mark.parametrize("case", CASES, ids=[case.id for case in CASES])
def test_a_hostile_archive_is_refused_with_the_reason(case: Case) -> None:
    with pytest.raises((ArchiveRefused, ArchiveTooLarge)) as refusal:
        normalise(case.data, LIMITS)

    error = refusal.value
    assert case.says in f"{error.message} {error.detail}"
    assert isinstance(error, ArchiveTooLarge) == case.too_large
    assert error.message.endswith(".")
    assert error.detail


# -- what is accepted -----------------------------------------------------------------


def unpacked(data: bytes) -> dict[str, bytes | str | None]:
    """Files with their bytes, links with their target, folders with None."""
    found: dict[str, bytes | str | None] = {}
    with tarfile.open(fileobj=io.BytesIO(data)) as archive:
        for info in archive:
            file = archive.extractfile(info) if info.isreg() else None
            found[info.name] = file.read() if file else (info.linkname or None)
    return found


def test_tar_gzip_and_zip_of_one_folder_become_the_same_bytes() -> None:
    files = (("main.tf", b"# main"), ("scripts/run.sh", b"echo"))
    members = [Member(name=name, data=data) for name, data in files]

    plain = normalise(tar(*members), LIMITS)

    assert normalise(tgz(*reversed(members)), LIMITS) == plain
    assert normalise(zip_of(*files), LIMITS) == plain
    assert unpacked(plain) == dict(files)


def test_a_link_that_stays_inside_is_kept() -> None:
    link = Member(name="d/a", kind=b"2", target="../main.tf")

    assert unpacked(normalise(tar(MAIN, link), LIMITS))["d/a"] == "../main.tf"


def test_a_hard_link_becomes_a_copy() -> None:
    link = Member(name="copy.tf", kind=b"1", target="./main.tf")

    assert unpacked(normalise(tar(MAIN, link), LIMITS))["copy.tf"] == b"# main"


def test_long_names_of_both_kinds_are_read() -> None:
    long = "modules/" + "n" * 95 + "/main.tf"
    gnu = Member(kind=b"L", data=long.encode() + b"\0")

    by_gnu = normalise(tar(gnu, Member(name="short")), LIMITS)
    by_pax = normalise(tar(pax(path=long), Member(name="short")), LIMITS)
    by_prefix = normalise(
        tar(Member(name="main.tf", prefix=b"modules/" + b"n" * 95)), LIMITS
    )

    assert list(unpacked(by_gnu)) == [long]
    assert by_gnu == by_pax == by_prefix


def test_only_whether_a_file_is_executable_is_kept_of_its_mode() -> None:
    data = normalise(tar(Member(name="a", mode=b"0004755\0"), MAIN), LIMITS)

    with tarfile.open(fileobj=io.BytesIO(data)) as archive:
        modes = {info.name: info.mode for info in archive}
        owners = {(info.uid, info.gid, info.mtime) for info in archive}
    assert modes == {"a": 0o755, "main.tf": 0o644}
    assert owners == {(0, 0, 0)}


def test_folders_may_be_named_again_and_the_root_too() -> None:
    folder = Member(name="d/", kind=b"5")

    data = normalise(tar(Member(name="./", kind=b"5"), folder, folder, MAIN), LIMITS)

    assert list(unpacked(data)) == ["d", "main.tf"]


def test_what_python_writes_is_read_in_every_format() -> None:
    for form in (tarfile.USTAR_FORMAT, tarfile.GNU_FORMAT, tarfile.PAX_FORMAT):
        out = io.BytesIO()
        with tarfile.open(fileobj=out, mode="w:gz", format=form) as archive:
            info = tarfile.TarInfo("grüße/main.tf")
            info.size = 3
            archive.addfile(info, io.BytesIO(b"abc"))

        assert unpacked(normalise(out.getvalue(), LIMITS)) == {"grüße/main.tf": b"abc"}
