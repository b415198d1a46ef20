"""Gemini's conversations keep their files when they are resumed at once."""

from pathlib import Path

from taskyard.runner.agents.gemini_chats import set_back


def test_each_file_is_named_for_the_minute_before(tmp_path: Path) -> None:
    chats = tmp_path / ".gemini/tmp/project/chats"
    chats.mkdir(parents=True)
    for name in (
        "session-2026-11-23T09-00-aaaa.jsonl",
        "session-2026-11-23T09-01-aaaa.jsonl",
        "session-2026-01-01T00-00-bbbb.json",
        "session-2026-99-99T99-99-cccc.json",
        "notes.txt",
    ):
        (chats / name).write_text(name)

    set_back(tmp_path)

    assert {file.name: file.read_text() for file in chats.iterdir()} == {
        "session-2026-11-23T08-59-aaaa.jsonl": "session-2026-11-23T09-00-aaaa.jsonl",
        "session-2026-11-23T09-00-aaaa.jsonl": "session-2026-11-23T09-01-aaaa.jsonl",
        "session-2025-12-31T23-59-bbbb.json": "session-2026-01-01T00-00-bbbb.json",
        "session-2026-99-99T99-99-cccc.json": "session-2026-99-99T99-99-cccc.json",
        "notes.txt": "notes.txt",
    }


def test_a_home_without_gemini_stays_as_it_is(tmp_path: Path) -> None:
    set_back(tmp_path)

    assert not list(tmp_path.iterdir())


def test_a_beginning_beside_its_conversation_is_removed(tmp_path: Path) -> None:
    chats = tmp_path / ".gemini/tmp/project/chats"
    chats.mkdir(parents=True)
    answered = '{"sessionId":"a"}\n{"type":"user"}\n{"type":"gemini","content":"hi"}\n'
    (chats / "session-2026-11-23T10-22-aaaaaaaa.jsonl").write_text(answered)
    (chats / "session-2026-11-23T10-23-aaaaaaaa.jsonl").write_text('{"type":"user"}\n')
    (chats / "session-2026-11-23T10-23-bbbbbbbb.jsonl").write_text('{"type":"user"}\n')
    (chats / "session-2026-11-23T10-24-bbbbbbbb.jsonl").write_text('{"type":"user"}\n')

    set_back(tmp_path)

    assert sorted(file.name for file in chats.iterdir()) == [
        "session-2026-11-23T10-21-aaaaaaaa.jsonl",
        "session-2026-11-23T10-22-bbbbbbbb.jsonl",
        "session-2026-11-23T10-23-bbbbbbbb.jsonl",
    ]
    kept = chats / "session-2026-11-23T10-21-aaaaaaaa.jsonl"
    assert kept.read_text() == answered
