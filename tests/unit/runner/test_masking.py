"""Secrets stay out of what is reported."""

import pytest

from taskyard.runner.masking import Mask

KEY = "sk-0123456789"


def test_secrets_are_replaced_everywhere_in_a_value() -> None:
    mask = Mask([KEY])

    masked = mask.value({"a": [f"x{KEY}y", {"b": KEY}], KEY: 1, "n": None})

    assert masked == {
        "a": ["x[redacted]y", {"b": "[redacted]"}],
        "[redacted]": 1,
        "n": None,
    }


@pytest.mark.parametrize(
    "value", ["", "true", "1234567", "http://127.0.0.1:7080/gateway"]
)
def test_short_values_and_addresses_are_no_secrets(value: str) -> None:
    assert Mask([value]).text(f"is {value}") == f"is {value}"


def test_an_address_with_a_password_is_a_secret() -> None:
    address = "https://user:hunter2@example.test"

    assert Mask([address]).text(address) == "[redacted]"


def test_a_secret_inside_another_does_not_uncover_it() -> None:
    assert Mask([KEY, f"{KEY}-extended"]).text(f"{KEY}-extended") == "[redacted]"


@pytest.mark.parametrize(
    ("text", "size"),
    [("", 0), ("abc", 0), ("abc s", 1), ("x sk-01", 5), (KEY[:-1], 12), (KEY, 0)],
)
def test_the_beginning_of_a_secret_is_held_back(text: str, size: int) -> None:
    assert Mask([KEY]).held_back(text) == size
