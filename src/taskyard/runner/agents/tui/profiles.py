"""What is known of each agent that draws on a terminal: how to start it and read it.

A profile is data. Titles and dialogs were seen in recordings of the versions named in the
documentation; an agent that is not here gets `custom`, which knows what most agree on.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from taskyard.runner.agents.driver import McpServer
from taskyard.runner.agents.tui.servers import claude_servers, codex_servers
from taskyard.runner.agents.tui.settings import Setting

__all__ = ["PROFILES", "Profile", "Titles", "profile_of", "type_of"]

BRAILLE: Final = "\u2800-\u28ff"


def _pattern(text: str) -> re.Pattern[str]:
    return re.compile(text, re.IGNORECASE | re.MULTILINE)


_BUSY: Final = _pattern(r"\besc(?:ape)? to (?:interrupt|cancel|stop)\b")


@dataclass(frozen=True, slots=True, kw_only=True)
class Titles:
    """What the window's title says; an empty pattern matches nothing."""

    idle: str = ""
    working: str = ""
    action: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """`arguments` and the like are added to `command`, or to the command a person gave."""

    name: str  # as AgentAPI calls its type
    aliases: tuple[str, ...] = ()
    command: tuple[str, ...] = ()
    #: Where the first prompt may be given on the command line; `{prompt}` is the prompt.
    first_prompt: tuple[str, ...] = ()
    #: To go on with an earlier conversation; `{id}` is the agent's id of it.
    resume: tuple[str, ...] = ()
    #: To go on with the newest one, where the id is not known.
    resume_newest: tuple[str, ...] = ()
    #: To choose the id of a new conversation. Without it a hook tells the id, or nobody.
    new_id: tuple[str, ...] = ()
    model: tuple[str, ...] = ()  # `{model}`
    system_prompt: tuple[str, ...] = ()  # `{text}`
    policies: Mapping[str, tuple[str, ...]] = field(
        default_factory=dict[str, tuple[str, ...]]
    )  # permission policy -> arguments
    mcp: Callable[[Sequence[McpServer]], tuple[str, ...]] | None = None
    titles: Titles = Titles()
    #: On the screen only while a turn is under way.
    busy: re.Pattern[str] = _BUSY
    #: A prompted agent that has stood still for so long, and was not seen to work, rests.
    #: Longer for one that draws nothing for a while when it begins.
    patience: float = 2.0
    #: Where it takes input, for an agent whose box may be anywhere on the screen.
    ready: re.Pattern[str] | None = None
    #: On the screen whenever it waits for input; without it stillness is enough.
    waits: re.Pattern[str] | None = None
    #: Before what went wrong with a turn; group 1 begins the words (see `complaints`).
    trouble: re.Pattern[str] | None = None
    #: What it shows for a moment above everything, and is no part of what it says.
    overlay: re.Pattern[str] | None = None
    #: Beside the dialogs that every agent has.
    dialogs: re.Pattern[str] | None = None
    cancel: bytes = b"\x1b"
    #: Whether it takes words while it works, and what becomes of them is no new turn.
    takes_words: bool = False
    #: What can be set by a command of its own, by the option's id.
    settings: Mapping[str, Setting] = field(default_factory=dict[str, Setting])
    #: Typed as soon as it has started, to make it draw.
    wake: bytes = b""


_EFFORT: Final = Setting(
    name="effort",
    category="thought_level",
    command="/effort {value}",
    confirms=re.compile(r"^\s*⎿\s+Set effort level to", re.MULTILINE),
)
_CLAUDE_SETTINGS: Final = {
    "model": Setting(
        name="model",
        category="model",
        command="/model {value}",
        confirms=re.compile(r"^\s*⎿\s+(?:Set|Kept) model", re.MULTILINE),
    ),
    "effort": _EFFORT,
    "thought_level": _EFFORT,
}
_CLAUDE_MODES: Final = {
    "ask": ("--permission-mode", "default"),
    "allow_edits": ("--permission-mode", "acceptEdits"),
    "allow_all": ("--dangerously-skip-permissions",),
}
_GEMINI_MODES: Final = {
    "allow_edits": ("--approval-mode", "auto_edit"),
    "allow_all": ("--yolo",),
}

