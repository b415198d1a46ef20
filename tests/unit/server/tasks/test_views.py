import pytest

from taskyard.kit.clock import SystemClock
from taskyard.server.runners.link import LinkRegistry
from taskyard.server.tasks.views import TaskViews

NONE = {"anthropic": False, "openai": False, "gemini": False}


@pytest.mark.parametrize(
    ("agent", "has_key", "is_demo"),
    [
        ("claude-code", "anthropic", False),
        ("codex", "anthropic", True),
        ("codex", "openai", False),
        ("gemini", "gemini", False),
        ("gemini", "openai", True),
        # It may speak any protocol, and the demo model says in its answers what it is.
        ("goose", "openai", False),
        ("", "", True),
    ],
)
def test_a_task_is_a_demo_where_its_agents_vendor_has_no_key(
    *, agent: str, has_key: str, is_demo: bool
) -> None:
    keys = {**NONE, **({has_key: True} if has_key else {})}
    views = TaskViews(links=LinkRegistry(), clock=SystemClock(), vendor_keys=keys)

    assert views.is_demo(agent) is is_demo
