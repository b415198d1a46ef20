"""A workspace start through the whole build, against the bare apply.

Both apply the starter template with the same engine and providers, and sandboxes that
cost nothing. The build adds what a start needs around it: fetching and unpacking the
template and its modules, serving the providers, keeping the state, reading the result,
logs and report. Runs alternate, so that a busy machine slows both.

    python bench/workspace_start.py [RUNS]

Exits with 1 when the build takes more than 1.25 times the apply (medians).
"""

import asyncio
import os
import statistics
import sys
import tempfile
import time
from pathlib import Path
from uuid import uuid4

from _goal import finish, goal

from taskyard.kit.clock import SystemClock
from taskyard.protocol.provisioner import AcquireRequest, BuildInput
from taskyard.provisioner.contract import build_environment
from taskyard.provisioner.engine.stop import Stop
from taskyard.provisioner.jobs import JobRunner
from taskyard.provisioner.journal import Journal
from taskyard.provisioner.lease import Lease
from taskyard.provisioner.provider.coder.run import CoderRun
from taskyard.provisioner.settings import Settings
from taskyard.provisioner.template.archive import unpack
from taskyard.provisioner.workbench import open_bench
from taskyard.provisioner.workshop import Workshop, open_workshop
from taskyard.testing.isolation import PlainIsolation
from taskyard.testing.provisioning import FakeServer

LIMIT = 1.25
TEMPLATE = Path(__file__).parents[1] / "registry" / "templates" / "tasks-local"


async def bare(server: FakeServer, shop: Workshop, job: BuildInput) -> float:
    """Seconds of `terraform apply` in a directory that has all it needs."""
    stop, journal = Stop(), Journal(shop.clock)
    record = server.add(job)
    await server.acquire(AcquireRequest(name="bench"))
    async with shop.directory() as directory:
        unpack(server.files[job.file_id], directory)
        modules = server.module_archives[job.template.version_id]
        unpack(modules, directory, is_template=False)
        async with open_bench(
            workshop=shop,
            directory=directory,
            journal=journal,
            stop=stop,
            channel=Lease(server, record.job, stop),
            coder_run=CoderRun(environment=build_environment(job)),
            workspace_id=job.workspace_id,
            build_id=job.build_id,
            access_url=job.access_url,
        ) as bench:
            began = time.perf_counter()
            await bench.terraform.run(
                "apply", "-auto-approve", "-json", "-input=false", timing="apply"
            )
            return time.perf_counter() - began


async def whole(server: FakeServer, shop: Workshop, job: BuildInput) -> float:
    """Seconds from the job's arrival to the report of its result."""
    record = server.add(job)
    await server.acquire(AcquireRequest(name="bench"))
    began = time.perf_counter()
    await JobRunner(job=record.job, server=server, workshop=shop).run()
    took = time.perf_counter() - began
    assert record.completion, record.failure
    return took


async def measure(runs: int) -> None:
    files = {
        str(path.relative_to(TEMPLATE)): path.read_bytes()
        for path in TEMPLATE.rglob("*")
        if path.is_file()
    }
    server, isolation = FakeServer(), PlainIsolation()
    with tempfile.TemporaryDirectory() as directory:
        settings = Settings.from_environment(
            {"TASKYARD_REGISTRY_UPSTREAM": ""}, key="bench", data_dir=Path(directory)
        )
        async with open_workshop(
            settings=settings,
            clock=SystemClock(),
            isolation=isolation,
            environment=os.environ,
        ) as shop:
            print((await shop.engine()).name)
            source = server.import_of(files)
            record = server.add(source)
            await server.acquire(AcquireRequest(name="bench"))
            await JobRunner(job=record.job, server=server, workshop=shop).run()
            assert record.completion, record.failure
            applies: list[float] = []
            builds: list[float] = []
            for _ in range(runs):
                job = server.build_of(source, workspace_id=uuid4())
                applies.append(await bare(server, shop, job))
                job = server.build_of(source, workspace_id=uuid4())
                builds.append(await whole(server, shop, job))
            isolation.close()

    apply, build = statistics.median(applies), statistics.median(builds)
    print(f"bare apply      {apply * 1000:6.0f} ms (best {min(applies) * 1000:.0f})")
    print(f"whole build     {build * 1000:6.0f} ms (best {min(builds) * 1000:.0f})")
    print(f"ratio           {build / apply:6.2f}")
    goal("whole build / bare apply", build / apply, LIMIT)


if __name__ == "__main__":
    asyncio.run(measure(int(sys.argv[1]) if len(sys.argv) > 1 else 15))
    finish()
