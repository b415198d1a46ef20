"""Files that agents write while they work, read as they grow."""

import json
from pathlib import Path

from taskyard.runner.agents.hooks.facts import Said
from taskyard.runner.agents.hooks.files import Spool, TranscriptFile


def line(text: str) -> str:
    return json.dumps(
        {"type": "gemini", "id": text, "content": text}, separators=(",", ":")
    )


def display(text: str, index: int = 0) -> str:
    return json.dumps(
        {
            "hook_event_name": "MessageDisplay",
            "session_id": "c",
            "message_id": "m",
            "index": index,
            "delta": text,
        }
    )


def words(file: Spool | TranscriptFile) -> list[str]:
    return [fact.text for fact in file.news() if isinstance(fact, Said)]


def gemini(path: Path, *, from_end: bool = False) -> TranscriptFile:
    return TranscriptFile(path, "gemini", "c", from_end=from_end)


def append(path: Path, text: str) -> None:
    with path.open("a") as file:
        file.write(text)


def test_a_line_is_read_when_it_is_whole(tmp_path: Path) -> None:
    path = tmp_path / "file"
    file = gemini(path)

    before = words(file)
    append(path, line("one") + "\n" + line("two")[:10])
    half = words(file)
    append(path, line("two")[10:] + "\n")

    assert (before, half, words(file), words(file)) == ([], ["one"], ["two"], [])


def test_a_conversation_that_goes_on_is_read_from_its_end(tmp_path: Path) -> None:
    path = tmp_path / "file"
    append(path, line("old") + "\n")
    file = gemini(path, from_end=True)

    append(path, line("new") + "\n")

    assert words(file) == ["new"]


def test_a_file_that_is_written_anew_is_read_from_its_beginning(
    tmp_path: Path,
) -> None:
    path = tmp_path / "file"
    append(path, line("old") * 10 + "\n")
    file = gemini(path, from_end=True)

    path.write_text(line("new") + "\n")

    assert words(file) == ["new"]


def test_garbage_and_a_line_of_60_mb_are_passed_over(tmp_path: Path) -> None:
    path = tmp_path / "file"
    file = gemini(path)

    append(path, '{"type":"gemini" garbage\n\x00\xff\n')
    append(path, '{"type":"gemini","x":"' + "x" * 60_000_000 + '"}\n')
    append(path, line("after") + "\n")

    assert words(file) == ["after"]


def test_a_spool_is_read_whatever_stands_between_its_objects(tmp_path: Path) -> None:
    path = tmp_path / "sub/spool"
    spool = Spool(path, "claude-code")

    append(path, display("a") + display("b", 1) + "\n")
    first = words(spool)
    append(path, '{"broken": \n' + display("c", 2) + "\n" + display("d", 3)[:9])
    second = words(spool)
    append(path, display("d", 3)[9:])

    assert (first, second, words(spool)) == (["a", "b"], ["c"], ["d"])


def test_what_nests_too_deep_does_not_end_the_reading(tmp_path: Path) -> None:
    path = tmp_path / "spool"
    spool = Spool(path, "claude-code")

    append(path, '{"a":' * 100_000 + "\n" + display("b"))

    assert words(spool) == ["b"]


def test_a_path_that_there_cannot_be_has_no_news() -> None:
    assert words(gemini(Path("/work/a\0b"), from_end=True)) == []


def test_a_spool_does_not_grow_for_ever(tmp_path: Path) -> None:
    path = tmp_path / "spool"
    spool = Spool(path, "claude-code")

    append(path, display("a"))
    words(spool)
    spool.clear()
    emptied = path.stat().st_size
    append(path, display("b", 1))

    assert emptied == 0
    assert words(spool) == ["b"]


def test_what_was_not_read_yet_is_not_cleared(tmp_path: Path) -> None:
    path = tmp_path / "spool"
    spool = Spool(path, "claude-code")
    append(path, display("a"))

    spool.clear()

    assert words(spool) == ["a"]
