from contextlib import suppress
from datetime import UTC, datetime, timedelta

from taskyard.kit.clock import ManualClock
from taskyard.provisioner.journal import Journal


def _clock() -> ManualClock:
    return ManualClock(datetime(2026, 1, 1, tzinfo=UTC))


def test_lines_carry_their_stage_and_time() -> None:
    clock = _clock()
    journal = Journal(clock)

    with journal.stage("Planning", timing="plan"):
        clock.advance(timedelta(seconds=2))
        journal.write("hello", "warn")
    journal.write("after")

    first, second = journal.drain(10)
    assert (first.stage, first.level, first.output) == ("Planning", "warn", "hello")
    assert first.created_at == clock.now()
    assert second.stage == ""
    [timing] = journal.timings
    assert timing.stage == "plan"
    assert timing.ended_at - timing.started_at == timedelta(seconds=2)


def test_a_stage_that_fails_has_a_timing_too() -> None:
    journal = Journal(_clock())

    with suppress(ZeroDivisionError), journal.stage("Planning", timing="plan"):
        _ = 1 / 0
    journal.write("after")

    assert len(journal.timings) == 1
    assert journal.drain(1)[0].stage == ""


def test_lines_beyond_the_limit_are_not_kept_but_errors_are() -> None:
    journal = Journal(_clock(), max_lines=3)

    for number in range(100):
        journal.write(str(number))
    journal.write("the reason", "error")

    assert [line.output for line in journal.drain(200)] == [
        "0",
        "1",
        "The log is full: further lines are not kept.",
        "the reason",
    ]


def test_a_long_line_is_cut_and_says_so() -> None:
    journal = Journal(_clock())

    journal.write("x" * 10_000)

    [line] = journal.drain(1)
    assert len(line.output) < 8_300
    assert line.output.endswith("[... 1808 more characters]")


def test_what_a_database_cannot_hold_is_replaced() -> None:
    journal = Journal(_clock())

    journal.write("a\0b")

    assert journal.drain(1)[0].output == "a\N{REPLACEMENT CHARACTER}b"


def test_draining_takes_from_the_front() -> None:
    journal = Journal(_clock())
    for number in range(3):
        journal.write(str(number))

    assert [line.output for line in journal.drain(2)] == ["0", "1"]
    assert [line.output for line in journal.drain(2)] == ["2"]
    assert journal.drain(2) == []
