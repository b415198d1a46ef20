"""Everything one job works with: its directory, its Terraform, its providers."""

import asyncio
import shutil
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Final
from uuid import UUID, uuid4

from taskyard.provisioner.engine.stop import Stop
from taskyard.provisioner.engine.terraform import CommandFailed, Terraform
from taskyard.provisioner.journal import Journal
from taskyard.provisioner.lease import JobChannel
from taskyard.provisioner.provider.coder import provider as coder
from taskyard.provisioner.provider.coder.run import CoderRun
from taskyard.provisioner.provider.server import ProviderServer
from taskyard.provisioner.provider.servicer import Servicer
from taskyard.provisioner.provider.taskyard import provider as taskyard
from taskyard.provisioner.provider.taskyard.run import TaskyardRun
from taskyard.provisioner.workshop import Workshop

__all__ = ["Bench", "fetch", "is_about_init", "open_bench"]

# What Terraform says when it was not initialized and should have been.
_INIT_SUMMARIES: Final = (
    "backend initialization required",
    "inconsistent dependency lock file",
    "missing required provider",
    "module not installed",
    "module source has changed",
    "module version requirements have changed",
    "required plugins are not installed",
)


@dataclass(slots=True, kw_only=True)
class Bench:
    workshop: Workshop
    directory: Path  # of the template
    journal: Journal
    stop: Stop
    channel: JobChannel
    terraform: Terraform
    coder: CoderRun
    taskyard: TaskyardRun


@asynccontextmanager
async def open_bench(
    *,
    workshop: Workshop,
    directory: Path,
    journal: Journal,
    stop: Stop,
    channel: JobChannel,
    coder_run: CoderRun,
    workspace_id: UUID,
    build_id: UUID,
    access_url: str,
    supervisor_token: str = "",
) -> AsyncGenerator[Bench]:
    """Serve the providers for one job, in `directory`, until it is done."""
    engine = await workshop.engine()
    taskyard_run = TaskyardRun(
        host=workshop.host,
        workspace_id=workspace_id,
        build_id=build_id,
        access_url=access_url,
        supervisor_token=supervisor_token,
    )
    servicers = {
        coder.ADDRESS: Servicer(coder.PROVIDER, coder_run),
        taskyard.ADDRESS: Servicer(taskyard.PROVIDER, taskyard_run),
    }
    sockets = workshop.sockets / uuid4().hex[:8]
    await asyncio.to_thread(sockets.mkdir, mode=0o700)
    try:
        server = await asyncio.to_thread(ProviderServer, sockets, servicers)
        try:
            yield Bench(
                workshop=workshop,
                directory=directory,
                journal=journal,
                stop=stop,
                channel=channel,
                coder=coder_run,
                taskyard=taskyard_run,
                terraform=Terraform(
                    engine=engine,
                    directory=directory,
                    environment={
                        **workshop.terraform_environment(),
                        **server.environment,
                    },
                    journal=journal,
                    stop=stop,
                    grace=workshop.settings.cancel_grace,
                    hint=partial(workshop.registry.hint, directory),
                ),
            )
        finally:
            await asyncio.to_thread(server.close)
    finally:
        await asyncio.to_thread(shutil.rmtree, sockets, ignore_errors=True)


async def fetch(bench: Bench) -> None:
    """`terraform init`: modules from our registry, other providers from theirs."""
    with bench.journal.stage("Fetching modules and providers", timing="init"):
        async with bench.workshop.init_lock:
            await bench.terraform.run(
                "init", "-json", "-no-color", "-input=false", timing="init"
            )


def is_about_init(error: CommandFailed) -> bool:
    return any(summary.lower() in _INIT_SUMMARIES for summary in error.summaries)
