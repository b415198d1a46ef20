"""Keep Gemini from writing over a conversation that it is about to resume.

1. Gemini names a conversation's file by the minute in which it is opened, and its id.
2. Resumed within the minute of its beginning, it opens a file of the same name anew.
3. Then it looks for the conversation to resume, and finds the empty beginning.

So before every start each file is named for one minute earlier.
"""

import re
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

__all__ = ["set_back"]

_NAME: Final = re.compile(r"session-(\d{4}-\d\d-\d\dT\d\d-\d\d)-(.+\.jsonl?)")
_MINUTE: Final = "%Y-%m-%dT%H-%M"


def set_back(home: Path) -> None:
    """Raises `OSError`."""
    # Oldest first, so that each name is free before it is taken.
    for file in sorted(home.glob(".gemini/tmp/*/chats/session-*")):
        if found := _NAME.fullmatch(file.name):
            opened = datetime.strptime(found[1], _MINUTE)  # noqa: DTZ007 - as it is written
            earlier = (opened - timedelta(minutes=1)).strftime(_MINUTE)
            file.rename(file.with_name(f"session-{earlier}-{found[2]}"))
