"""Make of a request what a driver starts: the command, the environment, the files."""

import logging
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from taskyard.protocol.link import Manifest
from taskyard.protocol.sessions import Controller, SessionTerminal
from taskyard.runner.agents.definition import Place, complete
from taskyard.runner.agents.definitions import DEFINITIONS, find, unknown
from taskyard.runner.agents.driver import AgentFailed, Launch, McpServer
from taskyard.runner.agents.hooks.wiring import wire
from taskyard.runner.agents.preparation import prepare
from taskyard.runner.agents.request import SessionRequest
from taskyard.runner.agents.tui.profiles import profile_of

__all__ = ["Surroundings", "make_launch", "on_side", "terminal_of"]

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Surroundings:
    """Where sessions live; known once the manifest is there."""

    manifest: Manifest
    environment: Mapping[str, str]
    home: Path
    binaries: Path
    boot: str  # changes when the workspace is started anew


def terminal_of(request: SessionRequest, here: Surroundings) -> SessionTerminal:
    """Blocking: looks for the agent's program."""
    if request.driver == "tui":
        return "live"
    if request.terminal_command:
        return "handover"
    if not profile_of(request.agent).resume:
        return "none"
    try:
        find(
            DEFINITIONS.get(request.agent) or unknown(request.agent),
            "tui",
            _environment(request, here),
        )
    except AgentFailed as exc:
        log.info("%s has no terminal here: %s", request.agent, exc)
        return "none"
    return "handover"


def on_side(
    request: SessionRequest, controller: Controller, external_id: str
) -> SessionRequest:
    """What to start: an agent that speaks ACP is another program in its terminal."""
    if controller == "chat" or request.driver == "tui":
        return request
    words = (word.replace("{id}", external_id) for word in request.terminal_command)
    return replace(request, driver="tui", command=tuple(words), arguments=())


def make_launch(
    request: SessionRequest, here: Surroundings, external_id: str
) -> Launch:
    """Blocking: looks for programs and writes settings files."""
    definition = DEFINITIONS.get(request.agent) or unknown(request.agent)
    model = request.options.get("model", "")
    environment = complete(definition, _environment(request, here), model=model)
    command = request.command or find(
        definition, request.driver, environment, model=model
    )
    policy = request.permission_policy or here.manifest["permission_policy"]
    servers = _mcp_servers(request, here)
    try:
        request.directory.mkdir(parents=True, exist_ok=True)
    except OSError as exc:
        raise AgentFailed(f"cannot make {request.directory}: {exc.strerror}") from exc
    prepare(
        definition,
        home=here.home,
        place=Place(
            directory=request.directory,
            environment=environment,
            model=model,
            policy=policy,
            mcp_servers=servers,
            system_prompt=request.system_prompt,
        ),
    )
    return Launch(
        agent=request.agent,
        command=(*command, *request.arguments),
        environment=environment,
        directory=request.directory,
        resume=external_id,
        system_prompt=request.system_prompt,
        permission_policy=policy,
        modes=definition.modes,
        mcp_servers=servers,
        options=request.options,
        hooks=wire(
            request.agent,
            key=request.key,
            program=here.binaries / "taskyard",
            home=here.home,
        ),
    )


def _environment(request: SessionRequest, here: Surroundings) -> Mapping[str, str]:
    return {
        **here.environment,
        **here.manifest["secret_environment"],
        # Last: a key of one's own, given to a module, goes before our gateway's.
        **request.environment,
        "TASKYARD_SESSION_KEY": request.key,
    }


def _mcp_servers(request: SessionRequest, here: Surroundings) -> tuple[McpServer, ...]:
    if not request.report_tool:
        return request.mcp_servers
    report = McpServer(
        name="taskyard",
        command=str(here.binaries / "taskyard"),
        args=("mcp", "report"),
        environment={
            "TASKYARD_RUNNER_SOCKET": here.environment["TASKYARD_RUNNER_SOCKET"],
            "TASKYARD_SESSION_KEY": request.key,
        },
    )
    return (report, *request.mcp_servers)
