import pytest

from taskyard.kit.errors import InvalidRequest
from taskyard.server.tasks.query import TaskQuery, parse


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        pytest.param("", TaskQuery(), id="empty"),
        pytest.param("owner:me", TaskQuery(owner="me"), id="one term"),
        pytest.param(
            'owner:"me" status:"active"',
            TaskQuery(owner="me", status="active"),
            id="quoted, joined by a space",
        ),
        pytest.param(
            "owner:me, status:paused",
            TaskQuery(owner="me", status="paused"),
            id="joined by a comma",
        ),
        pytest.param("ADA", TaskQuery(owner="ada"), id="a bare term is an owner"),
        pytest.param(
            "organization:default", TaskQuery(organization="default"), id="organization"
        ),
    ],
)
def test_queries_of_real_clients_are_understood(
    query: str, expected: TaskQuery
) -> None:
    assert parse(query) == expected


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("colour:red", "colour"),
        ("owner:", "q"),
        (":me", "q"),
        ("owner:a:b", "q"),
        ("status:sleepy", "status"),
        ("owner:a owner:b", "owner"),
    ],
)
def test_what_is_not_understood_is_named(query: str, field: str) -> None:
    with pytest.raises(InvalidRequest) as refused:
        parse(query)

    assert refused.value.message == "Invalid task search query."
    assert [v.field for v in refused.value.validations] == [field]
