"""The reference pages name everything that there is."""

import re
from pathlib import Path

import pytest

from taskyard.provisioner import errors
from taskyard.provisioner.engine.lookup import MINIMUM
from taskyard.provisioner.errors import JobFailed
from taskyard.provisioner.provider.taskyard.provider import PROVIDER

_ROOT = Path(__file__).parents[3]
_PAGES = _ROOT / "docs" / "reference"
_SETTINGS = _ROOT / "src" / "taskyard" / "provisioner" / "settings.py"


def test_every_setting_is_on_the_page() -> None:
    source = _SETTINGS.read_text()
    page = (_PAGES / "provisioner.md").read_text()

    read = re.findall(r'env\.\w+\(\s*"([A-Z_]+)"', source)
    named = re.findall(r"^\| `TASKYARD_([A-Z_]+)`", page, re.MULTILINE)

    assert set(read) == set(named)


def test_every_error_code_is_on_the_page() -> None:
    page = (_PAGES / "provisioner.md").read_text()
    kinds = [getattr(errors, name) for name in errors.__all__]
    codes = {k.code for k in kinds if issubclass(k, JobFailed)}

    assert codes == set(re.findall(r"^\| `([a-z_]+)` \|", page, re.MULTILINE))


def test_the_oldest_terraform_is_on_the_page() -> None:
    assert ".".join(map(str, MINIMUM)) in (_PAGES / "provisioner.md").read_text()


@pytest.mark.parametrize("resource", sorted(PROVIDER.resources))
def test_every_attribute_is_on_the_page(resource: str) -> None:
    page = (_PAGES / "taskyard-provider.md").read_text()
    section = page.partition(f"## `{resource}`")[2].partition("\n## ")[0]
    block = PROVIDER.resources[resource].block
    nested = [n for b in block.blocks.values() for n in b.block.attributes]

    missing = [
        name
        for name in (*block.attributes, *block.blocks, *nested)
        if f"`{name}`" not in section
    ]

    assert missing == []
