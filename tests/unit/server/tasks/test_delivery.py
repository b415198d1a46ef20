from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest

from taskyard.server.db.tables import MessageRow
from taskyard.server.tasks.delivery import Standing, Step, choose

AT = datetime(2026, 1, 1, 12, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


def _message(
    state: str = "queued", delivery: str = "queue", at: datetime = AT
) -> MessageRow:
    return MessageRow(id=uuid4(), state=state, delivery=delivery, created_at=at)


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

    chosen = choose(messages, Standing(state=state, since=AT), AT)

    if expected is None:
        assert chosen is None
    else:
        assert chosen == (messages[expected[0]], expected[1])


@pytest.mark.parametrize("state", ["exited", "error", "auth_required", "limited"])
def test_a_word_of_a_person_is_worth_one_more_try(state: str) -> None:
    old, new = _message(at=AT - MINUTE), _message(at=AT + MINUTE)
    standing = Standing(state=state, since=AT)

    assert choose([old], standing, AT + MINUTE) is None, "it was tried with this one"
    assert choose([old, new], standing, AT + MINUTE) == (old, "prompt")


@pytest.mark.parametrize(
    ("now", "sent"), [(AT + MINUTE, False), (AT + 3 * MINUTE, True)]
)
def test_what_waits_for_the_end_of_a_limit_is_sent_then(
    now: datetime, *, sent: bool
) -> None:
    message = _message(at=AT - MINUTE)
    standing = Standing(state="limited", since=AT, until=AT + 2 * MINUTE)

    assert (choose([message], standing, now) is not None) == sent
