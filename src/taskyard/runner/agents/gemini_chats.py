"""Keep Gemini from losing a conversation that it is about to resume.

1. Gemini names a conversation's file by the minute in which it is opened, and its id.
2. Resumed within the minute of its beginning, it opens a file of the same name anew.
3. Then it looks for the conversation to resume, and finds the empty beginning.

So before every start each file is named for one minute earlier.

4. Resumed in another minute, it opens a file beside the conversation's, writes nothing but
   a beginning into it, and goes on in the old one.
5. The next Gemini cleans up files without a conversation: by their id, which is the same.

So before every start beginnings that stand beside their conversation are removed.
"""

import re
from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

__all__ = ["set_back"]

_NAME: Final = re.compile(r"session-(\d{4}-\d\d-\d\dT\d\d-\d\d)-(.+\.jsonl?)")
_MINUTE: Final = "%Y-%m-%dT%H-%M"
#: Of a message that is an answer: where there is none, there is no conversation.
_ANSWER: Final = re.compile(rb'"type":\s*"gemini"')


def set_back(home: Path) -> None:
    """Raises `OSError`."""
    files = sorted(home.glob(".gemini/tmp/*/chats/session-*"))
    _remove_beginnings(files)
    # Oldest first, so that each name is free before it is taken.
    for file in files:
        if not file.exists():
            continue
        found = _NAME.fullmatch(file.name)
        if found and (opened := _minute(found[1])):
            earlier = (opened - timedelta(minutes=1)).strftime(_MINUTE)
            file.rename(file.with_name(f"session-{earlier}-{found[2]}"))


def _minute(text: str) -> datetime | None:
    try:
        return datetime.strptime(text, _MINUTE)  # noqa: DTZ007 - as it is written
    except ValueError:
        return None  # no name that Gemini gave


def _remove_beginnings(files: Sequence[Path]) -> None:
    """Of files of one id, those without an answer, if another has one."""
    same: dict[tuple[Path, str], list[Path]] = {}
    for file in files:
        if found := _NAME.fullmatch(file.name):
            same.setdefault((file.parent, found[2]), []).append(file)
    for twins in same.values():
        if len(twins) > 1:
            begun = [file for file in twins if not _ANSWER.search(file.read_bytes())]
            for file in begun if len(begun) < len(twins) else ():
                file.unlink()
