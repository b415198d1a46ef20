"""A server for provisioners, in memory."""

import asyncio
import base64
import io
import tarfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from uuid import UUID, uuid4

from typing_extensions import override

from taskyard.protocol.provisioner import (
    AcquireRequest,
    BuildInput,
    Completion,
    Failure,
    Heartbeat,
    HeartbeatReply,
    ImportInput,
    Job,
    JobLog,
    LogBatch,
    Owner,
    StateUpload,
    TaskInput,
    TemplateInfo,
    Transition,
)
from taskyard.provisioner.client import Server, ServerUnreachable
from taskyard.provisioner.errors import LeaseLost

__all__ = ["FakeServer", "JobRecord", "tar_of"]

#: Stands for the runner's bootstrap: something that runs until it is told to stop.
AGENT_SCRIPT = "exec sleep 3600 # ${ACCESS_URL} ${AUTH_TYPE}"


def tar_of(files: Mapping[str, str | bytes]) -> bytes:
    """An archive as the server keeps it: name -> content."""
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as archive:
        for name, content in files.items():
            data = content.encode() if isinstance(content, str) else content
            info = tarfile.TarInfo(name)
            info.size = len(data)
            archive.addfile(info, io.BytesIO(data))
    return buffer.getvalue()


@dataclass(slots=True, kw_only=True)
class JobRecord:
    """What the server knows of a job."""

    job: Job
    logs: list[JobLog] = field(default_factory=list[JobLog])
    batches: list[int] = field(default_factory=list[int])
    states: list[str] = field(default_factory=list[str])
    completion: Completion | None = None
    failure: Failure | None = None
    cancel: bool = False
    is_lost: bool = False
    done: asyncio.Event = field(default_factory=asyncio.Event)
    logged: asyncio.Event = field(default_factory=asyncio.Event)
    #: Set with each state that comes; cleared by who waits.
    checkpointed: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def text(self) -> str:
        return "\n".join(line.output for line in self.logs)

    @property
    def last_state(self) -> str:
        """What the next build of the workspace gets."""
        if self.completion and self.completion.result.type == "workspace_build":
            return self.completion.result.state
        if self.failure and self.failure.state is not None:
            return self.failure.state
        return self.states[-1] if self.states else ""


class FakeServer(Server):
    """Gives out what was added, in order, and remembers what was said."""

    def __init__(self, *, lease_seconds: int = 30) -> None:
        self.jobs: dict[int, JobRecord] = {}
        self.files: dict[UUID, bytes] = {}
        self.module_archives: dict[UUID, bytes] = {}
        self.acquired: list[AcquireRequest] = []
        self.is_away = False  # every call fails until it is back
        self._lease_seconds = lease_seconds
        self._ready: asyncio.Queue[JobRecord] = asyncio.Queue()
        self._last_id = 0

    # -- what a test does -------------------------------------------------------------

    def add(self, input_: ImportInput | BuildInput, *, attempt: int = 1) -> JobRecord:
        self._last_id += 1
        job = Job(
            id=self._last_id,
            lease_token=uuid4(),
            lease_seconds=self._lease_seconds,
            attempt=attempt,
            input=input_,
        )
        record = self.jobs[job.id] = JobRecord(job=job)
        self._ready.put_nowait(record)
        return record

    def add_file(self, data: bytes) -> UUID:
        file_id = uuid4()
        self.files[file_id] = data
        return file_id

    def import_of(
        self,
        files: Mapping[str, str | bytes],
        *,
        variables: dict[str, str] | None = None,
    ) -> ImportInput:
        return ImportInput(
            file_id=self.add_file(tar_of(files)),
            template=TemplateInfo(name="example", version="v1", version_id=uuid4()),
            owner=_owner(),
            variables=variables or {},
            access_url="http://127.0.0.1:7080",
            agent_scripts={"linux_amd64": AGENT_SCRIPT, "linux_arm64": AGENT_SCRIPT},
        )

    def build_of(
        self,
        imported: ImportInput,
        transition: Transition = "start",
        *,
        workspace_id: UUID | None = None,
        state: str = "",
        parameters: dict[str, str] | None = None,
        task: TaskInput | None = None,
    ) -> BuildInput:
        return BuildInput(
            file_id=imported.file_id,
            build_id=uuid4(),
            build_number=1,
            workspace_id=workspace_id or uuid4(),
            workspace_name="dev",
            transition=transition,
            template=imported.template,
            owner=imported.owner,
            parameters=parameters or {},
            variables=imported.variables,
            task=task,
            state=state,
            access_url=imported.access_url,
            agent_scripts=imported.agent_scripts,
            supervisor_token=f"supervisor-{uuid4()}",
        )

    # -- what a provisioner does ------------------------------------------------------

    @override
    async def acquire(self, request: AcquireRequest) -> Job | None:
        self._answer()
        self.acquired.append(request)
        record = await self._ready.get()
        return record.job

    @override
    async def file(self, file_id: UUID) -> bytes:
        self._answer()
        return self.files[file_id]

    @override
    async def modules(self, version_id: UUID) -> bytes | None:
        self._answer()
        return self.module_archives.get(version_id)

    @override
    async def heartbeat(self, job_id: int, beat: Heartbeat) -> HeartbeatReply:
        return HeartbeatReply(cancel=self._held(job_id, beat.lease_token).cancel)

    @override
    async def log(self, job_id: int, batch: LogBatch) -> None:
        record = self._held(job_id, batch.lease_token)
        if batch.number not in record.batches:
            record.batches.append(batch.number)
            record.logs.extend(batch.logs)
            record.logged.set()

    @override
    async def put_modules(self, job_id: int, lease_token: UUID, data: bytes) -> None:
        record = self._held(job_id, lease_token)
        self.module_archives[record.job.input.template.version_id] = data

    @override
    async def put_state(self, job_id: int, upload: StateUpload) -> None:
        base64.b64decode(upload.state, validate=True)
        record = self._held(job_id, upload.lease_token)
        record.states.append(upload.state)
        record.checkpointed.set()

    @override
    async def complete(self, job_id: int, completion: Completion) -> None:
        record = self._held(job_id, completion.lease_token)
        record.completion = completion
        record.done.set()

    @override
    async def fail(self, job_id: int, failure: Failure) -> None:
        record = self._held(job_id, failure.lease_token)
        record.failure = failure
        record.done.set()

    def _held(self, job_id: int, lease_token: UUID) -> JobRecord:
        self._answer()
        record = self.jobs[job_id]
        if record.is_lost or record.job.lease_token != lease_token:
            raise LeaseLost
        return record

    def _answer(self) -> None:
        if self.is_away:
            raise ServerUnreachable("ConnectError: the server is away")


def _owner() -> Owner:
    return Owner(id=uuid4(), name="alice", full_name="Alice", email="alice@example.com")
