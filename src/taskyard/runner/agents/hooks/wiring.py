"""Make an agent run our hooks: by its command line where it can, else by a folder of ours.

The user's own settings and hooks stay as they are and keep working. Where a file in the
home is needed, its hooks do nothing unless the agent runs at a terminal that we watch:
`SWITCH` is in its environment only there.
"""

import hashlib
import json
import logging
import re
import shlex
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from taskyard.runner.agents.hooks.opencode_plugin import PLUGIN

__all__ = ["Wiring", "gives_way", "wire"]

log = logging.getLogger(__name__)

#: Set for an agent whose hooks are wanted.
SWITCH: Final = "TASKYARD_HOOKS"
#: The hook gives up long before; Codex gives no more to one of its hooks.
_SECONDS: Final = 3
_FOLDER: Final = Path(".taskyard/hooks")
_COMMON: Final = (
    "SessionStart",
    "UserPromptSubmit",
    "PreToolUse",
    "PermissionRequest",
    "PostToolUse",
    "Stop",
)
_CLAUDE: Final = (*_COMMON, "PostToolUseFailure", "PermissionDenied", "StopFailure")
_CODEX: Final = (*_COMMON, "Interrupt")
_GEMINI: Final = (
    "SessionStart",
    "BeforeAgent",
    "BeforeTool",
    "AfterTool",
    "Notification",
    "AfterAgent",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Wiring:
    """What the agent's start needs, so that its hooks reach us."""

    agent: str
    arguments: tuple[str, ...] = ()
    environment: Mapping[str, str] = field(default_factory=dict[str, str])
    #: Arguments of a command given by hand that say what ours would say.
    gives_way_to: str = ""
    spool: Path | None = None  # see `Spool`


def wire(agent: str, *, key: str, program: Path, home: Path) -> Wiring | None:
    """Write what has to be written; None where the agent has no hooks, or no disk."""
    prepare = _AGENTS.get(agent)
    if prepare is None:
        return None
    name = (
        re.sub(r"[^\w-]", "_", key)[:60]
        + f"-{hashlib.sha256(key.encode()).hexdigest()[:8]}"
    )
    command = shlex.join([str(program), "hook", agent])
    try:
        return prepare(command, name, home)
    except OSError as exc:
        log.warning("%s runs without hooks: %s", agent, exc)
        return None


def _claude(command: str, name: str, home: Path) -> Wiring:
    spool = home / _FOLDER / f"{name}.spool"
    append = f"cat >> {shlex.quote(str(spool))} 2>/dev/null || :"
    hooks = {event: _handlers(command) for event in _CLAUDE}
    # As often as ten times a second: a process of ours for each would be felt.
    hooks["MessageDisplay"] = _handlers(append)
    settings = home / _FOLDER / f"{name}.claude.json"
    _write(settings, json.dumps({"hooks": hooks}, indent=2))
    return Wiring(
        agent="claude-code",
        arguments=("--settings", str(settings)),
        gives_way_to="--settings",
        spool=spool,
    )


def _handlers(command: str, seconds: int = _SECONDS) -> list[object]:
    return [{"hooks": [{"type": "command", "command": command, "timeout": seconds}]}]


def _codex(command: str, _name: str, _home: Path) -> Wiring:
    """Hooks by the command line, each trusted by the hash of what it says.

    To trust all hooks of this start instead would let the repository's own run, too.
    """
    words: list[str] = []
    trusted: list[str] = []
    for event in _CODEX:
        handler = f'{{type="command",command={json.dumps(command)},timeout={_SECONDS}}}'
        words += ["-c", f"hooks.{event}=[{{hooks=[{handler}]}}]"]
        label = re.sub(r"(?<!^)(?=[A-Z])", "_", event).lower()
        key = json.dumps(f"/<session-flags>/config.toml:{label}:0:0")
        trusted.append(f'{key}={{trusted_hash="{_codex_hash(label, command)}"}}')
    words += ["-c", f"hooks.state={{{','.join(trusted)}}}"]
    return Wiring(agent="codex", arguments=tuple(words))


def _codex_hash(label: str, command: str) -> str:
    """As Codex computes it: SHA-256 of the handler as JSON with sorted keys."""
    handler = {
        "async": False,
        "command": command,
        "timeout": _SECONDS,
        "type": "command",
    }
    text = json.dumps(
        {"event_name": label, "hooks": [handler]},
        separators=(",", ":"),
        ensure_ascii=False,
    )
    return "sha256:" + hashlib.sha256(text.encode()).hexdigest()


def _gemini(command: str, _name: str, home: Path) -> Wiring:
    """An extension of ours: it takes hooks from settings and extensions only."""
    folder = home / ".gemini/extensions/taskyard"
    guarded = f'[ -z "${SWITCH}" ] || exec {command}'
    hooks = {event: _handlers(guarded, _SECONDS * 1000) for event in _GEMINI}
    _write(
        folder / "gemini-extension.json",
        json.dumps({"name": "taskyard", "version": "1.0.0"}),
    )
    _write(folder / "hooks/hooks.json", json.dumps({"hooks": hooks}, indent=2))
    return Wiring(agent="gemini", environment={SWITCH: "1"})


def _opencode(_command: str, _name: str, home: Path) -> Wiring:
    _write(home / ".config/opencode/plugin/taskyard.js", PLUGIN)
    return Wiring(agent="opencode", environment={SWITCH: "1"})


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    fresh = path.with_name(path.name + ".new")
    fresh.write_text(text)
    fresh.replace(path)


_AGENTS: Final[Mapping[str, Callable[[str, str, Path], Wiring]]] = {
    "claude-code": _claude,
    "codex": _codex,
    "gemini": _gemini,
    "opencode": _opencode,
}


def gives_way(wiring: Wiring, command: Sequence[str]) -> bool:
    """Whether the command was given what our arguments would take from it."""
    flag = wiring.gives_way_to
    return bool(flag) and any(w == flag or w.startswith(f"{flag}=") for w in command)
