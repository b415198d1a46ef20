"""Import a template: read it, plan it as a start and as a stop, say what it is."""

import asyncio
import logging
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final
from uuid import uuid4

from taskyard.protocol.provisioner import ImportInput, ImportResult, Variable
from taskyard.provisioner.contract import import_environment
from taskyard.provisioner.engine.stop import Stop
from taskyard.provisioner.engine.terraform import CommandFailed, variable_arguments
from taskyard.provisioner.errors import TemplateInvalid
from taskyard.provisioner.journal import Journal
from taskyard.provisioner.lease import JobChannel
from taskyard.provisioner.provider.coder.run import CoderRun
from taskyard.provisioner.provider.values import Object
from taskyard.provisioner.results.nodes import Node, from_plan, of_type
from taskyard.provisioner.results.parameters import parameters, preset_warnings, presets
from taskyard.provisioner.results.resources import resources
from taskyard.provisioner.results.tasks import judge
from taskyard.provisioner.template.archive import pack_modules, unpack
from taskyard.provisioner.template.parser import Parsed
from taskyard.provisioner.template.source import (
    check_source,
    has_modules,
    needs_other_providers,
)
from taskyard.provisioner.workbench import Bench, fetch, is_about_init, open_bench
from taskyard.provisioner.workshop import Workshop

__all__ = ["import_template"]

log = logging.getLogger(__name__)

_README: Final = "README.md"
_README_BYTES: Final = 1 << 20


async def import_template(
    job: ImportInput,
    *,
    workshop: Workshop,
    journal: Journal,
    stop: Stop,
    channel: JobChannel,
) -> ImportResult:
    """Raises `TemplateInvalid` for what the author has to change."""
    async with workshop.directory() as directory:
        with journal.stage("Unpacking the template", timing="setup"):
            data = await channel.file(job.file_id)
            await asyncio.to_thread(unpack, data, directory)
        with journal.stage("Reading the template", timing="parse"):
            await asyncio.to_thread(check_source, directory)
            parsed = await workshop.parser.parse(directory)
            variables = list(_given(parsed, job.variables))

        stop.check()
        coder_run = CoderRun()
        async with open_bench(
            workshop=workshop,
            directory=directory,
            journal=journal,
            stop=stop,
            channel=channel,
            coder_run=coder_run,
            workspace_id=uuid4(),
            build_id=uuid4(),
            access_url=job.access_url,
        ) as bench:
            try:
                await _fetch_modules(bench)
                started, stopped = await _plan_both(bench, job)
            except CommandFailed as error:
                raise TemplateInvalid(str(error)) from error
        result = _result(started, stopped)
        return result.model_copy(
            update={
                "readme": await asyncio.to_thread(_readme, directory),
                "variables": variables,
                "warnings": [*_doubts(parsed), *result.warnings],
                "engine": (await workshop.engine()).name,
                "timings": journal.timings,
            }
        )


def _given(parsed: Parsed, values: dict[str, str]) -> Iterator[Variable]:
    missing: list[str] = []
    for variable in parsed.variables:
        if variable.required and variable.name not in values:
            missing.append(f"{variable.name} ({parsed.places[variable.name]})")
        value = values.get(variable.name, variable.default_value)
        yield variable.model_copy(update={"value": value})

    if missing:
        raise TemplateInvalid(
            f"The template needs a value for {', '.join(missing)}: give it with "
            "--variable NAME=VALUE when pushing, or add a default."
        )


def _doubts(parsed: Parsed) -> list[str]:
    # Terraform has accepted it, and Terraform decides; only the variables are unknown.
    return [f"Variables could not be read: {parsed.error}"] if parsed.error else []


async def _fetch_modules(bench: Bench) -> None:
    directory = bench.directory
    if not await asyncio.to_thread(_needs_init, directory):
        return

    await fetch(bench)
    with bench.journal.stage("Keeping the modules", timing="init"):
        data = await asyncio.to_thread(pack_modules, directory)
        if data is not None:
            bench.journal.write(f"{len(data) >> 10} KiB of modules, for all builds.")
            await bench.channel.put_modules(data)


def _needs_init(directory: Path) -> bool:
    return has_modules(directory) or needs_other_providers(directory)


async def _plan_both(bench: Bench, job: ImportInput) -> tuple[Object, Object]:
    """The plans, as JSON, of a start and of a stop."""
    task = uuid4()
    coder_run = bench.coder
    coder_run.environment = import_environment(job, transition="start", task=task)
    with bench.journal.stage("Planning a start", timing="plan"):
        started = await _plan_start(bench, job)

    coder_run.environment = import_environment(job, transition="stop", task=task)
    with bench.journal.stage("Planning a stop", timing="plan"):
        stopped = await _plan(bench, job, "stop")
    return started, stopped


async def _plan_start(bench: Bench, job: ImportInput) -> Object:
    """Plan it as it will be planned, then once more with ids, to see what belongs where.

    The first decides whether the template is right. In the second the providers plan
    computed ids as known values, and so the apps, scripts and variables of each agent
    can be told apart however the id reached them: through locals, modules, conditionals.
    A template that only works because ids are known has failed in the first.
    """
    try:
        await _plan(bench, job, "check")
    except CommandFailed as error:
        if not is_about_init(error):
            raise
        await fetch(bench)
        await _plan(bench, job, "check")

    bench.coder.plans_ids = bench.taskyard.plans_ids = True
    return await _plan(bench, job, "start", journal=Journal(bench.workshop.clock))


async def _plan(
    bench: Bench, job: ImportInput, name: str, *, journal: Journal | None = None
) -> Object:
    await bench.terraform.run(
        "plan",
        "-json",
        "-no-color",
        "-input=false",
        "-lock=false",
        f"-out={name}.tfplan",
        *variable_arguments(job.variables),
        timing="plan",
        journal=journal,
    )
    if name == "check":
        return {}
    return await bench.terraform.show(f"{name}.tfplan")


def _result(started: Object, stopped: Object) -> ImportResult:
    nodes, nodes_stopped = from_plan(started), from_plan(stopped)
    found = parameters(nodes)
    sets = presets(nodes)
    verdict = judge(started, nodes, found)
    warnings = list(preset_warnings(sets, found))
    if verdict.warning:
        warnings.append(verdict.warning)
    return ImportResult(
        parameters=found,
        presets=sets,
        tags=_tags(nodes),
        external_auth=_external_auth(nodes),
        resources_start=resources(nodes, keeps_lone_agents=True),
        resources_stop=resources(nodes_stopped, keeps_lone_agents=False),
        has_ai_task=verdict.has_ai_task,
        not_task_reason=verdict.reason,
        prompt_parameter=verdict.prompt_parameter,
        warnings=warnings,
    )


def _tags(nodes: list[Node]) -> dict[str, str]:
    found: dict[str, str] = {}
    for node in of_type(nodes, "coder_workspace_tags"):
        found.update(node.values.get("tags") or {})
    return found


def _external_auth(nodes: list[Node]) -> list[dict[str, Any]]:
    found = {
        str(node.values["id"]): bool(node.values.get("optional"))
        for node in of_type(nodes, "coder_external_auth")
    }
    return [{"id": id_, "optional": optional} for id_, optional in found.items()]


def _readme(directory: Path) -> str:
    path = directory / _README
    if not path.is_file():
        return ""
    return path.read_bytes()[:_README_BYTES].decode("utf-8", "replace")
