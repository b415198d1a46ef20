"""Provisioners that run no Terraform: they speak the protocol, and some misbehave.

Each method is one step, so that a test decides what happens between two of them.
"""

import base64
import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

import httpx
from typing_extensions import override

from taskyard.protocol.provisioner import (
    AcquireRequest,
    Agent,
    AiTask,
    App,
    BuildInput,
    BuildResult,
    Completion,
    Failure,
    Healthcheck,
    Heartbeat,
    HeartbeatReply,
    ImportInput,
    ImportResult,
    Job,
    JobLog,
    LogBatch,
    Parameter,
    Preset,
    PresetParameter,
    Resource,
    StateUpload,
    Timing,
)

__all__ = ["FailingProvisioner", "FakeProvisioner", "SilentProvisioner", "lines"]


def lines(*outputs: str, stage: str = "Planning") -> list[JobLog]:
    """Lines of a log, said by Terraform."""
    return [
        JobLog(
            created_at=datetime(2026, 1, 1, tzinfo=UTC),
            source="provisioner",
            level="info",
            stage=stage,
            output=output,
        )
        for output in outputs
    ]


def _default_import() -> ImportResult:
    return ImportResult(
        readme="# Tasks",
        parameters=[
            Parameter(
                name="Size",
                type="number",
                mutable=True,
                required=False,
                default_value="1",
                validation_min=1,
                validation_max=9,
            )
        ],
        presets=[
            Preset(
                name="Large",
                default=True,
                parameters=[PresetParameter(name="Size", value="9")],
            )
        ],
        resources_start=[Resource(type="taskyard_sandbox", name="main")],
        resources_stop=[Resource(type="taskyard_volume", name="home")],
        has_ai_task=True,
        engine="Fake 1.0",
    )


class FakeProvisioner:
    """Succeeds at everything, with results that a test can set.

    `client` reaches the server; it is closed by its owner.
    """

    def __init__(
        self,
        client: httpx.AsyncClient,
        key: str,
        *,
        name: str = "fake",
        tags: Mapping[str, str] | None = None,
    ) -> None:
        self._client = client
        self.key = key
        self.name = name
        self.tags = dict(tags or {})
        self.import_result = _default_import()
        self.agent_tokens: dict[UUID, str] = {}
        """Of the agents made, by the id that Terraform would give them."""

    # -- one step each ----------------------------------------------------------------

    async def acquire(self, *, wait: float = 0) -> Job | None:
        """The next job, or None; `wait` is in seconds."""
        request = AcquireRequest(name=self.name, tags=self.tags)
        answer = await self.call(
            "POST", f"jobs/acquire?wait={wait}", request.model_dump(mode="json")
        )
        if answer.status_code == httpx.codes.NO_CONTENT.value:
            return None
        return Job.model_validate_json(answer.raise_for_status().content)

    async def heartbeat(self, job: Job, *, wait: float = 0) -> HeartbeatReply:
        """`wait` is in seconds: the answer comes then, or when the job is canceled."""
        body = Heartbeat(lease_token=job.lease_token, wait_seconds=wait)
        answer = await self.call(
            "POST", f"jobs/{job.id}/heartbeat", body.model_dump(mode="json")
        )
        return HeartbeatReply.model_validate_json(answer.raise_for_status().content)

    async def log(
        self, job: Job, number: int, logs: Sequence[JobLog]
    ) -> httpx.Response:
        batch = LogBatch(lease_token=job.lease_token, number=number, logs=list(logs))
        return await self.call(
            "POST", f"jobs/{job.id}/logs", batch.model_dump(mode="json")
        )

    async def checkpoint(self, job: Job, state: bytes) -> httpx.Response:
        upload = StateUpload(
            lease_token=job.lease_token, state=base64.b64encode(state).decode()
        )
        return await self.call(
            "PUT", f"jobs/{job.id}/state", upload.model_dump(mode="json")
        )

    async def complete(
        self, job: Job, result: ImportResult | BuildResult | None = None
    ) -> httpx.Response:
        result = result or self.result_of(job)
        body = Completion(lease_token=job.lease_token, result=result)
        return await self.call(
            "POST", f"jobs/{job.id}/complete", body.model_dump(mode="json")
        )

    async def fail(
        self,
        job: Job,
        error: str,
        *,
        error_code: str = "",
        state: bytes | None = None,
    ) -> httpx.Response:
        failure = Failure(
            lease_token=job.lease_token,
            error=error,
            error_code=error_code,
            state=None if state is None else base64.b64encode(state).decode(),
        )
        return await self.call(
            "POST", f"jobs/{job.id}/fail", failure.model_dump(mode="json")
        )

    async def call(
        self, method: str, path: str, body: Any = None, *, content: bytes | None = None
    ) -> httpx.Response:
        return await self._client.request(
            method,
            f"/api/v2/provisioners/{path}",
            json=body,
            content=content,
            headers={"Authorization": f"Bearer {self.key}"},
        )

    # -- whole jobs -------------------------------------------------------------------

    async def run_one(self) -> Job | None:
        """Take a job and end it; None when there is none."""
        job = await self.acquire()
        if job is not None:
            await self.work(job)
        return job

    async def run_all(self) -> int:
        """Work until there is nothing to do; how many jobs that were."""
        count = 0
        while await self.run_one() is not None:
            count += 1
        return count

    async def work(self, job: Job) -> None:
        await self.log(job, 1, lines("Working."))
        (await self.complete(job)).raise_for_status()

    # -- what it finds and makes ------------------------------------------------------

    def result_of(self, job: Job) -> ImportResult | BuildResult:
        match job.input:
            case ImportInput():
                return self.import_result
            case BuildInput():
                return self.build_result(job.input)

    def build_result(self, build: BuildInput) -> BuildResult:
        """A start makes an agent with a chat and a preview; others make nothing."""
        at = datetime(2026, 1, 1, tzinfo=UTC)
        state = json.dumps({"serial": build.build_number}).encode()
        result = BuildResult(
            state=base64.b64encode(state).decode(),
            timings=[Timing(stage="apply", started_at=at, ended_at=at)],
        )
        if build.transition == "start":
            agent = self.agent()
            result.resources = [
                Resource(type="taskyard_sandbox", name="main", agents=[agent])
            ]
            if build.task is not None:
                result.ai_tasks = [AiTask(id=build.task.id, app_id=agent.apps[0].id)]
        return result

    def agent(self) -> Agent:
        id_, token = uuid4(), str(uuid4())
        self.agent_tokens[id_] = token
        check = Healthcheck(
            url="http://localhost:3284/status", interval=3, threshold=20
        )
        return Agent(
            id=id_,
            name="main",
            token=token,
            operating_system="linux",
            architecture="amd64",
            apps=[
                App(
                    id=uuid4(),
                    slug="ccw",
                    url="http://localhost:3284/",
                    healthcheck=check,
                ),
                App(id=uuid4(), slug="preview", url="http://localhost:8000/"),
            ],
        )


class FailingProvisioner(FakeProvisioner):
    """Applies something, then fails."""

    @override
    async def work(self, job: Job) -> None:
        state = b'{"half": true}' if isinstance(job.input, BuildInput) else None
        answer = await self.fail(
            job,
            "main.tf:12: the quota of the machine is used up",
            error_code="apply_failed",
            state=state,
        )
        answer.raise_for_status()


class SilentProvisioner(FakeProvisioner):
    """Takes jobs and is never heard of again."""

    @override
    async def work(self, job: Job) -> None:
        return