PROFILES: Final[Mapping[str, Profile]] = {
    "claude-code": Profile(
        name="claude",
        aliases=("claude",),
        command=("claude",),
        first_prompt=("{prompt}",),
        resume=("--resume", "{id}"),
        new_id=("--session-id", "{id}"),
        model=("--model", "{model}"),
        system_prompt=("--append-system-prompt", "{text}"),
        policies=_CLAUDE_MODES,
        takes_words=True,
        settings=_CLAUDE_SETTINGS,
        mcp=claude_servers,
        titles=Titles(
            idle=r"^✳\ufe0e?\s", working=rf"^(?:[{BRAILLE}]|[◐◑◒◓])\ufe0e?\s"
        ),
        busy=_pattern(r"\besc to interrupt\b|^\s*[·✢✳✶✻✽*] [A-Z]\S*…(?: \(|\s*$)"),
        trouble=_pattern(
            r"^\s*[●⎿]\s+(API Error\b|(?:.*·\s)?(?:Please run /login|Fix external API)"
            r"|Not logged in\b|Invalid API key\b|You've (?:hit|reached) your\b)"
        ),
    ),
    "codex": Profile(
        name="codex",
        # Without the flag it leaves a daemon and its updater behind.
        command=("codex", "--no-daemon"),
        first_prompt=("{prompt}",),
        resume=("resume", "{id}"),
        resume_newest=("resume", "--last"),
        model=("--model", "{model}"),
        policies={
            "ask": ("-a", "on-request", "-s", "read-only"),
            "allow_edits": ("-a", "on-request", "-s", "workspace-write"),
            "allow_all": ("--dangerously-bypass-approvals-and-sandbox",),
        },
        mcp=codex_servers,
        takes_words=True,
        titles=Titles(
            idle=rf"^[^\[{BRAILLE}\s]",
            working=rf"^[{BRAILLE}]\s",
            action=r"^\[ [!.] \] Action Required",
        ),
        trouble=_pattern(r"^■ (?!Conversation interrupted)(\S)"),
    ),
    "gemini": Profile(
        name="gemini",
        command=("gemini",),
        first_prompt=("-i", "{prompt}"),
        resume=("--resume", "{id}"),
        resume_newest=("--resume", "latest"),
        new_id=("--session-id", "{id}"),
        model=("-m", "{model}"),
        policies=_GEMINI_MODES,
        takes_words=True,
        titles=Titles(
            idle=r"^◇\s+Ready", working=r"^[✦⏲]\s+", action=r"^✋\s+Action Required"
        ),
        trouble=_pattern(r"^\s*✕ (\S)"),
    ),
    "qwen": Profile(
        name="qwen",
        command=("qwen",),
        first_prompt=("-i", "{prompt}"),
        resume=("--resume", "{id}"),
        resume_newest=("--continue",),
        new_id=("--session-id", "{id}"),
        model=("-m", "{model}"),
        # Left alone it is "auto": it asks a model what may be dangerous.
        policies={
            "ask": ("--approval-mode", "default"),
            "allow_edits": ("--approval-mode", "auto-edit"),
            "allow_all": ("--yolo",),
        },
        titles=Titles(
            idle=r"^Qwen - ", working=r"^[◐◑◒◓]\ufe0e? Qwen", action=r"^✳\ufe0e? Qwen"
        ),
        trouble=_pattern(r"^\s*✕ (\S)"),
    ),
    "opencode": Profile(
        name="opencode",
        command=("opencode",),
        first_prompt=("--prompt", "{prompt}"),
        resume=("--session", "{id}"),
        resume_newest=("--continue",),
        busy=_pattern(r"\besc (?:to )?interrupt\b"),
        patience=10.0,
        ready=_pattern(r"^\s*┃\s+Ask anything\b"),
        overlay=_pattern(r"[ \t]{3,}┃[^┃\n]*┃[ \t]*$"),
        # Its box with the error stands right above the line of a turn without a duration.
        trouble=_pattern(r"^\s*┃\s+(\S.*)\n(?:\s*┃.*\n)*\s*▣ +\w+ · [^·\n]+$"),
    ),
    "copilot": Profile(
        name="copilot",
        command=("copilot",),
        first_prompt=("-i", "{prompt}"),
        resume=("--session-id", "{id}"),
        resume_newest=("--continue",),
        new_id=("--session-id", "{id}"),
        model=("--model", "{model}"),
        policies={"allow_all": ("--allow-all-tools",)},
        busy=_pattern(r"^\W*Working\b.*\besc\b|\besc to cancel\b"),
        # A tool that failed or was refused has the same mark.
        trouble=_pattern(
            r"^\s*✗ (Authentication failed|Failed to get response|\d{3} |Request failed)"
        ),
    ),
    "aider": Profile(
        name="aider",
        command=(
            "aider",
            "--no-check-update",
            "--no-analytics",
            "--no-detect-urls",
            "--no-show-model-warnings",
            "--no-show-release-notes",
            # Its question about .gitignore would come before the first prompt.
            "--no-gitignore",
            # What it says as it was said, not drawn.
            "--no-pretty",
        ),
        waits=_pattern(r"^(?:\w+ ?)?(?:multi)?>\s*\Z"),
        resume_newest=("--restore-chat-history",),
        model=("--model", "{model}"),
        policies={"allow_all": ("--yes-always",)},
        busy=_pattern(rf"^\s*(?:[░█]{{2,}}|[{BRAILLE}]) +(?:Waiting|Updating)"),
        dialogs=_pattern(r"\(Y\)es/\(N\)o[^\n]*\[(?:Yes|No)\]:\s*$"),
        trouble=_pattern(
            r"^(litellm\.\w+(?:Error|Exceeded)\b|Empty response received)"
        ),
        cancel=b"\x03",
    ),
    "goose": Profile(
        name="goose",
        command=("goose", "session"),
        resume_newest=("--resume",),
        busy=_pattern(rf"^\s*[{BRAILLE}◐◓◑◒] "),
        cancel=b"\x03",
    ),
    "amp": Profile(
        name="amp",
        command=("amp",),
        policies={"allow_all": ("--dangerously-allow-all",)},
        wake=b" \x08",
    ),
    "cursor": Profile(
        name="cursor",
        aliases=("cursor-agent",),
        command=("cursor-agent",),
        first_prompt=("{prompt}",),
        resume_newest=("--resume",),
        model=("--model", "{model}"),
        policies={"allow_all": ("--force",)},
        busy=_pattern(r"ctrl\+c to stop|\besc to (?:interrupt|stop)\b"),
    ),
    "auggie": Profile(
        name="auggie",
        command=("auggie",),
        first_prompt=("{prompt}",),
        resume=("--resume", "{id}"),
        resume_newest=("--continue",),
        model=("--model", "{model}"),
    ),
    "amazonq": Profile(
        name="amazonq",
        aliases=("q", "kiro-cli"),
        command=("q", "chat"),
        first_prompt=("{prompt}",),
        resume_newest=("--resume",),
        policies={"allow_all": ("--trust-all-tools",)},
        busy=_pattern(rf"^\s*[{BRAILLE}] Thinking"),
        dialogs=_pattern(r"\[y/n/t\]:?"),
        cancel=b"\x03",
    ),
}
_CUSTOM: Final = Profile(name="custom")


def type_of(agent: str) -> str:
    """What AgentAPI calls an agent of ours: `claude` for `claude-code`."""
    return PROFILES[agent].name if agent in PROFILES else agent


def profile_of(agent: str) -> Profile:
    """The profile of an agent, by name or by what AgentAPI or a command line calls it."""
    if agent in PROFILES:
        return PROFILES[agent]
    for profile in PROFILES.values():
        if agent == profile.name or agent in profile.aliases:
            return profile
    return _CUSTOM
