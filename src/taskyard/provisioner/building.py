"""Build a workspace: one apply (or destroy) with the state of the build before."""

import asyncio
import base64
import json
import logging
from pathlib import Path
from typing import Final

from taskyard.protocol.provisioner import BuildInput, BuildResult
from taskyard.provisioner.checkpoints import Checkpoints
from taskyard.provisioner.contract import build_environment
from taskyard.provisioner.engine.stop import Stop
from taskyard.provisioner.engine.terraform import CommandFailed, variable_arguments
from taskyard.provisioner.errors import JobFailed, LeaseLost, SandboxWasRefused
from taskyard.provisioner.journal import Journal
from taskyard.provisioner.lease import JobChannel
from taskyard.provisioner.provider.coder.run import CoderRun
from taskyard.provisioner.provider.taskyard.records import forget_all
from taskyard.provisioner.provider.values import Object
from taskyard.provisioner.results.nodes import Node, from_state
from taskyard.provisioner.results.resources import daily_cost, resources
from taskyard.provisioner.results.tasks import ai_tasks
from taskyard.provisioner.template.archive import MODULES, unpack
from taskyard.provisioner.template.source import has_modules, needs_other_providers
from taskyard.provisioner.workbench import Bench, fetch, is_about_init, open_bench
from taskyard.provisioner.workshop import Workshop

__all__ = ["BuildFailed", "build_workspace"]

log = logging.getLogger(__name__)

_STATE: Final = "terraform.tfstate"
_STAGES: Final = {
    "start": "Starting the workspace",
    "stop": "Stopping the workspace",
    "delete": "Deleting the workspace",
}


class BuildFailed(Exception):
    """The build failed; `state` is what there is now, None when nothing was changed."""

    def __init__(self, cause: JobFailed, state: str | None) -> None:
        super().__init__(str(cause))
        self.cause = cause
        self.state = state


async def build_workspace(
    job: BuildInput,
    *,
    workshop: Workshop,
    journal: Journal,
    stop: Stop,
    channel: JobChannel,
) -> BuildResult:
    """Raises `BuildFailed`, with the state as the failure left it."""
    before = base64.b64decode(job.state)
    if job.transition == "delete" and _is_empty(before):
        journal.write("Nothing is left of the workspace: there is nothing to delete.")
        await asyncio.to_thread(forget_all, workshop.host, job.workspace_id)
        return BuildResult(state="", timings=journal.timings)

    async with workshop.directory() as directory:
        coder_run = CoderRun(
            environment=build_environment(job), token_secret=_token_secret(job)
        )
        try:
            with journal.stage("Setting up", timing="setup"):
                await _lay_out(directory, job, before, channel)
            async with open_bench(
                workshop=workshop,
                directory=directory,
                journal=journal,
                stop=stop,
                channel=channel,
                coder_run=coder_run,
                workspace_id=job.workspace_id,
                build_id=job.build_id,
                access_url=job.access_url,
                supervisor_token=job.supervisor_token,
            ) as bench:
                await _apply(bench, job)
            if job.transition == "delete":
                await asyncio.to_thread(forget_all, workshop.host, job.workspace_id)
            return await asyncio.to_thread(_result, directory, job, journal)
        except (LeaseLost, asyncio.CancelledError):
            raise
        except Exception as error:
            # Whatever went wrong, what exists now must not be forgotten.
            left = await asyncio.to_thread(_encoded_state, directory)
            raise BuildFailed(_as_failure(error), left) from error


def _as_failure(error: Exception) -> JobFailed:
    if isinstance(error, JobFailed):
        return error
    log.error("build_failed", exc_info=error)
    return JobFailed(f"The provisioner failed: {error!r}. Its log has the details.")


def _is_empty(state: bytes) -> bool:
    return not state.strip() or not json.loads(state).get("resources")


def _token_secret(job: BuildInput) -> bytes:
    """Of this build and of no other: the supervisor's token is minted for each.

    Only keys a hash here, so nothing of it reaches the workspace.
    """
    return (
        f"{job.supervisor_token}:{job.build_id}".encode()
        if job.supervisor_token
        else b""
    )


async def _lay_out(
    directory: Path, job: BuildInput, state: bytes, channel: JobChannel
) -> None:
    template = await channel.file(job.file_id)
    modules = await channel.modules(job.template.version_id)

    def write() -> None:
        unpack(template, directory)
        if modules:
            unpack(modules, directory, is_template=False)
        if state.strip():
            (directory / _STATE).write_bytes(state)
            (directory / _STATE).chmod(0o600)

    await asyncio.to_thread(write)


async def _apply(bench: Bench, job: BuildInput) -> None:
    if await asyncio.to_thread(_needs_init, bench.directory):
        await fetch(bench)
    with bench.journal.stage(_STAGES[job.transition], timing="apply"):
        try:
            await _run(bench, job)
        except CommandFailed as error:
            if not is_about_init(error):
                raise _explained(bench, error) from error
            bench.journal.write("The modules kept at import are not enough here.")
            await fetch(bench)
            await _run_explained(bench, job)


async def _run_explained(bench: Bench, job: BuildInput) -> None:
    try:
        await _run(bench, job)
    except CommandFailed as error:
        raise _explained(bench, error) from error


def _explained(bench: Bench, error: CommandFailed) -> JobFailed:
    refusals = bench.taskyard.refusals
    return SandboxWasRefused("\n".join(refusals)) if refusals else error


async def _run(bench: Bench, job: BuildInput) -> None:
    command = "destroy" if job.transition == "delete" else "apply"
    async with Checkpoints(bench.directory / _STATE, bench.channel.put_state) as kept:
        await bench.terraform.run(
            command,
            "-auto-approve",
            "-json",
            "-no-color",
            "-input=false",
            *variable_arguments(job.variables),
            timing="apply",
            after_line=kept.look,
        )


def _needs_init(directory: Path) -> bool:
    """Modules come with the template version; other providers have to be installed."""
    if has_modules(directory) and not (directory / MODULES / "modules.json").is_file():
        return True
    lock = directory / ".terraform.lock.hcl"
    if lock.is_file():
        return 'provider "' in lock.read_text("utf-8", "replace")
    return needs_other_providers(directory)


def _result(directory: Path, job: BuildInput, journal: Journal) -> BuildResult:
    state: Object = json.loads((directory / _STATE).read_bytes())
    nodes: list[Node] = from_state(state)
    found = resources(nodes, keeps_lone_agents=job.transition == "start")
    return BuildResult(
        state=_encoded_state(directory) or "",
        resources=found,
        ai_tasks=ai_tasks(nodes) if job.transition == "start" else [],
        daily_cost=daily_cost(found),
        timings=journal.timings,
    )


def _encoded_state(directory: Path) -> str | None:
    path = directory / _STATE
    return base64.b64encode(path.read_bytes()).decode() if path.is_file() else None
