"""Every input of a module does something, or says that it does not."""

import re
from pathlib import Path

import pytest

from tests.integration.registry.conftest import REGISTRY

FOLDERS = sorted(path.parent for path in REGISTRY.glob("modules/*/*/*/variables.tf"))
INPUT = re.compile(r'^variable "(\w+)" \{\n(.*?)^\}$', re.MULTILINE | re.DOTALL)
DESCRIPTION = re.compile(r'^  description = "(.+)"$', re.MULTILINE)


@pytest.mark.parametrize(
    "folder", FOLDERS, ids=lambda folder: "/".join(folder.parts[-3:-1])
)
def test_an_input_without_effect_says_so(folder: Path) -> None:
    main = (folder / "main.tf").read_text()
    inputs = dict(INPUT.findall((folder / "variables.tf").read_text()))

    used = {name for name in inputs if re.search(rf"\bvar\.{name}\b", main)}
    told = {name: DESCRIPTION.findall(body)[0] for name, body in inputs.items()}
    idle = {name for name, words in told.items() if words.startswith("No effect")}

    assert len(inputs) > 5
    assert used | idle == set(inputs)
    assert not used & idle
