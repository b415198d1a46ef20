from pathlib import Path

import pytest

from taskyard.provisioner.errors import TemplateInvalid
from taskyard.provisioner.template.source import (
    check_source,
    has_modules,
    needs_other_providers,
)

OURS = (
    'terraform {\n required_providers {\n  coder = { source = "coder/coder" }\n }\n}\n'
)


def _write(root: Path, **files: str) -> Path:
    for name, text in files.items():
        path = root / f"{name.replace('__', '/')}.tf"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return root


@pytest.mark.parametrize(
    "text",
    [
        "",
        'locals {\n a = file("${path.module}/x")\n}',
        'locals {\n a = file("x/y")\n}',
        'locals {\n a = templatefile("./x.tftpl", {})\n}',
        'locals {\n a = profile("/etc/x")\n}',
        'module "m" {\n source = "registry.coder.com/coder/x/coder"\n}',
        'module "m" {\n source = "./nope"\n}',
        "# backend of the application\n",
        '# a = file("/etc/x")\n  // b = file("/etc/y")\n',
        'locals {\n a = <<-EOT\n  file("/etc/x")\n  backend "s3" {\n EOT\n}',
        'locals {\n a = <<EOT\nmodule "m" {\n  source = "../x"\n}\nEOT\n}',
    ],
)
def test_ordinary_text_is_let_through(tmp_path: Path, text: str) -> None:
    check_source(_write(tmp_path, main=text))


def test_a_module_that_is_used_twice_is_no_circle(tmp_path: Path) -> None:
    call = 'module "{}" {{\n source = "./m"\n}}\n'

    check_source(_write(tmp_path, main=call.format("a") + call.format("b"), m__main=""))


@pytest.mark.parametrize(
    ("files", "error"),
    [
        ({"main": '\n\nlocals {\n a = file("/etc/x")\n}'}, 'main.tf:4: "/etc/x"'),
        (
            {"main": 'locals {\n a = <<-EOT\n  x ${file("/etc/x")}\n EOT\n}'},
            'main.tf:3: "/etc/x"',
        ),
        ({"main": 'locals {\n a = <<A\n A\nb = file("/x")\n}'}, 'main.tf:4: "/x"'),
        ({"main": 'locals {\n a = fileset("..", "*")\n}'}, 'main.tf:2: ".."'),
        ({"main": 'locals {\n a = filesha256( "../x")\n}'}, 'main.tf:2: "../x"'),
        (
            {"main": 'terraform {\n  backend "s3" {}\n}'},
            "main.tf:2: remove the backend",
        ),
        ({"main": 'module "m" {\n  source = "./."\n}'}, "contains itself"),
        (
            {
                "main": 'module "m" {\n source = "./a"\n}',
                "a__x": 'module "n" {\n source = "../"\n}',
            },
            'a/x.tf:2: the module "../" contains itself',
        ),
        (
            {"main": 'module "m" {\n source = "../../up"\n}'},
            "is outside of the template",
        ),
    ],
)
def test_what_leads_out_or_in_circles_is_refused_with_its_line(
    tmp_path: Path, files: dict[str, str], error: str
) -> None:
    root = tmp_path / "template"
    _write(root, **files)

    with pytest.raises(TemplateInvalid) as raised:
        check_source(root)

    assert error in str(raised.value)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", False),
        (OURS, False),
        (OURS + 'resource "coder_agent" "a" {}', False),
        (OURS + 'resource "terraform_data" "a" {}', False),
        (OURS + 'resource "docker_container" "a" {}', True),
        (OURS + 'data "http" "a" {}', True),
        (OURS.replace("coder/coder", "kreuzwerker/docker"), True),
        (OURS.replace("coder/coder", "registry.terraform.io/coder/coder"), False),
        ('module "m" {\n source = "acme/x/y"\n}', False),
    ],
)
def test_other_providers_are_noticed(
    tmp_path: Path, text: str, *, expected: bool
) -> None:
    assert needs_other_providers(_write(tmp_path, main=text)) is expected


def test_json_is_left_to_terraform(tmp_path: Path) -> None:
    (tmp_path / "main.tf.json").write_text("{}")

    assert needs_other_providers(tmp_path)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('module "m" {', True),
        ('  module "m"   {', True),
        ("# module", False),
        ("", False),
    ],
)
def test_modules_are_noticed(tmp_path: Path, text: str, *, expected: bool) -> None:
    assert has_modules(_write(tmp_path, main=text)) is expected
