"""The tables of `coder/coder`, put together."""

from typing import Final

from taskyard.provisioner.provider.coder.agent import AGENT
from taskyard.provisioner.provider.coder.inside import (
    AGENT_INSTANCE,
    APP,
    DEVCONTAINER,
    ENV,
    EXTERNAL_AGENT,
    SCRIPT,
)
from taskyard.provisioner.provider.coder.outside import AI_TASK, METADATA
from taskyard.provisioner.provider.coder.parameter import PARAMETER
from taskyard.provisioner.provider.coder.preset import PRESET
from taskyard.provisioner.provider.coder.run import CoderRun, configure
from taskyard.provisioner.provider.coder.workspace import (
    EXTERNAL_AUTH,
    OWNER,
    PROVISIONER,
    SECRET,
    TAGS,
    TASK,
    WORKSPACE,
)
from taskyard.provisioner.provider.schema import Block, optional
from taskyard.provisioner.provider.servicer import Provider

__all__ = ["ADDRESS", "PROVIDER"]

ADDRESS: Final = "coder/coder"

PROVIDER: Final[Provider[CoderRun]] = Provider(
    name="coder",
    block=Block({"url": optional()}),
    configure=configure,
    data_sources={
        "coder_external_auth": EXTERNAL_AUTH,
        "coder_parameter": PARAMETER,
        "coder_provisioner": PROVISIONER,
        "coder_secret": SECRET,
        "coder_task": TASK,
        "coder_workspace": WORKSPACE,
        "coder_workspace_owner": OWNER,
        "coder_workspace_preset": PRESET,
        "coder_workspace_tags": TAGS,
    },
    resources={
        "coder_agent": AGENT,
        "coder_agent_instance": AGENT_INSTANCE,
        "coder_ai_task": AI_TASK,
        "coder_app": APP,
        "coder_devcontainer": DEVCONTAINER,
        "coder_env": ENV,
        "coder_external_agent": EXTERNAL_AGENT,
        "coder_metadata": METADATA,
        "coder_script": SCRIPT,
    },
)
