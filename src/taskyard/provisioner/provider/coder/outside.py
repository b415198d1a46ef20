"""Resources about others: what a task shows, and what people see of a resource."""

from collections.abc import Iterator

from taskyard.provisioner.provider.checks import duplicates, is_uuid
from taskyard.provisioner.provider.coder.run import CoderRun, new_id
from taskyard.provisioner.provider.coder.workspace import task_id
from taskyard.provisioner.provider.diagnostics import Diagnostic, Problem
from taskyard.provisioner.provider.schema import (
    BOOL,
    NUMBER,
    Attribute,
    Block,
    Nested,
    Resource,
    computed,
    optional,
    required,
)
from taskyard.provisioner.provider.values import (
    UNKNOWN,
    Object,
    Unknown,
    known,
    objects,
)

__all__ = ["AI_TASK", "METADATA"]

_AI_TASK = Block(
    {
        "id": computed(),
        "prompt": computed(),
        "enabled": computed(BOOL),
        "app_id": Attribute(is_optional=True, is_computed=True, check=is_uuid),
    },
    {"sidebar_app": Nested("set", Block({"id": required(check=is_uuid)}), maximum=1)},
)


def _validate_ai_task(config: Object) -> Iterator[Diagnostic]:
    if config.get("app_id") is not None and config.get("sidebar_app"):
        yield Diagnostic(
            '"app_id" and "sidebar_app" exclude each other',
            'Keep "app_id"; the "sidebar_app" block is the older way to say it.',
            ("app_id",),
        )


def _plan_ai_task(
    run: CoderRun, prior: Object | None, config: Object, planned: Object
) -> None:
    if not run.plans_ids or prior is not None:
        return
    app: object = config.get("app_id")
    if app is None and planned["sidebar_app"]:
        app = planned["sidebar_app"][0]["id"]
    planned.update(id=task_id(run) or new_id(), app_id=app)


def _create_ai_task(run: CoderRun, planned: Object) -> Object:
    app = planned["app_id"]
    if not app:
        if not planned["sidebar_app"]:
            raise Problem(
                "'app_id' must be set",
                "A task needs the app in which people talk to its agent: "
                "app_id = coder_app.NAME.id, or module.NAME.task_app_id.",
                ("app_id",),
            )
        app = planned["sidebar_app"][0]["id"]
    found = task_id(run)
    return {
        **planned,
        "id": found or new_id(),
        "enabled": found is not None,
        "prompt": run.get("CODER_TASK_PROMPT") or None,
        "app_id": app,
    }


AI_TASK = Resource(
    block=_AI_TASK,
    create=_create_ai_task,
    plan=_plan_ai_task,
    validate=_validate_ai_task,
)

_METADATA = Block(
    {
        "id": computed(),
        "resource_id": required(),
        "hide": optional(BOOL),
        "icon": optional(),
        "daily_cost": optional(NUMBER),
    },
    {
        "item": Nested(
            "list",
            Block(
                {
                    "key": required(),
                    "value": optional(),
                    "sensitive": optional(BOOL, default=False),
                    "is_null": computed(BOOL),
                }
            ),
        )
    },
)


def _validate_metadata(config: Object) -> Iterator[Diagnostic]:
    items = objects(config.get("item"))
    keys = [item["key"] for item in items if known(item.get("key"))]
    if twice := duplicates(keys):
        yield Diagnostic(
            f'Two items have the key "{twice[0]}"',
            "Give each item of a coder_metadata its own key.",
            ("item",),
        )


def _plan_metadata(
    run: CoderRun, prior: Object | None, _config: Object, planned: Object
) -> None:
    for item in objects(planned["item"]):
        value: object = item["value"]
        item["is_null"] = UNKNOWN if isinstance(value, Unknown) else value is None
    if run.plans_ids and prior is None:
        planned["id"] = new_id()


def _create_metadata(_run: CoderRun, planned: Object) -> Object:
    for item in planned["item"]:
        item["is_null"] = item["value"] is None
    return {**planned, "id": new_id()}


METADATA = Resource(
    block=_METADATA,
    create=_create_metadata,
    plan=_plan_metadata,
    validate=_validate_metadata,
)
