"""What the hooks tell, weighed against what the screen shows.

Hooks know best, and say nothing of two things: an agent that a person interrupts may run
no hook, and whoever wrote a hook may hold the agent up at the end of a turn. So a screen
that rests ends a turn that the hooks have left open, only later; and a screen that is
busy is believed after the hooks have told of the end.
"""

from dataclasses import replace
from typing import Final

from taskyard.runner.agents.hooks.witness import Witness
from taskyard.runner.agents.tui.evidence import (
    STABLE_SECONDS,
    Evidence,
    Verdict,
    works,
)
from taskyard.runner.agents.tui.profiles import Profile

__all__ = ["asked_soon", "weigh"]

#: The hooks say that it works, and nothing moves: it thinks, or a command is silent. An
#: agent that was interrupted in it looks the same.
SILENT_SECONDS: Final = 10.0
#: The hook runs before the agent has drawn its place for input; a title shows when it has.
REDRAW_SECONDS: Final = 0.2
#: An agent has been prompted, and the first hook has not come yet.
FIRST_HOOK_SECONDS: Final = 5.0
#: The hook about a permission comes before its dialog, or hardly after it.
ASKED_SECONDS: Final = 0.4


def weigh(
    verdict: Verdict,
    witness: Witness,
    profile: Profile,
    evidence: Evidence,
    *,
    heard_age: float,
    is_cancelled: bool,
) -> Verdict:
    """The verdict of screen and title, made better by the hooks' testimony."""
    if verdict.state in ("requires_action", "auth_required"):
        return verdict
    match witness.activity:
        case "rested" | "failed":
            if works(profile, evidence):
                return verdict
            return _over(witness, profile, heard_age)
        case "running":
            return _at_work(verdict, witness, evidence, heard_age, is_cancelled)
        case "unknown":
            return _awaited(verdict, witness, evidence)


def asked_soon(verdict: Verdict, witness: Witness, evidence: Evidence) -> float:
    """For how long the hook about this new dialog may still be on its way."""
    dialog, age = verdict.dialog, evidence.dialog_age
    if dialog is None or dialog.kind != "permission" or age is None:
        return 0.0
    if witness.asked or not witness.tools_under_way:
        return 0.0
    return max(0.0, ASKED_SECONDS - age)


def _at_work(
    verdict: Verdict,
    witness: Witness,
    evidence: Evidence,
    heard_age: float,
    is_cancelled: bool,  # noqa: FBT001 - handed on
) -> Verdict:
    quiet = min(evidence.screen_age, heard_age)
    if verdict.state != "idle":
        return replace(verdict, state="running", source="hook")
    is_said = verdict.source != "screen" and not witness.tools_under_way
    patience = STABLE_SECONDS if is_said else SILENT_SECONDS
    if is_cancelled or quiet >= patience:
        return verdict
    return Verdict(state="running", source="hook", again=patience - quiet)


def _awaited(verdict: Verdict, witness: Witness, evidence: Evidence) -> Verdict:
    """A screen that stands still after a prompt says little while a hook may come."""
    left = FIRST_HOOK_SECONDS - evidence.screen_age
    is_guess = verdict.state == "idle" and verdict.source == "screen"
    if is_guess and evidence.is_prompted and witness.is_wired and left > 0:
        return Verdict(state="running", source="screen", again=left)
    return verdict


def _over(witness: Witness, profile: Profile, heard_age: float) -> Verdict:
    left = 0.0 if profile.titles.idle else REDRAW_SECONDS - heard_age
    if left > 0:
        return Verdict(state="running", source="hook", again=left)
    failure = witness.failure
    if failure is None or failure.why == "error":
        return Verdict(state="idle", source="hook")
    return Verdict(state=failure.why, source="hook", detail=failure.detail)
