from taskyard.provisioner.provider.values import Object
from taskyard.provisioner.results.nodes import from_plan, from_state, label_of


def test_a_state_is_read_with_modules_and_keys() -> None:
    state: Object = {
        "version": 4,
        "resources": [
            {
                "module": 'module.m["a"]',
                "mode": "managed",
                "type": "coder_app",
                "name": "web",
                "instances": [
                    {
                        "index_key": 0,
                        "attributes": {"id": "1"},
                        "dependencies": ["x.y"],
                    },
                    {"index_key": "k", "attributes": {"id": "2"}},
                    {"deposed": "abc", "attributes": {"id": "3"}},
                ],
            },
            {
                "mode": "data",
                "type": "coder_task",
                "name": "me",
                "instances": [{"attributes": {"id": "4"}}],
            },
        ],
    }

    nodes = from_state(state)

    assert [node.address for node in nodes] == [
        'module.m["a"].coder_app.web[0]',
        'module.m["a"].coder_app.web["k"]',
        "data.coder_task.me",
    ]
    assert nodes[0].dependencies == {"x.y"}
    assert nodes[0].label == "module.m.coder_app.web"


def test_a_label_has_no_keys_whatever_is_in_them() -> None:
    assert label_of('module.m["a.b[0]"].x.y["\\"]"]') == "module.m.x.y"


def _resource(mode: str, address: str, **values: object) -> Object:
    type_, name = address.split(".")[-2:]
    return {
        "mode": mode,
        "address": address,
        "type": type_,
        "name": name,
        "values": values,
    }


def test_a_plan_is_what_will_be_and_what_was_read() -> None:
    plan: Object = {
        "prior_state": {
            "values": {
                "root_module": {
                    "resources": [
                        _resource("data", "data.coder_task.me", id="1"),
                        _resource("managed", "x.gone", id="2"),
                    ]
                }
            }
        },
        "planned_values": {
            "root_module": {
                "resources": [_resource("managed", "x.a", id="3")],
                "child_modules": [
                    {"resources": [_resource("managed", "module.m.x.b", id="4")]}
                ],
            }
        },
        "configuration": {
            "root_module": {
                "resources": [
                    {
                        "address": "x.a",
                        "expressions": {
                            "env": {"references": ["coder_agent.main.id", "local.b"]},
                            "block": [{"v": {"references": ["var.c"]}}],
                        },
                        "depends_on": ["x.other"],
                    }
                ],
                "module_calls": {
                    "m": {
                        "module": {
                            "resources": [
                                {
                                    "address": "x.b",
                                    "expressions": {
                                        "v": {"references": ["x.inner.id"]}
                                    },
                                }
                            ]
                        }
                    }
                },
            }
        },
    }

    nodes = {node.address: node for node in from_plan(plan)}

    assert set(nodes) == {"data.coder_task.me", "x.a", "module.m.x.b"}
    assert nodes["x.a"].dependencies == {
        "coder_agent.main",
        "local.b",
        "var.c",
        "x.other",
    }
    assert nodes["module.m.x.b"].dependencies == {"module.m.x.inner"}


def test_an_empty_plan_has_nothing() -> None:
    assert from_plan({}) == []
