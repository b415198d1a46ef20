"""Which script answers which prompt: the first rule that fits."""

import re
from collections.abc import Callable
from typing import Final

from taskyard.server.gateway.demo.scripts.document import document
from taskyard.server.gateway.demo.scripts.port_to_go import port_to_go
from taskyard.server.gateway.demo.scripts.recolour import colour_in, recolour
from taskyard.server.gateway.demo.scripts.small import (
    answer_question,
    converse,
    file_in,
    note_down,
    run_command,
    write_named_file,
)
from taskyard.server.gateway.demo.steps import Script

__all__ = ["choose"]

_GO: Final = re.compile(
    r"\b(?:re-?write|port|convert|translate|migrate|re-?implement)\b.*\b(?:go|golang)\b",
    re.IGNORECASE | re.DOTALL,
)
_DOCUMENT: Final = re.compile(
    r"\b(?:document|describe|explain)\b.*\b(?:structure|project|code|repo\w*|architecture)\b"
    r"|\b(?:project|code|repo\w*)\s+(?:structure|overview)\b",
    re.IGNORECASE | re.DOTALL,
)
_PAINT: Final = re.compile(
    r"\b(?:change|make|turn|switch|set|paint|use|colou?r|theme|now|instead|try)\b",
    re.IGNORECASE,
)
_RUN: Final = re.compile(
    r"\b(?:run|execute)\b.*(?:`[^`\n]+`|\btests?\b)", re.IGNORECASE | re.DOTALL
)
_QUESTION: Final = re.compile(
    r"\?\s*$|^\s*(?:what|why|how|where|which|who|when|is|are|does|do|can)\b",
    re.IGNORECASE,
)
_SMALL_TALK: Final = re.compile(
    r"^\W*(?:hi|hello|hey|thanks|thank you|ok|okay|great|good|nice|yes|no|test|ping)\b[^?]{0,30}$",
    re.IGNORECASE,
)


def choose(prompt: str) -> Script:
    rules: tuple[tuple[Callable[[str], object], Callable[[str], Script]], ...] = (
        (_SMALL_TALK.search, converse),
        (_GO.search, port_to_go),
        (lambda p: colour_in(p) and _PAINT.search(p), recolour),
        (file_in, write_named_file),
        (_RUN.search, run_command),
        (_DOCUMENT.search, document),
        (_QUESTION.search, answer_question),
    )
    script = next((make for fits, make in rules if fits(prompt)), note_down)
    return script(prompt)
