import pytest

from taskyard.server.identity.secrets import mint, parse


def test_a_minted_token_is_understood_and_known_by_its_hash() -> None:
    secret = mint()

    parsed = parse(secret.text)

    assert parsed is not None
    assert (parsed.id, parsed.hash) == (secret.id, secret.hash)
    assert parsed.matches(secret.hash)
    assert not parsed.matches(mint().hash)
    assert secret.secret not in repr(secret)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "-",
        "short-secret",
        "0123456789_0123456789012345678901",
        "0123456789-0123456789012345678901x",
        "0123456789-012345678901234567890\n",
        "a" * 33,
        "\0" * 33,
    ],
)
def test_other_texts_are_no_tokens(text: str) -> None:
    assert parse(text) is None
