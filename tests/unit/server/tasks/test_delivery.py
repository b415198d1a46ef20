from uuid import uuid4

import pytest

from taskyard.server.db.tables import MessageRow
from taskyard.server.tasks.delivery import Step, choose


def _message(state: str = "queued", delivery: str = "queue") -> MessageRow:
    return MessageRow(id=uuid4(), state=state, delivery=delivery)


@pytest.mark.parametrize(
    ("waiting", "state", "expected"),
    [
        pytest.param([], "idle", None, id="nothing waits"),
        pytest.param(["queued", "queued"], "idle", (0, "prompt"), id="idle: the first"),
        pytest.param(["queued"], "running", None, id="running: wait"),
        pytest.param(["queued"], "requires_action", None, id="asking: wait"),
        pytest.param(["queued"], "exited", None, id="dead: wait"),
        pytest.param(
            ["queued", "steer"], "running", (1, "steer"), id="steering is now"
        ),
        pytest.param(["queued", "steer"], "idle", (0, "prompt"), id="idle: in order"),
        pytest.param(["sending", "queued"], "running", (0, "prompt"), id="again first"),
    ],
)
def test_the_next_delivery_is_chosen(
    waiting: list[str], state: str, expected: tuple[int, Step] | None
) -> None:
    messages = [
        _message(delivery="steer") if word == "steer" else _message(state=word)
        for word in waiting
    ]

    chosen = choose(messages, state)

    if expected is None:
        assert chosen is None
    else:
        assert chosen == (messages[expected[0]], expected[1])
