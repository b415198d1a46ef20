"""How a job ends that does not succeed.

* JobFailed: reported to the server with its code and text
  - EngineMissing   (engine_missing)
  - TemplateInvalid (template_invalid)
  - TerraformFailed (terraform_failed)
  - SandboxWasRefused (sandbox_refused)
  - ServerRefused   (server_refused)
  - Canceled        (canceled)
  - TimedOut        (timed_out)
* LeaseLost: reported to nobody; the job is another provisioner's now
"""

from typing import ClassVar

__all__ = [
    "Canceled",
    "EngineMissing",
    "JobFailed",
    "LeaseLost",
    "SandboxWasRefused",
    "ServerRefused",
    "TemplateInvalid",
    "TerraformFailed",
    "TimedOut",
]


class JobFailed(Exception):
    """The job failed. The text is for the user: what is wrong, where, what to do."""

    code: ClassVar[str] = "failed"


class EngineMissing(JobFailed):
    code = "engine_missing"


class TemplateInvalid(JobFailed):
    code = "template_invalid"


class TerraformFailed(JobFailed):
    code = "terraform_failed"


class SandboxWasRefused(JobFailed):
    code = "sandbox_refused"


class ServerRefused(JobFailed):
    """The server does not take it as it is; saying it again is of no use."""

    code = "server_refused"


class Canceled(JobFailed):
    code = "canceled"


class TimedOut(JobFailed):
    code = "timed_out"


class LeaseLost(Exception):
    """Stop acting: the job is somebody else's now."""
