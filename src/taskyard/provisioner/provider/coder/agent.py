"""`coder_agent`: what runs inside a workspace, and the token it comes back with."""

import hashlib
import hmac
import uuid
from collections.abc import Iterator
from typing import Any, Final

from taskyard.provisioner.provider.checks import at_least, between, duplicates, one_of
from taskyard.provisioner.provider.coder.run import CoderRun, new_id
from taskyard.provisioner.provider.diagnostics import Diagnostic
from taskyard.provisioner.provider.schema import (
    BOOL,
    MAP_OF_STRING,
    NUMBER,
    Attribute,
    Block,
    Nested,
    Resource,
    computed,
    optional,
    required,
)
from taskyard.provisioner.provider.values import UNKNOWN, Object, known, objects

__all__ = ["AGENT", "DISPLAY_APPS"]

#: The apps a page offers by itself, and whether they are offered when nothing is said.
DISPLAY_APPS: Final = {
    "vscode": True,
    "vscode_insiders": False,
    "web_terminal": True,
    "port_forwarding_helper": True,
    "ssh_helper": True,
}

# The genuine provider sets this key to the hash of the agent's id, which is "" there.
_KEPT_TOKEN: Final = (
    "CODER_RUNNING_WORKSPACE_AGENT_TOKEN_" + hashlib.sha256(b"").hexdigest()
)


def _is_absolute(value: Any) -> str | None:
    return None if str(value).startswith("/") else f'"{value}" must start with "/".'


_METADATA = Block(
    {
        "key": required(),
        "display_name": optional(),
        "script": required(),
        "timeout": optional(NUMBER),
        "interval": required(NUMBER),
        "order": optional(NUMBER),
    }
)
_MONITORING = Block(
    {},
    {
        "memory": Nested(
            "set",
            Block(
                {
                    "enabled": required(BOOL),
                    "threshold": required(NUMBER, check=between(0, 100)),
                }
            ),
            maximum=1,
        ),
        "volume": Nested(
            "set",
            Block(
                {
                    "path": required(check=_is_absolute),
                    "enabled": required(BOOL),
                    "threshold": required(NUMBER, check=between(0, 100)),
                }
            ),
        ),
    },
)
_BLOCK = Block(
    {
        "id": computed(),
        "token": computed(sensitive=True),
        "init_script": computed(),
        "os": required(check=one_of("linux", "darwin", "windows")),
        "arch": required(check=one_of("amd64", "armv7", "arm64")),
        "auth": optional(
            default="token",
            check=one_of(
                "token",
                "google-instance-identity",
                "aws-instance-identity",
                "azure-instance-identity",
            ),
        ),
        "dir": optional(),
        "env": optional(MAP_OF_STRING),
        "startup_script": optional(),
        "shutdown_script": optional(),
        "startup_script_behavior": optional(
            default="non-blocking", check=one_of("blocking", "non-blocking")
        ),
        "connection_timeout": optional(NUMBER, default=120, check=at_least(0)),
        "troubleshooting_url": optional(),
        "motd_file": optional(),
        "order": optional(NUMBER),
        "api_key_scope": optional(default="all", check=one_of("all", "no_user_data")),
        # An attribute that templates write as a block: a set of one object, as the
        # genuine schema has it.
        "display_apps": Attribute(
            type=["set", ["object", dict.fromkeys(DISPLAY_APPS, "bool")]],
            is_optional=True,
            is_computed=True,
        ),
    },
    {
        "metadata": Nested("list", _METADATA),
        "resources_monitoring": Nested("set", _MONITORING, maximum=1),
    },
)


def _validate(config: Object) -> Iterator[Diagnostic]:
    if twice := duplicates(_known(config.get("metadata"), "key")):
        yield Diagnostic(
            f'Two metadata blocks have the key "{twice[0]}"',
            "Give each metadata block of an agent its own key.",
            ("metadata",),
        )
    if len(objects(config.get("display_apps"))) > 1:
        yield Diagnostic(
            'An agent has at most one "display_apps" block',
            "Put all switches into one block.",
            ("display_apps",),
        )
    for monitoring in objects(config.get("resources_monitoring")):
        yield from _validate_monitoring(monitoring)


def _validate_monitoring(monitoring: Object) -> Iterator[Diagnostic]:
    path = ("resources_monitoring",)
    volumes = monitoring.get("volume")
    if not monitoring.get("memory") and not volumes:
        yield Diagnostic(
            "resources_monitoring monitors nothing",
            'Add a "memory" or a "volume" block, or remove it.',
            path,
        )
    if twice := duplicates(_known(volumes, "path")):
        yield Diagnostic(
            f'The volume "{twice[0]}" is monitored twice', "Remove one block.", path
        )


def _known(blocks: Any, key: str) -> list[Any]:
    return [block[key] for block in objects(blocks) if known(block.get(key))]


def _plan(
    run: CoderRun, prior: Object | None, _config: Object, planned: Object
) -> None:
    if run.plans_ids and prior is None and known(planned["arch"]):
        planned["id"] = new_id()
        _complete(run, planned)


def _create(run: CoderRun, planned: Object) -> Object:
    return _complete(run, {**planned, "id": new_id()})


def _update(run: CoderRun, _prior: Object, planned: Object) -> Object:
    return _complete(run, planned)


def _complete(run: CoderRun, state: Object) -> Object:
    """Token, init script and the apps that are offered by themselves.

    A partly set display_apps block keeps its nulls (they mean the default), as the
    protocol demands of what the configuration says.
    """
    state["token"] = _token(run, state["id"])
    if not state["display_apps"] or state["display_apps"] is UNKNOWN:
        state["display_apps"] = [dict(DISPLAY_APPS)]
    script = run.get(f"CODER_AGENT_SCRIPT_{state['os']}_{state['arch']}")
    state["init_script"] = script.replace(
        "${ACCESS_URL}", run.url.rstrip("/") + "/"
    ).replace("${AUTH_TYPE}", state["auth"])
    return state


def _token(run: CoderRun, agent_id: str) -> str:
    """A new token at each refresh, so that a token belongs to one build.

    1. A build runs Terraform again: after an init that turned out to be needed, or
       because its provisioner was killed after the sandbox was made.
    2. The second run refreshes. With a random token the sandbox's environment would
       differ, and Terraform would replace a sandbox in which an agent already works.
    3. So the token is derived from the secret that came with the job and the agent's
       id: the same for as long as the server gives the build the same secret, and a
       guess for nobody. With another secret the sandbox is replaced, as it should be:
       its supervisor has the old one.
    """
    if kept := run.get(_KEPT_TOKEN):
        return kept
    if not run.token_secret:
        return new_id()
    digest = hmac.digest(run.token_secret, f"agent:{agent_id}".encode(), "sha256")
    return str(uuid.UUID(bytes=digest[:16], version=4))


AGENT = Resource(
    block=_BLOCK,
    create=_create,
    read=_complete,
    update=_update,
    plan=_plan,
    validate=_validate,
)
