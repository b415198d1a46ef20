"""What sandboxd is told on its standard input, and what it leaves on disk."""

from typing import Literal, TypedDict

__all__ = ["EgressPlan", "LimitsKind", "LimitsPlan", "Plan", "Ready", "StateRecord"]


LimitsKind = Literal["cgroup2", "cgroup1", "rlimit", "none"]


class Staged(TypedDict):
    source: str  # on the host
    name: str  # below the stage


class LimitsPlan(TypedDict):
    memory_bytes: int | None
    cpus: float | None
    pids: int | None


class EgressPlan(TypedDict):
    rules: list[str]
    report_to: str  # path on the server
    report_server: str  # host:port or unix:/path
    token: str  # empty: to the log file only


class Plan(TypedDict):
    id: str
    directory: str  # {data}/sandboxes/<id>
    isolation: str  # for people
    bwrap: str
    #: Drop to this user (and group of the same number) first; None = stay who we are.
    uid: int | None
    #: Directory that the staging tmpfs covers in a mount namespace of our own; only with
    #: `uid`, because that user cannot walk to everything that is to be mounted.
    stage: str
    staged: list[Staged]
    arguments: list[str]  # bubblewrap's, without descriptors and without the command
    files: dict[str, str]  # path inside -> contents, mode 0644
    command: list[str]
    nested_namespaces: bool
    limits: LimitsPlan
    grace_seconds: float
    listen: tuple[str, int]  # where the server's own address is opened inside
    server: str  # host:port or unix:/path
    egress: EgressPlan


class Ready(TypedDict):
    """The one line on standard output when the command runs, or cannot."""

    error: str  # empty = it runs


class StateRecord(TypedDict):
    """`state.json`: enough to find and clear away everything that was made."""

    phase: Literal["starting", "running"]
    boot_id: str
    pid: int
    started: int
    init_pid: int  # pid 1 of the workspace, as the host sees it; 0 before it is known
    init_started: int
    uid: int | None
    cgroups: list[str]
    limits: LimitsKind
    isolation: str
    grace_seconds: float
