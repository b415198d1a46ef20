"""When a runner dials again."""

import random

from typing_extensions import override

from taskyard.runner.link.backoff import Backoff


class Latest(random.Random):
    """Always the latest moment."""

    @override
    def uniform(self, a: float, b: float) -> float:
        del a
        return b


def test_each_try_in_a_row_waits_longer_up_to_the_ceiling() -> None:
    backoff = Backoff(Latest())

    delays = [backoff.next_delay() for _ in range(9)]

    assert delays == [0.5, 1, 2, 4, 8, 16, 30, 30, 30]


def test_a_link_that_has_lived_starts_over() -> None:
    backoff = Backoff(Latest())
    for _ in range(5):
        backoff.next_delay()

    backoff.lived(Backoff.HEALTHY_AFTER)

    assert backoff.next_delay() == 0.5


def test_after_a_shutdown_runners_come_back_over_the_time_they_were_told_once() -> None:
    backoff = Backoff(Latest())

    backoff.spread(12)

    assert [backoff.next_delay() for _ in range(2)] == [12, 1]


def test_a_server_cannot_send_runners_away_for_long() -> None:
    backoff = Backoff(Latest())

    backoff.spread(86_400)

    assert backoff.next_delay() == Backoff.CEILING
