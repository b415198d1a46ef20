"""The tables of `taskyard/taskyard`, put together."""

from typing import Final

from taskyard.provisioner.provider.schema import Block
from taskyard.provisioner.provider.servicer import Provider
from taskyard.provisioner.provider.taskyard.run import TaskyardRun
from taskyard.provisioner.provider.taskyard.sandbox import SANDBOX
from taskyard.provisioner.provider.taskyard.volume import VOLUME

__all__ = ["ADDRESS", "PROVIDER"]

ADDRESS: Final = "taskyard/taskyard"

PROVIDER: Final[Provider[TaskyardRun]] = Provider(
    name="taskyard",
    block=Block({}),
    data_sources={},
    resources={"taskyard_sandbox": SANDBOX, "taskyard_volume": VOLUME},
)
