"""What the agent does, judged from what its terminal shows, the best evidence first.

1. The title, where the agent says there what it does.
2. A dialog at the end of the screen: it wants a person, whatever else is shown. One that
   stays for a second is believed before a title that says "working".
3. Words that are on the screen only during a turn.
4. The title of an idle agent, or the bell after a turn.
5. A screen that has not changed for two seconds, the last resort.

An agent that was just prompted still looks idle. So a title or bell that says "idle"
counts only after the agent was seen working on this prompt; until then, only stillness.
"""

import re
from dataclasses import dataclass
from typing import Final, Literal

from taskyard.protocol.sessions import SessionState
from taskyard.runner.agentapi.messages.boxes import has_input_box
from taskyard.runner.agents.tui.dialogs import Dialog, find_dialog
from taskyard.runner.agents.tui.profiles import Profile

__all__ = [
    "BELL_SECONDS",
    "STABLE_SECONDS",
    "TITLE_SECONDS",
    "Evidence",
    "Verdict",
    "judge",
    "works",
]

Source = Literal["hook", "title", "bell", "dialog", "screen"]

#: A title flickers between two tools of one turn.
TITLE_SECONDS: Final = 0.15
BELL_SECONDS: Final = 0.3
#: A dialog is drawn in one go; half of it may look like another one.
DIALOG_SECONDS: Final = 0.1
#: Longer than an answered dialog stays on the screen while the agent goes on.
STAYING_SECONDS: Final = 1.0
STABLE_SECONDS: Final = 2.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """Ages are in seconds."""

    screen: str
    title: str = ""
    screen_age: float = 0.0  # since the screen changed
    title_age: float = 0.0
    #: Since the dialog came that is shown now; around it an agent may go on blinking.
    dialog_age: float | None = None  # None = as old as the screen
    has_rung: bool = False  # since the turn began
    has_worked: bool = False  # was seen working since the turn began
    is_prompted: bool = False  # a turn is under way, as far as we know


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """`again` = look again after so many seconds, even if nothing is written meanwhile."""

    state: SessionState
    source: Source
    detail: str = ""
    dialog: Dialog | None = None
    again: float | None = None


def judge(profile: Profile, evidence: Evidence) -> Verdict:
    """The state of the agent. Without any evidence it is starting, or running its turn."""
    return (
        _dialog_that_stays(profile, evidence)
        or _title_of_activity(profile, evidence)
        or _dialog(profile, evidence)
        or _busy_words(profile, evidence)
        or _rest(profile, evidence)
        or _stillness(profile, evidence)
    )


def works(profile: Profile, evidence: Evidence) -> bool:
    """Whether the agent is seen to work: by its title or by words on the screen."""
    return _says(profile.titles.working, evidence.title) or bool(
        profile.busy.search(_tail(evidence.screen))
    )


def _title_of_activity(profile: Profile, evidence: Evidence) -> Verdict | None:
    titles = profile.titles
    if _says(titles.action, evidence.title):
        dialog = find_dialog(evidence.screen, profile.dialogs)
        detail = dialog.title if dialog else "the agent waits for an answer"
        return Verdict(
            state="requires_action", source="title", detail=detail, dialog=dialog
        )
    if _says(titles.working, evidence.title):
        asks = find_dialog(evidence.screen, profile.dialogs) is not None
        again = STAYING_SECONDS - _age_of_dialog(evidence) if asks else None
        return Verdict(state="running", source="title", again=again)
    return None


def _dialog_that_stays(profile: Profile, evidence: Evidence) -> Verdict | None:
    """Some ask in the middle of a turn, and their title goes on to say that they work."""
    if _age_of_dialog(evidence) < STAYING_SECONDS:
        return None
    if _says(profile.titles.action, evidence.title):
        return None
    return _dialog(profile, evidence)


def _dialog(profile: Profile, evidence: Evidence) -> Verdict | None:
    dialog = find_dialog(evidence.screen, profile.dialogs)
    if dialog is None:
        return None
    age = _age_of_dialog(evidence)
    if age < DIALOG_SECONDS:
        return _undecided(evidence, DIALOG_SECONDS - age)
    state: SessionState = (
        "auth_required" if dialog.kind == "login" else "requires_action"
    )
    return Verdict(state=state, source="dialog", detail=dialog.title, dialog=dialog)


def _age_of_dialog(evidence: Evidence) -> float:
    age = evidence.dialog_age
    return evidence.screen_age if age is None else age


def _busy_words(profile: Profile, evidence: Evidence) -> Verdict | None:
    if profile.busy.search(_tail(evidence.screen)):
        return Verdict(state="running", source="screen")
    return None


def _rest(profile: Profile, evidence: Evidence) -> Verdict | None:
    if evidence.is_prompted and not evidence.has_worked:
        return None
    if _says(profile.titles.idle, evidence.title):
        if evidence.title_age >= TITLE_SECONDS:
            return Verdict(state="idle", source="title")
        return _undecided(evidence, TITLE_SECONDS - evidence.title_age)
    if evidence.has_rung and has_input_box(profile.name, evidence.screen):
        if evidence.screen_age >= BELL_SECONDS:
            return Verdict(state="idle", source="bell")
        return _undecided(evidence, BELL_SECONDS - evidence.screen_age)
    return None


def _stillness(profile: Profile, evidence: Evidence) -> Verdict:
    unseen = evidence.is_prompted and not evidence.has_worked
    patience = profile.patience if unseen else STABLE_SECONDS
    if evidence.screen_age < patience:
        return _undecided(evidence, patience - evidence.screen_age)
    if profile.waits is not None and not profile.waits.search(evidence.screen):
        # It draws nothing while it works, so stillness says nothing.
        state: SessionState = "running" if evidence.is_prompted else "starting"
        return Verdict(state=state, source="screen")
    ready = evidence.is_prompted or _takes_input(profile, evidence.screen)
    if not ready:
        return Verdict(
            state="starting", source="screen", detail="it does not ask for input yet"
        )
    return Verdict(state="idle", source="screen")


def _takes_input(profile: Profile, screen: str) -> bool:
    """An agent that we do not know is ready when it is still and has said something."""
    if profile.ready is not None and profile.ready.search(screen):
        return True
    if profile.name in _BOXED:
        return has_input_box(profile.name, screen)
    return bool(screen.strip())


#: Agents whose input box we know; they are not ready before it is there.
_BOXED: Final = frozenset(
    {"claude", "codex", "gemini", "qwen", "opencode", "amp", "cursor"}
)


def _undecided(evidence: Evidence, again: float) -> Verdict:
    state: SessionState = "running" if evidence.is_prompted else "starting"
    return Verdict(state=state, source="screen", again=again)


def _says(pattern: str, title: str) -> bool:
    return bool(pattern and title) and re.search(pattern, title) is not None


def _tail(screen: str) -> str:
    """The end of the screen, where an agent shows what it does now."""
    return "\n".join(screen.rstrip().split("\n")[-16:])
