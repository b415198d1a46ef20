"""A test that failed shows what its server said."""

from collections.abc import Generator
from typing import Any

import pytest

from taskyard.testing.installation import Installation


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Function,
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    if report.failed:
        used: list[Any] = list(item.funcargs.values())
        report.sections += [
            ("Log of the server", value.log_tail())
            for value in used
            if isinstance(value, Installation) and value.log.exists()
        ]
    return report
