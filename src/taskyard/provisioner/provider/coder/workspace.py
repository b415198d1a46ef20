"""Data sources about the build: workspace, owner, task, provisioner, secrets."""

import json
import platform
import uuid
from collections.abc import Iterator
from urllib.parse import urlsplit

from taskyard.provisioner.provider.checks import matching
from taskyard.provisioner.provider.coder.run import CoderRun, new_id
from taskyard.provisioner.provider.diagnostics import Diagnostic, Problem
from taskyard.provisioner.provider.schema import (
    BOOL,
    LIST_OF_STRING,
    MAP_OF_STRING,
    NUMBER,
    Block,
    DataSource,
    computed,
    optional,
    required,
)
from taskyard.provisioner.provider.values import Object

__all__ = [
    "EXTERNAL_AUTH",
    "OWNER",
    "PROVISIONER",
    "SECRET",
    "TAGS",
    "TASK",
    "WORKSPACE",
    "task_id",
]

_TEMPLATE_KEYS = (
    "CODER_WORKSPACE_TEMPLATE_ID",
    "CODER_WORKSPACE_TEMPLATE_NAME",
    "CODER_WORKSPACE_TEMPLATE_VERSION",
)


def _workspace(run: CoderRun, _config: Object) -> Object:
    if run.get("CODER_WORKSPACE_BUILD_ID"):
        for key in _TEMPLATE_KEYS:
            if not run.get(key):
                raise Problem(f"{key} is missing", "A build always has a template.")

    transition = run.get("CODER_WORKSPACE_TRANSITION", "start")
    is_claim = run.get("CODER_WORKSPACE_IS_PREBUILD_CLAIM").lower() == "true"
    is_prebuild = run.get("CODER_WORKSPACE_IS_PREBUILD").lower() == "true"
    is_prebuild = is_prebuild and not is_claim
    url = run.url.rstrip("/")
    parts = urlsplit(url)
    return {
        "id": run.get("CODER_WORKSPACE_ID") or new_id(),
        "name": run.get("CODER_WORKSPACE_NAME", "default"),
        "transition": transition,
        "start_count": int(transition == "start"),
        "prebuild_count": int(is_prebuild),
        "is_prebuild": is_prebuild,
        "is_prebuild_claim": is_claim,
        "access_url": url,
        "access_port": parts.port or (443 if parts.scheme == "https" else 80),
        "template_id": run.get("CODER_WORKSPACE_TEMPLATE_ID"),
        "template_name": run.get("CODER_WORKSPACE_TEMPLATE_NAME"),
        "template_version": run.get("CODER_WORKSPACE_TEMPLATE_VERSION"),
    }


WORKSPACE = DataSource(
    block=Block(
        {
            "id": computed(),
            "name": computed(),
            "transition": computed(),
            "start_count": computed(NUMBER),
            "prebuild_count": computed(NUMBER),
            "is_prebuild": computed(BOOL),
            "is_prebuild_claim": computed(BOOL),
            "access_url": computed(),
            "access_port": computed(NUMBER),
            "template_id": computed(),
            "template_name": computed(),
            "template_version": computed(),
        }
    ),
    read=_workspace,
)


def _owner(run: CoderRun, _config: Object) -> Object:
    def of(suffix: str, default: str = "") -> str:
        return run.get("CODER_WORKSPACE_OWNER" + suffix, default)

    return {
        "id": of("_ID") or new_id(),
        "name": of("", "default"),
        "full_name": of("_NAME", "default"),
        "email": of("_EMAIL", "default@example.com"),
        "ssh_public_key": of("_SSH_PUBLIC_KEY"),
        "ssh_private_key": of("_SSH_PRIVATE_KEY"),
        "groups": json.loads(of("_GROUPS", "[]")),
        "session_token": of("_SESSION_TOKEN"),
        "oidc_access_token": of("_OIDC_ACCESS_TOKEN"),
        "login_type": of("_LOGIN_TYPE"),
        "rbac_roles": json.loads(of("_RBAC_ROLES", "[]")),
    }


