"""An agent that could not do its turn says why, in words of its own, and rests again.

Looked for in the answer to the last message alone, behind the mark that the agent puts
before its own troubles: what a model says about errors is not one. That the vendor's
usage limit is reached is never concluded from words.
"""

import re
from dataclasses import dataclass, replace
from typing import Final, Literal

from taskyard.runner.agents.tui.evidence import Verdict

__all__ = ["Complaint", "complaint_in"]

#: Lines at the end of an answer that a complaint begins in.
_REACH: Final = 14
_WORDS: Final = 400
_UNKNOWN_PERSON: Final = re.compile(
    r"\b401\b|unauthori[sz]ed|unauthenticated|\bnot (?:logged|signed) in\b|/login\b"
    r"|(?:invalid|incorrect|missing) (?:x-)?api[-_ ]key|api[-_ ]key (?:is )?not valid"
    r"|api_key_invalid|authentication ?(?:_?error|failed|required)"
    r"|missing environment variable: \W?\w*(?:key|token)",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Complaint:
    kind: Literal["login", "error"]
    words: str  # for a person

    def about(self, verdict: Verdict) -> Verdict:
        """The verdict of an agent that rests, after it has complained."""
        state = "auth_required" if self.kind == "login" else verdict.state
        return replace(verdict, state=state, detail=self.words)


def complaint_in(mark: re.Pattern[str] | None, answer: str) -> Complaint | None:
    """What stands behind `mark` (its group 1, to the next blank line) in an answer's end."""
    if mark is None:
        return None
    end = "\n".join(answer.rstrip().split("\n")[-_REACH:])
    found = list(mark.finditer(end))
    if not found:
        return None
    rest = end[found[-1].start(1) :].split("\n\n")[0]
    words = " ".join(line.strip("│|┃ \t") for line in rest.split("\n")).strip()
    kind = "login" if _UNKNOWN_PERSON.search(words) else "error"
    return Complaint(kind, words[:_WORDS])
