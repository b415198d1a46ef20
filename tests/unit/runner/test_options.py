"""What an agent offers to choose, and which of it a bare name means."""

import pytest

from taskyard.runner.agents.acp.options import Options


def _offering(current: str, *values: str) -> Options:
    options = Options()
    choices = [{"value": value, "name": value} for value in values]
    model = {"id": "model", "category": "model", "currentValue": current}
    assert options.take({"configOptions": [{**model, "options": choices}]})
    return options


@pytest.mark.parametrize(
    ("current", "values", "asked", "meant"),
    [
        ("a", ["a", "b"], "b", "b"),
        ("taskyard/opus", ["google/opus", "taskyard/opus"], "opus", "taskyard/opus"),
        ("taskyard/opus", ["google/flash"], "flash", "google/flash"),
        (
            "$runtime|openai|qwen3(openai)",
            ["$runtime|openai|qwen3(openai)"],
            "qwen3",
            "$runtime|openai|qwen3(openai)",
        ),
        ("a", ["a"], "one it does not list", "one it does not list"),
    ],
)
def test_a_bare_name_means_the_choice_that_ends_with_it(
    current: str, values: list[str], asked: str, meant: str
) -> None:
    assert _offering(current, *values).meant("model", asked) == meant
