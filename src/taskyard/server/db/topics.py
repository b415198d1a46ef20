"""What hints are about: the first half of every `notify` and `subscribe`."""

from typing import Final

__all__ = [
    "ACCESS",
    "AGENT_LOGS",
    "EGRESS",
    "JOB",
    "JOB_CANCEL",
    "POST",
    "PROVISIONER_READY",
    "QUEUE",
    "QUEUE_CANCEL",
    "TASK",
    "TASKS",
    "TRANSCRIPT",
    "USER",
    "WORKSPACE",
]

#: A task's state, messages or permission requests; id = task.
TASK: Final = "task"
#: Something may be delivered to a task's runner now: it was written, or the runner has
#: come, or its agent takes messages again; id = task.
POST: Final = "post"
#: New events in the sessions of a task; id = task.
TRANSCRIPT: Final = "transcript"
#: The list of somebody's tasks; id = "<owner>/<task>".
TASKS: Final = "tasks"
#: A workspace, its builds, agents or apps; id = workspace.
WORKSPACE: Final = "workspace"
#: New lines of an agent; id = our id of the agent (per build).
AGENT_LOGS: Final = "agent_logs"
#: A provisioner's job: its status or new lines of its log; id = the API's id of the job.
JOB: Final = "job"
#: A running job is asked to stop; id = the API's id of the job.
JOB_CANCEL: Final = "job_cancel"
#: A job may be there for a provisioner to take; the id says nothing.
PROVISIONER_READY: Final = "provisioner_ready"
#: New egress decisions of a workspace; id = workspace.
EGRESS: Final = "egress"
#: What a user may do has changed, or one of their tokens has ended; id = user.
ACCESS: Final = "access"
#: A user was made; id = user.
USER: Final = "user"
#: A job is in the queue; id = its kind. Rung by a trigger on the table `jobs`.
QUEUE: Final = "queue"
#: A job of the queue is asked to stop; id = its kind. Rung by a trigger, too.
QUEUE_CANCEL: Final = "queue_cancel"
