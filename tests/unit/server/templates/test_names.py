"""Names of template versions."""

import pytest

from taskyard.server.templates.names import explain_invalid_version, random_version_name


@pytest.mark.parametrize("name", ["a", "v1.2.3", "fix_it", "a-b_c.d", "x" * 64])
def test_a_good_name_of_a_version(name: str) -> None:
    assert explain_invalid_version(name) is None


@pytest.mark.parametrize(
    "name",
    ["", "-a", "a-", "a..b", "a__b", "a b", "a/b", "ä", "a\n", "x" * 65, "..", "a@1"],
)
def test_a_bad_name_of_a_version(name: str) -> None:
    assert explain_invalid_version(name)


def test_random_names_are_good_ones() -> None:
    names = {random_version_name() for _ in range(50)}

    assert len(names) == 50
    assert [explain_invalid_version(name) for name in names] == [None] * 50
