"""Resources that belong to an agent: apps, scripts, variables, dev containers."""

import re
from collections.abc import Callable, Iterator
from typing import Any

from taskyard.provisioner.provider.checks import (
    at_least,
    at_most_long,
    matching,
    one_of,
)
from taskyard.provisioner.provider.coder.run import CoderRun, new_id
from taskyard.provisioner.provider.diagnostics import Diagnostic
from taskyard.provisioner.provider.schema import (
    BOOL,
    NUMBER,
    Block,
    Nested,
    Resource,
    computed,
    optional,
    required,
)
from taskyard.provisioner.provider.values import Object, Unknown

__all__ = [
    "AGENT_INSTANCE",
    "APP",
    "DEVCONTAINER",
    "ENV",
    "EXTERNAL_AGENT",
    "SCRIPT",
    "plan_with_ids",
    "with_ids",
]

_CRON_FIELDS = 6
_CRON = re.compile(r"[0-9A-Za-z*/,\-? ]+")


def with_ids(*names: str) -> Callable[[CoderRun, Object], Object]:
    def create(_run: CoderRun, planned: Object) -> Object:
        return {**planned, **{name: new_id() for name in names}}

    return create


def plan_with_ids(
    *names: str,
) -> Callable[[CoderRun, Object | None, Object, Object], None]:
    def plan(
        run: CoderRun, prior: Object | None, _config: Object, planned: Object
    ) -> None:
        if run.plans_ids and prior is None:
            planned.update({name: new_id() for name in names})

    return plan


def _is_set(value: Any) -> bool:
    """Set, or will be: an unknown counts, null, "" and [] do not."""
    return isinstance(value, Unknown) or bool(value)


_HEALTHCHECK = Block(
    {
        "url": required(),
        "interval": required(NUMBER, check=at_least(1)),
        "threshold": required(NUMBER, check=at_least(1)),
    }
)
_APP = Block(
    {
        "id": computed(),
        "agent_id": required(),
        "slug": required(
            check=matching(
                r"[a-z0-9](-?[a-z0-9])*",
                "hold lower-case letters, digits and single inner hyphens only",
            )
        ),
        "display_name": optional(check=at_most_long(64)),
        "url": optional(),
        "command": optional(),
        "icon": optional(),
        "subdomain": optional(BOOL),
        "share": optional(
            default="owner", check=one_of("owner", "authenticated", "public")
        ),
        "external": optional(BOOL, default=False),
        "group": optional(check=at_most_long(64)),
        "order": optional(NUMBER),
        "hidden": optional(BOOL, default=False),
        "open_in": optional(default="slim-window", check=one_of("tab", "slim-window")),
        "tooltip": optional(check=at_most_long(2048)),
    },
    {"healthcheck": Nested("set", _HEALTHCHECK, maximum=1)},
)

_APP_CONFLICTS = {
    "command": ("url", "subdomain", "healthcheck", "external"),
    "external": ("healthcheck", "command", "subdomain", "share"),
}


def _validate_app(config: Object) -> Iterator[Diagnostic]:
    for name, others in _APP_CONFLICTS.items():
        if not _is_set(config.get(name)):
            continue
        for other in others:
            if _is_set(config.get(other)):
                yield Diagnostic(
                    f'"{name}" and "{other}" exclude each other',
                    f'An app with "{name}" has no "{other}": remove one of them.',
                    (name,),
                )


APP = Resource(
    block=_APP,
    create=with_ids("id"),
    plan=plan_with_ids("id"),
    validate=_validate_app,
)


def _cron(value: Any) -> str | None:
    if len(value.split()) == _CRON_FIELDS and _CRON.fullmatch(value):
        return None
    return (
        f'"{value}" must have six fields: SECOND MINUTE HOUR DAY MONTH WEEKDAY, '
        'as in "0 30 8 * * 1-5".'
    )


def _cron_warning(value: Any) -> str | None:
    if isinstance(value, str) and len(value.split()) == _CRON_FIELDS - 1:
        return None
    return _cron(value) if value else None


_SCRIPT = Block(
    {
        "id": computed(),
        "agent_id": required(),
        "display_name": required(),
        "script": required(),
        "icon": optional(),
        "log_path": optional(),
        "cron": optional(check=_cron_warning),
        "run_on_start": optional(BOOL, default=False),
        "run_on_stop": optional(BOOL, default=False),
        "start_blocks_login": optional(BOOL, default=False),
        "timeout": optional(NUMBER, default=0, check=at_least(0)),
    }
)


def _validate_script(config: Object) -> Iterator[Diagnostic]:
    triggers = ("run_on_start", "run_on_stop", "cron")
    if not any(_is_set(config.get(trigger)) for trigger in triggers):
        yield Diagnostic(
            "The script never runs",
            'Set at least one of "run_on_start", "run_on_stop" and "cron".',
        )
    if config.get("start_blocks_login") is True and not _is_set(
        config.get("run_on_start")
    ):
        yield Diagnostic(
            '"start_blocks_login" needs "run_on_start"',
            'Add "run_on_start = true" or remove "start_blocks_login".',
            ("start_blocks_login",),
        )
    cron = config.get("cron")
    if isinstance(cron, str) and len(cron.split()) == _CRON_FIELDS - 1:
        yield Diagnostic(
            '"cron" has five fields, so the seconds are missing',
            f'"0 {cron}" runs at second 0 of the times that were probably meant.',
            ("cron",),
            is_warning=True,
        )


SCRIPT = Resource(
    block=_SCRIPT,
    create=with_ids("id"),
    plan=plan_with_ids("id"),
    validate=_validate_script,
)

ENV = Resource(
    block=Block(
        {
            "id": computed(),
            "agent_id": required(),
            "name": required(
                check=matching(
                    r"[a-zA-Z_][a-zA-Z0-9_]*", "be the name of an environment variable"
                )
            ),
            "value": optional(),
            "merge_strategy": optional(
                default="replace", check=one_of("replace", "append", "prepend", "error")
            ),
        }
    ),
    create=with_ids("id"),
    plan=plan_with_ids("id"),
)

AGENT_INSTANCE = Resource(
    block=Block({"id": computed(), "agent_id": required(), "instance_id": required()}),
    version=0,
    create=with_ids("id"),
)

DEVCONTAINER = Resource(
    block=Block(
        {
            "id": computed(),
            "agent_id": required(),
            "workspace_folder": required(),
            "config_path": optional(),
            "subagent_id": computed(),
        }
    ),
    create=with_ids("id", "subagent_id"),
    plan=plan_with_ids("id", "subagent_id"),
)

EXTERNAL_AGENT = Resource(
    block=Block({"id": computed(), "agent_id": required()}),
    create=with_ids("id"),
    plan=plan_with_ids("id"),
)
