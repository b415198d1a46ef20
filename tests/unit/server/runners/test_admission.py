import pytest

from taskyard.server.runners.admission import Admission, LaterBuild, admit


def _build(transition: str, how: str) -> LaterBuild:
    return LaterBuild(
        transition=transition, under_way=how == "runs", succeeded=how == "succeeded"
    )


@pytest.mark.parametrize(
    ("later", "expected"),
    [
        pytest.param([], "admitted", id="the latest build's own"),
        pytest.param([("stop", "runs")], "admitted", id="it is being stopped"),
        pytest.param([("delete", "runs")], "admitted", id="it is being deleted"),
        pytest.param([("stop", "succeeded")], "refused", id="it was stopped"),
        pytest.param([("start", "succeeded")], "refused", id="it was replaced"),
        pytest.param([("start", "runs")], "soon", id="it is being replaced"),
        pytest.param([("start", "failed")], "admitted", id="replacing it failed"),
        pytest.param(
            [("stop", "succeeded"), ("start", "runs")],
            "refused",
            id="stopped, and started again",
        ),
        pytest.param(
            [("stop", "failed"), ("stop", "runs")], "admitted", id="stopped again"
        ),
    ],
)
def test_a_token_is_judged_by_the_later_builds(
    later: list[tuple[str, str]], expected: Admission
) -> None:
    assert admit([_build(*build) for build in later]) == expected
