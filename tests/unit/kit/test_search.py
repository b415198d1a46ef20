"""Search queries of both kinds of client."""

import pytest

from taskyard.kit.search import InvalidSearch, parse

KEYS = ("owner", "status", "name")


@pytest.mark.parametrize(
    ("query", "terms"),
    [
        ("", {}),
        ("  ", {}),
        ("owner:me", {"owner": "me"}),
        ('owner:"me" status:"active"', {"owner": "me", "status": "active"}),
        ("owner:me, status:paused", {"owner": "me", "status": "paused"}),
        ("WEB", {"name": "web"}),
        ('name:"two words"', {"name": "two words"}),
        ('"owner:me"', {"name": "owner:me"}),
        ('"unfinished', {"name": "unfinished"}),
        ('name:"a:b"', {"name": "a:b"}),
    ],
)
def test_a_query_is_terms_by_key(query: str, terms: dict[str, str]) -> None:
    assert parse(query, keys=KEYS, bare="name") == terms


@pytest.mark.parametrize(
    "query",
    [":", "owner:", ":me", "owner:me:you", "color:red", "owner:a owner:b", "a b"],
)
def test_a_query_that_is_not_understood_is_explained(query: str) -> None:
    with pytest.raises(InvalidSearch) as refusal:
        parse(query, keys=KEYS, bare="name", message="Invalid search query.")

    assert refusal.value.message == "Invalid search query."
    assert refusal.value.validations[0].detail
