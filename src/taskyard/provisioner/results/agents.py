"""Agents with what belongs to them: apps, scripts, variables, metadata."""

import re
from collections.abc import Iterator
from typing import Any, Final
from uuid import UUID, uuid4

from taskyard.protocol.provisioner import Agent, App, Healthcheck, Metadata, Script
from taskyard.provisioner.errors import TemplateInvalid
from taskyard.provisioner.provider.coder.agent import DISPLAY_APPS
from taskyard.provisioner.provider.values import Object, first_object, objects
from taskyard.provisioner.results.nodes import Node, of_type
from taskyard.provisioner.results.variables import merged_environment

__all__ = ["AgentNode", "agents", "belongs_to"]

_NAME: Final = re.compile(r"[a-z0-9](-?[a-z0-9])*", re.IGNORECASE)
_LEGACY_SCRIPTS: Final = (
    ("startup_script", "Startup Script", "coder-startup-script.log"),
    ("shutdown_script", "Shutdown Script", "coder-shutdown-script.log"),
)

AgentNode = tuple[Node, Agent]


def agents(nodes: list[Node]) -> list[AgentNode]:
    """Raises `TemplateInvalid` for names and slugs that nothing could be reached by."""
    found = of_type(nodes, "coder_agent")
    _check_names(found)
    paired = [(node, _agent(node, nodes, alone=len(found) == 1)) for node in found]
    _check_slugs(paired)
    return paired


def belongs_to(node: Node, agent: Node, *, alone: bool) -> bool:
    """By id. A plan may not know it; with one agent there is nothing to tell apart."""
    wanted = node.values.get("agent_id")
    return wanted == agent.values.get("id") if wanted else alone


def _check_names(found: list[Node]) -> None:
    seen: dict[str, str] = {}
    for node in found:
        if not _NAME.fullmatch(node.name):
            raise TemplateInvalid(
                f'{node.address}: "{node.name}" cannot be the name of an agent, because '
                "it becomes part of host names. Use letters, digits and single inner "
                f'hyphens, as in "{node.name.strip("_").replace("_", "-")}".'
            )
        other = seen.setdefault(node.name.lower(), node.address)
        if other != node.address:
            raise TemplateInvalid(
                f"{other} and {node.address} are agents with the same name: rename one. "
                "Several agents by count or for_each cannot be told apart."
            )


def _check_slugs(found: list[AgentNode]) -> None:
    seen: dict[str, str] = {}
    for node, agent in found:
        for app in agent.apps:
            if other := seen.get(app.slug):
                raise TemplateInvalid(
                    f'Several apps have the slug "{app.slug}" (agents {other} and '
                    f"{node.name}): give each coder_app its own slug."
                )
            seen[app.slug] = node.name


def _agent(node: Node, nodes: list[Node], *, alone: bool) -> Agent:
    values = node.values
    own = [other for other in nodes if belongs_to(other, node, alone=alone)]
    scripts = [_script(n.values) for n in of_type(own, "coder_script")]
    return Agent(
        id=_id(values),
        name=node.name,
        token=values.get("token") or "",
        operating_system=values["os"],
        architecture=values["arch"],
        auth=values.get("auth") or "token",
        directory=values.get("dir") or "",
        environment=merged_environment(
            values.get("env") or {}, of_type(own, "coder_env")
        ),
        startup_script_behavior=values.get("startup_script_behavior") or "non-blocking",
        connection_timeout=_whole(values.get("connection_timeout"), 120),
        troubleshooting_url=values.get("troubleshooting_url") or "",
        motd_file=values.get("motd_file") or "",
        order=_whole(values.get("order")),
        api_key_scope=values.get("api_key_scope") or "all",
        display_apps=_display_apps(values),
        apps=[_app(n.values) for n in _in_order(of_type(own, "coder_app"))],
        scripts=[*_legacy_scripts(values), *scripts],
        metadata=[_metadata(item) for item in objects(values.get("metadata"))],
        resources_monitoring=next(
            iter(objects(values.get("resources_monitoring"))), None
        ),
        devcontainers=[_devcontainer(n) for n in of_type(own, "coder_devcontainer")],
    )


def _in_order(nodes: list[Node]) -> list[Node]:
    return sorted(nodes, key=lambda n: (_whole(n.values.get("order")), n.address))


def _id(values: Object) -> UUID:
    # A plan that is never applied may not know ids; rows need one.
    return UUID(values["id"]) if values.get("id") else uuid4()


def _whole(value: Any, default: int = 0) -> int:
    return default if value is None else int(value)


def _display_apps(values: Object) -> list[str]:
    switches = first_object(values.get("display_apps"))
    return [
        name
        for name, default in DISPLAY_APPS.items()
        if (default if switches.get(name) is None else switches[name])
    ]


def _app(values: Object) -> App:
    check = next(iter(objects(values.get("healthcheck"))), None)
    return App(
        id=_id(values),
        slug=values["slug"],
        display_name=values.get("display_name") or values["slug"],
        url=values.get("url") or "",
        command=values.get("command") or "",
        icon=values.get("icon") or "",
        subdomain=bool(values.get("subdomain")),
        share=values.get("share") or "owner",
        external=bool(values.get("external")),
        healthcheck=Healthcheck(
            url=check["url"],
            interval=int(check["interval"]),
            threshold=int(check["threshold"]),
        )
        if check
        else None,
        group=values.get("group") or "",
        order=_whole(values.get("order")),
        hidden=bool(values.get("hidden")),
        open_in=values.get("open_in") or "slim-window",
        tooltip=values.get("tooltip") or "",
    )


def _legacy_scripts(values: Object) -> Iterator[Script]:
    """The two attributes of an agent that are scripts like any other."""
    for attribute, name, log_path in _LEGACY_SCRIPTS:
        if text := values.get(attribute):
            is_start = attribute == "startup_script"
            blocks = values.get("startup_script_behavior") == "blocking"
            yield Script(
                id=uuid4(),
                display_name=name,
                script=text,
                icon="/emojis/25b6-fe0f.png",
                log_path=log_path,
                run_on_start=is_start,
                run_on_stop=not is_start,
                start_blocks_login=is_start and blocks,
            )


def _script(values: Object) -> Script:
    return Script(
        id=_id(values),
        display_name=values["display_name"],
        script=values.get("script") or "",
        icon=values.get("icon") or "",
        log_path=values.get("log_path") or "",
        cron=values.get("cron") or "",
        run_on_start=bool(values.get("run_on_start")),
        run_on_stop=bool(values.get("run_on_stop")),
        start_blocks_login=bool(values.get("start_blocks_login")),
        timeout=_whole(values.get("timeout")),
    )


def _metadata(item: Object) -> Metadata:
    return Metadata(
        key=item["key"],
        display_name=item.get("display_name") or item["key"],
        script=item.get("script") or "",
        interval=_whole(item.get("interval")),
        timeout=_whole(item.get("timeout")),
        order=_whole(item.get("order")),
    )


def _devcontainer(node: Node) -> dict[str, Any]:
    return {
        "id": str(_id(node.values)),
        "name": node.name,
        "workspace_folder": node.values.get("workspace_folder") or "",
        "config_path": node.values.get("config_path") or "",
        "subagent_id": node.values.get("subagent_id") or "",
    }
