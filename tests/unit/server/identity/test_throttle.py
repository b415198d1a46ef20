from datetime import UTC, datetime, timedelta

import pytest

from taskyard.kit.clock import ManualClock
from taskyard.server.identity.errors import TooManyAttempts
from taskyard.server.identity.throttle import Throttle

WINDOW = timedelta(minutes=5)


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock(datetime(2026, 1, 1, tzinfo=UTC))


@pytest.fixture
def throttle(clock: ManualClock) -> Throttle:
    return Throttle(attempts=3, window=WINDOW, clock=clock)


def fail(throttle: Throttle, times: int, *, account: str = "ada") -> None:
    for _ in range(times):
        throttle.failed(account=account, address="10.0.0.1")


def test_an_account_is_closed_after_its_attempts_whatever_the_case(
    throttle: Throttle,
) -> None:
    fail(throttle, 2)
    throttle.check(account="ada", address="10.0.0.1")
    fail(throttle, 1, account="ADA")

    with pytest.raises(TooManyAttempts):
        throttle.check(account="Ada", address="10.9.9.9")


def test_others_at_the_same_address_are_not_hit_until_ten_times_as_many(
    throttle: Throttle,
) -> None:
    for number in range(29):
        throttle.failed(account=f"user{number}", address="10.0.0.1")
    throttle.check(account="mel", address="10.0.0.1")
    fail(throttle, 1, account="last")

    with pytest.raises(TooManyAttempts):
        throttle.check(account="mel", address="10.0.0.1")
    throttle.check(account="mel", address="10.0.0.2")


def test_failures_are_forgotten_after_the_window_and_after_a_success(
    throttle: Throttle, clock: ManualClock
) -> None:
    fail(throttle, 3)
    clock.advance(WINDOW)
    throttle.check(account="ada", address="10.0.0.1")

    fail(throttle, 3)
    throttle.succeeded(account="ada")
    throttle.check(account="ada", address="10.0.0.1")


def test_it_does_not_grow_without_bound(throttle: Throttle) -> None:
    for number in range(11_000):
        throttle.failed(account=f"user{number}", address=f"10.0.0.{number}")

    assert len(throttle) <= 10_000
