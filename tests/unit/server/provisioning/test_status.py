"""The status of a job, as a table."""

from datetime import UTC, datetime

import pytest

from taskyard.protocol.api.templates import ProvisionerJobStatus
from taskyard.server.db.tables import ProvisionerJobRow
from taskyard.server.provisioning.status import job_status

AT = datetime(2026, 1, 1, tzinfo=UTC)


def job(facts: str, error: str | None = None) -> ProvisionerJobRow:
    """`facts` are letters: s(tarted), c(anceled), e(nded)."""
    return ProvisionerJobRow(
        started_at=AT if "s" in facts else None,
        canceled_at=AT if "c" in facts else None,
        completed_at=AT if "e" in facts else None,
        error=error,
    )


@pytest.mark.parametrize(
    ("row", "status"),
    [
        (job(""), "pending"),
        (job("s"), "running"),
        (job("sc"), "canceling"),
        (job("se"), "succeeded"),
        (job("se", "no quota"), "failed"),
        (job("e", "nobody took it"), "failed"),
        (job("ce", "Canceled before it began."), "canceled"),
        (job("sce", "interrupted"), "canceled"),
        (job("sce"), "succeeded"),
        (job("s", "told to stop"), "running"),
    ],
)
def test_a_job_is_what_its_times_say(
    row: ProvisionerJobRow, status: ProvisionerJobStatus
) -> None:
    assert job_status(row) == status