OWNER = DataSource(
    block=Block(
        {
            "id": computed(),
            "name": computed(),
            "full_name": computed(),
            "email": computed(),
            "ssh_public_key": computed(),
            "ssh_private_key": computed(sensitive=True),
            "groups": computed(LIST_OF_STRING),
            "session_token": computed(sensitive=True),
            "oidc_access_token": computed(sensitive=True),
            "login_type": computed(),
            "rbac_roles": computed(
                ["list", ["object", {"name": "string", "org_id": "string"}]]
            ),
        }
    ),
    read=_owner,
    version=0,
)


def task_id(run: CoderRun) -> str | None:
    """The task of this build; None when the workspace is nobody's task."""
    try:
        found = uuid.UUID(run.get("CODER_TASK_ID"))
    except ValueError:
        return None
    return str(found) if found.int else None


def _task(run: CoderRun, _config: Object) -> Object:
    found = task_id(run)
    return {
        "id": found or new_id(),
        "enabled": found is not None,
        "prompt": run.get("CODER_TASK_PROMPT"),
    }


TASK = DataSource(
    block=Block({"id": computed(), "prompt": computed(), "enabled": computed(BOOL)}),
    read=_task,
    version=0,
)

_ARCHITECTURES = {"x86_64": "amd64", "aarch64": "arm64", "armv7l": "armv7"}


def _provisioner(_run: CoderRun, _config: Object) -> Object:
    machine = platform.machine().lower()
    return {
        "id": new_id(),
        "os": platform.system().lower(),
        "arch": _ARCHITECTURES.get(machine, machine),
    }


PROVISIONER = DataSource(
    block=Block({"id": computed(), "os": computed(), "arch": computed()}),
    read=_provisioner,
)


def _tags(_run: CoderRun, config: Object) -> Object:
    return {**config, "id": new_id()}


TAGS = DataSource(
    block=Block({"id": computed(), "tags": optional(MAP_OF_STRING)}), read=_tags
)


def _external_auth(run: CoderRun, config: Object) -> Object:
    key = "CODER_EXTERNAL_AUTH_ACCESS_TOKEN_" + config["id"]
    return {**config, "access_token": run.get(key)}


EXTERNAL_AUTH = DataSource(
    block=Block(
        {
            "id": required(),
            "access_token": computed(sensitive=True),
            "optional": optional(BOOL),
        }
    ),
    read=_external_auth,
)


def _secret_is_one_thing(config: Object) -> Iterator[Diagnostic]:
    if (config.get("env") is None) == (config.get("file") is None):
        yield Diagnostic(
            "A secret is one thing",
            'Set exactly one of "env" (a variable) and "file" (a path).',
        )


def _secret(run: CoderRun, config: Object) -> Object:
    env, file = config["env"], config["file"]
    suffix = f"ENV_{env}" if env else f"FILE_{file.encode().hex()}"
    value = run.environment.get("CODER_SECRET_" + suffix)
    is_start = run.get("CODER_WORKSPACE_TRANSITION", "start") == "start"
    if value is None and is_start and run.get("CODER_WORKSPACE_BUILD_ID"):
        raise Problem(f'The secret "{env or file}" is missing', config["help_message"])
    return {
        **config,
        "id": f"env:{env}" if env else f"file:{file}",
        "value": value or "",
    }


SECRET = DataSource(
    block=Block(
        {
            "id": computed(),
            "env": optional(
                check=matching(
                    r"[a-zA-Z_][a-zA-Z0-9_]*", "be the name of an environment variable"
                )
            ),
            "file": optional(
                check=matching(r"(?:/|~/).*", 'be a path that starts with "/" or "~/"')
            ),
            "help_message": required(),
            "value": computed(sensitive=True),
        }
    ),
    read=_secret,
    validate=_secret_is_one_thing,
)
