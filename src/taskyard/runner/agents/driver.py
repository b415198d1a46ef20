"""How the runner drives an agent, whatever it speaks.

One driver object is one session with one agent process at a time. The session manager
owns it: it journals, queues and reports; a driver only translates. All methods are called
from the runner's event loop. While `prompt` waits any other may come, but no second
`prompt`. Events go out through `Emit` in the order in which they are to be stored;
emitting never blocks.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol, runtime_checkable

from taskyard.protocol.link import PermissionPolicy
from taskyard.protocol.sessions import EventKind
from taskyard.protocol.terminal import TerminalSize
from taskyard.runner.agents.hooks.facts import HookFact
from taskyard.runner.agents.hooks.wiring import Wiring
from taskyard.runner.agents.recall import Told

__all__ = [
    "AgentFailed",
    "AgentTerminal",
    "Capabilities",
    "Driver",
    "Emit",
    "Hears",
    "Launch",
    "McpServer",
    "PermissionPolicy",
    "TerminalListener",
    "Unsupported",
]


class AgentFailed(Exception):
    """The agent cannot be started, or ended; the text is a sentence for the user."""


class Unsupported(Exception):
    """This agent or driver cannot do that."""


class Emit(Protocol):
    def __call__(self, kind: EventKind, key: str, data: Mapping[str, Any]) -> None: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class McpServer:
    """A stdio MCP server that the agent is to start."""

    name: str
    command: str
    args: tuple[str, ...] = ()
    environment: Mapping[str, str] = field(default_factory=dict[str, str])


@dataclass(frozen=True, slots=True, kw_only=True)
class Launch:
    """How to start the agent: the definition of the agent, made concrete for a workspace."""

    agent: str  # "claude-code"
    command: tuple[str, ...]
    environment: Mapping[
        str, str
    ]  # complete: the driver adds what its protocol needs only
    directory: Path
    resume: str = ""  # the agent's own session id; empty = a new session
    recall: bool = False  # have the agent tell what was said before (`take_told`)
    system_prompt: str = ""  # added to the agent's own, where the agent can
    first_prompt: str = ""  # only for agents that take it as an argument
    permission_policy: PermissionPolicy = "allow_edits"
    modes: Mapping[str, str] = field(
        default_factory=dict[str, str]
    )  # policy -> the agent's mode id
    mcp_servers: tuple[McpServer, ...] = ()
    options: Mapping[str, str] = field(
        default_factory=dict[str, str]
    )  # category (model, effort) -> value
    columns: int = 120
    rows: int = 40
    hooks: Wiring | None = None  # for an agent at a terminal


@dataclass(frozen=True, slots=True, kw_only=True)
class Capabilities:
    resume: bool = False
    steer: bool = False
    cancel: bool = True
    permissions: bool = False
    terminal: bool = False  # raw bytes, resize, a screen


class TerminalListener(Protocol):
    """Hears of a terminal from the event loop; must not block."""

    def drawn(self, data: bytes) -> None:
        """The agent wrote this; the terminal shows it already."""
        ...

    def redrawn(self) -> None:
        """Another process draws there now, or it has another size."""
        ...


class AgentTerminal(Protocol):
    """The terminal an agent draws on, for those who watch and type."""

    @property
    def size(self) -> TerminalSize: ...

    @property
    def is_between(self) -> bool:
        """Whether it may be painted: the output so far ends between two sequences."""
        ...

    def paint(self) -> bytes:
        """Output that makes another terminal of this size show the same."""
        ...

    def write(self, data: bytes) -> None:
        """Type. Raises `AgentFailed`."""
        ...

    def resize(self, size: TerminalSize) -> None: ...

    def listen(self, listener: TerminalListener | None) -> None:
        """Tell one listener from now on; None = nobody."""
        ...


class Driver(Protocol):
    """One conversation. After `start` has returned the agent is idle or in `auth_required`.

    State changes are emitted as `state` events by the driver itself, each with its source.
    """

    @property
    def capabilities(self) -> Capabilities: ...

    @property
    def external_id(self) -> str:
        """The agent's own id of the session; empty while unknown."""
        ...

    @property
    def screen(self) -> str:
        """What the terminal shows; empty where there is none."""
        ...

    @property
    def terminal(self) -> AgentTerminal | None:
        """There from the beginning, also before `start`; None where there is no terminal."""
        ...

    def take_told(self) -> Sequence[Told]:
        """What the agent told again while it resumed; asked for once, after `start`."""
        ...

    async def start(self, launch: Launch) -> None:
        """Start the process and open or resume the session. Raises `AgentFailed`."""
        ...

    async def wait(self) -> str:
        """Wait until the agent's process has ended; return a sentence about why.

        Called once, right after `start`; may come before or after a `prompt` fails.
        """
        ...

    async def prompt(
        self, turn: str, text: str, *, taken: Callable[[], None] | None = None
    ) -> None:
        """Run one turn; return when it has ended (a `turn_ended` event went out before).

        `taken` is called once the agent has the text; not at all when it never took it.
        Raises `AgentFailed` when the agent died; the caller decides about a restart.
        """
        ...

    async def steer(self, text: str) -> None:
        """Put `text` into the running turn. Raises `Unsupported`."""
        ...

    async def cancel(self) -> None:
        """Ask the agent to end the running turn; no turn = nothing happens. Never waits."""
        ...

    async def answer_permission(self, request: str, option_id: str) -> None:
        """Answer a `permission_requested`; empty option = cancelled. Unknown = ignored."""
        ...

    async def set_option(self, option: str, value: str) -> Sequence[Mapping[str, Any]]:
        """Set it; return all options as they are then. Raises `Unsupported`."""
        ...

    async def set_policy(self, policy: PermissionPolicy) -> None:
        """What needs no person from now on; questions that are open are looked at again.

        Raises `Unsupported` when the agent refuses; the policy counts all the same.
        """
        ...

    async def write_raw(self, data: bytes) -> None:
        """Keys for a terminal agent. Raises `Unsupported` where there is no terminal."""
        ...

    async def close(self, grace_seconds: float) -> None:
        """End the session, the process and every process it left. Never raises."""
        ...


@runtime_checkable
class Hears(Protocol):
    """A driver that the agent's own hooks report to, beside what it sees itself."""

    def heard(self, fact: HookFact) -> None:
        """Take in a fact. Any time after the driver was made, any order; never waits."""
        ...
