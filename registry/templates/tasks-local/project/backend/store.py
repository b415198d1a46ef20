"""Notes, kept in one JSON file."""

import json
import threading
from dataclasses import asdict, dataclass, replace
from pathlib import Path

MAX_TEXT = 200


class InvalidNote(ValueError):
    """The text of a note is empty or too long."""


@dataclass(frozen=True)
class Note:
    id: int
    text: str
    done: bool = False


class NoteStore:
    """Thread-safe; every change is on disk before it is answered."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lock = threading.Lock()
        self._notes: dict[int, Note] = {}
        if path.exists():
            for item in json.loads(path.read_text(encoding="utf-8")):
                note = Note(**item)
                self._notes[note.id] = note

    def all(self) -> list[Note]:
        with self._lock:
            return sorted(self._notes.values(), key=lambda note: note.id)

    def add(self, text: str) -> Note:
        text = text.strip()
        if not text or len(text) > MAX_TEXT:
            raise InvalidNote(f"text must have 1 to {MAX_TEXT} characters")

        with self._lock:
            note = Note(id=max(self._notes, default=0) + 1, text=text)
            self._notes[note.id] = note
            self._save()
        return note

    def set_done(self, note_id: int, done: bool) -> Note | None:
        with self._lock:
            note = self._notes.get(note_id)
            if note is None:
                return None

            self._notes[note_id] = replace(note, done=done)
            self._save()
            return self._notes[note_id]

    def remove(self, note_id: int) -> bool:
        with self._lock:
            if self._notes.pop(note_id, None) is None:
                return False

            self._save()
            return True

    def _save(self) -> None:
        partial = self._path.with_suffix(".partial")
        items = [asdict(note) for note in self._notes.values()]
        partial.write_text(json.dumps(items, indent=2), encoding="utf-8")
        partial.replace(self._path)
