from typing import Any
from uuid import uuid4

import pytest

from taskyard.provisioner.errors import TemplateInvalid
from taskyard.provisioner.results.agents import agents
from taskyard.provisioner.results.nodes import Node
from taskyard.provisioner.results.resources import daily_cost, resources
from taskyard.provisioner.results.variables import merged_environment


def _node(address: str, dependencies: tuple[str, ...] = (), **values: Any) -> Node:
    type_, name = address.partition("[")[0].split(".")[-2:]
    return Node(
        address=address,
        mode="managed",
        type=type_,
        name=name,
        values=values,
        dependencies=frozenset(dependencies),
    )


def _agent(name: str = "main", **values: Any) -> Node:
    known = {"id": str(uuid4()), "token": str(uuid4()), "os": "linux", "arch": "amd64"}
    return _node(f"coder_agent.{name}", **known, **values)


def test_an_agent_belongs_to_the_nearest_resource() -> None:
    nodes = [
        _agent(),
        _node("docker_container.a", ("coder_agent.main", "docker_volume.v")),
        _node("docker_volume.v"),
        _node("aaa_monitor.m", ("docker_container.a", "coder_agent.main")),
    ]

    found = {
        r.name: [a.name for a in r.agents]
        for r in resources(nodes, keeps_lone_agents=True)
    }

    assert found == {"a": ["main"], "v": [], "m": []}


def test_where_only_values_are_known_the_token_tells() -> None:
    agent = _agent()
    box = _node("docker_container.a", env=[f"TOKEN={agent.values['token']}"])

    [found] = resources(
        [
            agent,
            box,
        ],
        keeps_lone_agents=True,
    )

    assert [a.name for a in found.agents] == ["main"]


@pytest.mark.parametrize(("keeps", "count"), [(True, 1), (False, 0)])
def test_a_lone_agent_stays_only_while_the_workspace_runs(
    *, keeps: bool, count: int
) -> None:
    assert len(resources([_agent()], keeps_lone_agents=keeps)) == count


@pytest.mark.parametrize(
    "name", ["my_agent", "-main", "main-", "a--b", "ünïcode", "a.b"]
)
def test_a_name_that_is_no_host_name_is_refused(name: str) -> None:
    node = _agent()
    wrong = Node(
        address=f"coder_agent.{name}",
        mode="managed",
        type="coder_agent",
        name=name,
        values=node.values,
    )

    with pytest.raises(TemplateInvalid, match="cannot be the name of an agent"):
        agents([wrong])


def test_names_that_differ_in_case_only_are_the_same() -> None:
    with pytest.raises(TemplateInvalid, match="agents with the same name"):
        agents([_agent("main"), _agent("Main")])


def test_a_slug_is_one_for_all_agents() -> None:
    one, two = _agent("one"), _agent("two")
    apps = [
        _node(f"coder_app.{n.name}", agent_id=n.values["id"], slug="web")
        for n in (one, two)
    ]

    with pytest.raises(TemplateInvalid, match='slug "web" \\(agents one and two\\)'):
        agents([one, two, *apps])


def test_an_agent_has_what_names_its_id() -> None:
    one, two = _agent("one"), _agent("two")
    id_ = one.values["id"]
    nodes = [
        one,
        two,
        _node("coder_app.b", agent_id=id_, slug="b", order=2),
        _node("coder_app.a", agent_id=id_, slug="a", order=10),
        _node("coder_app.c", agent_id=id_, slug="c", display_name="C", share="public"),
        _node("coder_script.s", agent_id=id_, display_name="S", script="s", timeout=5),
        _node("coder_env.e", agent_id=id_, name="E", value="e"),
        _node("coder_devcontainer.d", agent_id=id_, workspace_folder="/w"),
    ]

    first, second = (agent for _, agent in agents(nodes))

    assert [app.slug for app in first.apps] == ["c", "b", "a"]
    assert first.apps[0].display_name == "C"
    assert first.apps[1].display_name == "b"
    assert [script.timeout for script in first.scripts] == [5]
    assert first.environment == {"E": "e"}
    assert first.devcontainers[0]["workspace_folder"] == "/w"
    assert (second.apps, second.scripts, second.environment) == ([], [], {})


def test_the_two_old_scripts_are_scripts_like_others() -> None:
    [(_, agent)] = agents(
        [
            _agent(
                startup_script="up",
                shutdown_script="down",
                startup_script_behavior="blocking",
            )
        ]
    )

    up, down = agent.scripts
    assert (up.script, up.run_on_start, up.start_blocks_login) == ("up", True, True)
    assert (down.script, down.run_on_stop, down.start_blocks_login) == (
        "down",
        True,
        False,
    )
    assert up.log_path == "coder-startup-script.log"


@pytest.mark.parametrize(
    ("switches", "shown"),
    [
        (None, ["vscode", "web_terminal", "port_forwarding_helper", "ssh_helper"]),
        (
            [{"vscode": False, "vscode_insiders": True}],
            ["vscode_insiders", "web_terminal", "port_forwarding_helper", "ssh_helper"],
        ),
    ],
)
def test_display_apps_are_names(switches: Any, shown: list[str]) -> None:
    [(_, agent)] = agents([_agent(display_apps=switches)])

    assert agent.display_apps == shown


def _env(name: str, value: str, strategy: str, label: str = "e") -> Node:
    return _node(f"coder_env.{label}", name=name, value=value, merge_strategy=strategy)


@pytest.mark.parametrize(
    ("strategy", "expected"),
    [("replace", "b"), ("append", "a:b"), ("prepend", "b:a")],
)
def test_a_variable_is_merged_by_its_strategy(strategy: str, expected: str) -> None:
    assert merged_environment({"P": "a"}, [_env("P", "b", strategy)]) == {"P": expected}


@pytest.mark.parametrize("strategy", ["replace", "append", "prepend", "error"])
def test_with_nothing_there_every_strategy_is_the_same(strategy: str) -> None:
    assert merged_environment({}, [_env("P", "b", strategy)]) == {"P": "b"}


def test_variables_merge_in_the_order_of_addresses() -> None:
    nodes = [_env("P", "2", "append", "b"), _env("P", "1", "append", "a")]

    assert merged_environment({}, nodes) == {"P": "1:2"}


def test_a_second_value_can_be_forbidden() -> None:
    nodes = [_env("P", "1", "replace", "a"), _env("P", "2", "error", "b")]

    with pytest.raises(
        TemplateInvalid, match=r"coder_env\.b and coder_env\.a both set P"
    ):
        merged_environment({}, nodes)


def test_costs_add_up() -> None:
    nodes = [
        _node("docker_container.a", id="a"),
        _node("docker_container.b", id="b"),
        _node("coder_metadata.a", resource_id="a", daily_cost=3),
        _node("coder_metadata.b", resource_id="b", daily_cost=4, hide=True),
    ]

    found = resources(nodes, keeps_lone_agents=False)

    assert daily_cost(found) == 7
    assert [r.hide for r in found] == [False, True]


def test_what_describes_something_unknown_is_found_by_reference() -> None:
    nodes = [
        _node("docker_container.a"),
        _node("coder_metadata.m", ("docker_container.a",), daily_cost=3),
    ]

    assert daily_cost(resources(nodes, keeps_lone_agents=False)) == 3
