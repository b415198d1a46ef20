"""What a run of the `coder/coder` provider reads: the CODER_* contract, as a mapping.

The names are those that the genuine provider reads from its process environment. Here
they never are an environment: they stay in this process.
"""

import hashlib
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field

from taskyard.provisioner.provider.diagnostics import Problem
from taskyard.provisioner.provider.servicer import Run

__all__ = ["CoderRun", "new_id", "parameter_key", "previous_parameter_key"]


@dataclass(slots=True, kw_only=True)
class CoderRun(Run):
    environment: Mapping[str, str] = field(default_factory=dict[str, str])
    #: Makes agent tokens that a second attempt at the same build makes again.
    #: Empty = every refresh makes a new random one.
    token_secret: bytes = b""

    @property
    def url(self) -> str:
        return str(self.config["url"])

    def get(self, name: str, default: str = "") -> str:
        """The value of `name`; the default also when it is set but empty."""
        return self.environment.get(name) or default


def configure(run: CoderRun) -> None:
    given = run.config.get("url")
    if given == "":
        raise Problem(
            'The provider\'s "url" is empty',
            'Remove the "url" argument: Taskyard knows its own address.',
            ("url",),
        )
    run.config["url"] = given or run.get("CODER_AGENT_URL", "https://taskyard.invalid")


def new_id() -> str:
    return str(uuid.uuid4())


def parameter_key(name: str) -> str:
    return "CODER_PARAMETER_" + hashlib.sha256(name.encode()).hexdigest()


def previous_parameter_key(name: str) -> str:
    return "CODER_PARAMETER_PREVIOUS_" + hashlib.sha256(name.encode()).hexdigest()
