"""Which agents' hooks we understand, and how what comes from one is read."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from taskyard.kit.shapes import as_list, as_object
from taskyard.runner.agents.hooks.claude import claude_facts, claude_line
from taskyard.runner.agents.hooks.codex import codex_facts, codex_line
from taskyard.runner.agents.hooks.facts import HookFact, Json
from taskyard.runner.agents.hooks.gemini import gemini_facts, gemini_line
from taskyard.runner.agents.hooks.opencode import no_line, opencode_facts

__all__ = ["TRANSLATIONS", "Translation", "facts_of"]

#: Longer text of a tool is cut; what an agent says is longer only if it is nonsense.
TEXT_CHARACTERS: Final = 256 * 1024
_ITEMS: Final = 1000
_DEPTH: Final = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class Translation:
    facts: Callable[[Json], list[HookFact]]  # of one hook's payload
    #: Of one line of the conversation's file, and the conversation's id. Raises
    #: `ValueError` for what is no JSON.
    line: Callable[[bytes, str], list[HookFact]]


TRANSLATIONS: Final[Mapping[str, Translation]] = {
    "claude-code": Translation(facts=claude_facts, line=claude_line),
    "codex": Translation(facts=codex_facts, line=codex_line),
    "gemini": Translation(facts=gemini_facts, line=gemini_line),
    "opencode": Translation(facts=opencode_facts, line=no_line),
}


def facts_of(agent: str, payload: Any) -> list[HookFact]:
    """What a payload says. An agent we do not know, or nonsense, says nothing."""
    translation = TRANSLATIONS.get(agent)
    if translation is None:
        return []
    facts = translation.facts(as_object(_bounded(payload, _DEPTH)))
    return [fact for fact in facts if fact.conversation]


def _bounded(value: Any, depth: int) -> Any:
    """A copy without what nobody would read: it comes from a hostile place."""
    if isinstance(value, str):
        return value[:TEXT_CHARACTERS]
    if isinstance(value, dict | list) and depth == 0:
        return None
    if isinstance(value, dict):
        fields = list(as_object(value).items())[:_ITEMS]
        return {str(name)[:1000]: _bounded(field, depth - 1) for name, field in fields}
    if isinstance(value, list):
        return [_bounded(item, depth - 1) for item in as_list(value)[:_ITEMS]]
    return value
