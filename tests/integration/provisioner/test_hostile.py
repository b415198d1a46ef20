"""Templates that are wrong, by accident or on purpose: a clear error, soon."""

import asyncio
import io
import tarfile
from typing import Final

import pytest

from tests.integration.provisioner.templates import AGENT, APP, HEAD, TASK
from tests.integration.provisioner.yard import Files, Yard

pytestmark = [
    pytest.mark.asyncio(loop_scope="module"),
    pytest.mark.timeout(60),
]

#: However busy the machine is; most take a fifth of a second.
_BOUND: Final = 30.0


def _parameter(body: str) -> str:
    return HEAD + f'data "coder_parameter" "p" {{\n  name = "p"\n  {body}\n}}\n'


_UNREADABLE: dict[str, tuple[Files, str]] = {
    "no terraform": ({"README.md": "x"}, "There is no .tf file at the top"),
    "in a directory": ({"sub/main.tf": HEAD}, "There is no .tf file at the top"),
    "missing value": ({"main.tf": HEAD + "locals {\n  a = \n}\n"}, "main.tf:13: "),
    "open brace": ({"main.tf": HEAD + "locals {\n"}, "main.tf:"),
    "open string": ({"main.tf": HEAD + 'locals {\n  a = "x\n}\n'}, "main.tf:13: "),
    "not hcl": ({"main.tf": "#!/bin/sh\nrm -rf /\n"}, "main.tf:2: "),
    "binary": ({"main.tf": bytes(range(256))}, "main.tf:1: "),
    "not json": ({"main.tf.json": "{"}, "main.tf.json:1: "),
    "second file": ({"main.tf": HEAD, "b.tf": "x {"}, "b.tf:1: "),
    "unknown block": ({"main.tf": HEAD + "thing {}\n"}, "main.tf:12: "),
    "deep": ({"main.tf": HEAD + "locals {\n a = " + "[" * 4000 + "\n}"}, "main.tf:"),
}
_UNKNOWN: dict[str, tuple[Files, str]] = {
    "unknown resource": (
        {"main.tf": HEAD + 'resource "coder_agnet" "a" {}\n'},
        "main.tf:12: Invalid resource type: The provider coder/coder does not support",
    ),
    "unknown argument": (
        {"main.tf": HEAD + AGENT.replace("os ", "oss")},
        "main.tf:",
    ),
    "missing argument": ({"main.tf": HEAD + AGENT.replace("os ", "# ")}, '"os"'),
    "unknown reference": (
        {"main.tf": HEAD + "locals {\n  a = coder_agent.nope.id\n}\n"},
        "Reference to undeclared resource",
    ),
    "cycle": (
        {"main.tf": HEAD + "locals {\n  a = local.b\n  b = local.a\n}\n"},
        "Cycle",
    ),
    "twice": ({"main.tf": HEAD + AGENT + AGENT}, "Duplicate resource"),
    "unknown function": (
        {"main.tf": HEAD + "locals {\n  a = nope(1)\n}\n"},
        "main.tf:13: Call to unknown function",
    ),
    "unknown provider": (
        {"main.tf": 'provider "nope" {}\nresource "nope_x" "y" {}\n'},
        "hashicorp/nope",
    ),
    "new terraform": (
        {"main.tf": 'terraform {\n  required_version = ">= 99"\n}\n'},
        "Unsupported Terraform Core version",
    ),
    "no such file": (
        {"main.tf": HEAD + 'locals {\n  a = file("${path.module}/nope")\n}\n'},
        "main.tf:13: Invalid function argument",
    ),
    "count of a secret": (
        {
            "main.tf": HEAD + AGENT + 'resource "terraform_data" "x" {\n'
            "  count = length(coder_agent.main.token)\n}\n"
        },
        "Invalid count argument",
    ),
    "negative count": (
        {"main.tf": HEAD + AGENT.replace("{\n  os", "{\n  count = -1\n  os")},
        "Invalid count argument",
    ),
}
_HUGE: dict[str, tuple[Files, str]] = {
    "huge count": (
        {"main.tf": 'resource "terraform_data" "x" {\n  count = 100000\n}\n'},
        "Look for a very large count",
    ),
    "huge list": (
        {
            "main.tf": "locals {\n  a = range(1024)\n  b = [for x in local.a : "
            "[for y in local.a : [for z in local.a : [for w in local.a : "
            '"${x}${y}${z}${w}"]]]]\n}\n'
            'data "coder_workspace_tags" "t" {\n'
            "  tags = { a = jsonencode(local.b) }\n}\n"
        },
        "Look for",
    ),
    "itself": (
        {"main.tf": 'module "m" {\n  source = "./"\n}\n'},
        'main.tf:2: the module "./" contains itself',
    ),
    "each other": (
        {
            "main.tf": 'module "a" {\n  source = "./a"\n}\n',
            "a/main.tf": 'module "b" {\n  source = "../b"\n}\n',
            "b/main.tf": 'module "a" {\n  source = "../a"\n}\n',
        },
        'b/main.tf:2: the module "../a" contains itself',
    ),
}
_OUTSIDE: dict[str, tuple[Files, str]] = {
    "file above": (
        {"main.tf": 'locals {\n  a = file("../../../../etc/hostname")\n}\n'},
        'main.tf:2: "../../../../etc/hostname" is outside of the template',
    ),
    "absolute file": (
        {"main.tf": 'locals {\n  a = filebase64( "/etc/shadow")\n}\n'},
        'main.tf:2: "/etc/shadow" is outside',
    ),
    "home": (
        {"main.tf": 'locals {\n  a = file("~/.ssh/id_rsa")\n}\n'},
        "is outside of the template",
    ),
    "file above a module": (
        {
            "main.tf": 'module "m" {\n  source = "./m"\n}\n',
            "m/main.tf": 'locals {\n  a = templatefile("../../x", {})\n}\n',
        },
        'm/main.tf:2: "../../x" is outside',
    ),
    "module above": (
        {"main.tf": 'module "m" {\n  source = "../other"\n}\n'},
        'main.tf:2: the module "../other" is outside',
    ),
    "backend": (
        {"main.tf": 'terraform {\n  backend "local" {\n    path = "/x"\n  }\n}\n'},
        "main.tf:2: remove the backend block",
    ),
    "cloud": (
        {"main.tf": "terraform {\n  cloud {}\n}\n"},
        "main.tf:2: remove the cloud block",
    ),
    "no such module": (
        {"main.tf": 'module "m" {\n  source = "./nope"\n}\n'},
        'could not be read for module "m" at main.tf:1',
    ),
    "unknown module": (
        {
            "main.tf": 'module "m" {\n'
            '  source  = "registry.coder.com/nobody/nothing/coder"\n'
            '  version = "1.0.0"\n}\n'
        },
        "Taskyard does not have nobody/nothing",
    ),
}
_WORDS: dict[str, tuple[Files, str]] = {
    "two parameters": (
        {"main.tf": _parameter("") + _parameter("").replace('"p" {', '"q" {')[-60:]},
        "",
    ),
    "wrong form": (
        {"main.tf": _parameter('form_type = "slider"\n  default = "x"')},
        'main.tf:14: Invalid form_type of parameter "p"',
    ),
    "default no option": (
        {
            "main.tf": _parameter(
                'default = "z"\n  option {\n    name = "A"\n    value = "a"\n  }'
            )
        },
        'main.tf:14: Value must be a valid option: Parameter "p": "z" is not one of "a"',
    ),
    "wrong type": (
        {"main.tf": _parameter('type = "date"')},
        'main.tf:14: Invalid value for "type"',
    ),
    "number for a word": (
        {"main.tf": _parameter('type = "number"\n  default = "many"')},
        "is not a number",
    ),
    "underscore": (
        {"main.tf": HEAD + AGENT.replace('"main"', '"my_agent"')},
        'as in "my-agent"',
    ),
    "many agents": (
        {"main.tf": HEAD + AGENT.replace("{\n  os", "{\n  count = 2\n  os")},
        "agents with the same name",
    ),
    "same slug": (
        {"main.tf": HEAD + AGENT + APP + APP.replace('"web"', '"other"')},
        'Several apps have the slug "ccw"',
    ),
    "bad slug": (
        {"main.tf": HEAD + AGENT + APP.replace('"ccw"', '"C C W"')},
        'Invalid value for "slug": "C C W" is not allowed',
    ),
    "two defaults": (
        {
            "main.tf": HEAD
            + "".join(
                f'data "coder_workspace_preset" "{n}" {{\n'
                f'  name = "{n}"\n  default = true\n}}\n'
                for n in "ab"
            )
        },
        "Several presets are the default (a, b)",
    ),
    "idle script": (
        {
            "main.tf": HEAD + AGENT + 'resource "coder_script" "s" {\n'
            '  agent_id = coder_agent.main.id\n  display_name = "s"\n'
            '  script = "true"\n}\n'
        },
        "The script never runs",
    ),
    "two descriptions": (
        {
            "main.tf": TASK
            + "".join(
                f'resource "coder_metadata" "{n}" {{\n'
                "  count = data.coder_workspace.me.start_count\n"
                "  resource_id = taskyard_sandbox.box[0].id\n}\n"
                for n in "ab"
            )
        },
        "both describe taskyard_sandbox.box[0]",
    ),
}
_WORDS["two parameters"] = (
    {
        "main.tf": HEAD
        + "".join(
            f'data "coder_parameter" "{n}" {{\n  name = "p"\n  default = ""\n}}\n'
            for n in "ab"
        )
    },
    'Several coder_parameter blocks have the name "p"',
)
_ALL: Final = {**_UNREADABLE, **_UNKNOWN, **_HUGE, **_OUTSIDE, **_WORDS}


@pytest.mark.parametrize("name", _ALL)
async def test_a_wrong_template_is_refused_with_what_is_wrong(
    yard: Yard, name: str
) -> None:
    files, error = _ALL[name]

    async with asyncio.timeout(_BOUND):
        failure = await yard.refused(files)

    assert error in failure.error
    assert failure.error_code == "template_invalid"
    assert len(failure.error) < 5_000


def _tar(member: tarfile.TarInfo, data: bytes = b"") -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as archive:
        member.size = len(data)
        archive.addfile(member, io.BytesIO(data))
    return buffer.getvalue()


def _link(kind: bytes, target: str) -> bytes:
    member = tarfile.TarInfo("main.tf")
    member.type, member.linkname = kind, target
    return _tar(member)


@pytest.mark.parametrize(
    ("archive", "error"),
    [
        (b"", "cannot be unpacked"),
        (b"PK\x03\x04 not a tar", "cannot be unpacked"),
        (_tar(tarfile.TarInfo("../x.tf"), b"x"), "leads out of the template"),
        (_tar(tarfile.TarInfo("/etc/x.tf"), b"x"), "leads out of the template"),
        (_link(tarfile.SYMTYPE, "/etc/passwd"), "is a link"),
        (_link(tarfile.LNKTYPE, "other"), "is a link"),
        (_link(tarfile.FIFOTYPE, ""), "is not an ordinary file"),
        (_link(tarfile.CHRTYPE, ""), "is not an ordinary file"),
    ],
    ids=["empty", "zip", "above", "absolute", "symlink", "hard link", "pipe", "device"],
)
async def test_a_hostile_archive_is_refused(
    yard: Yard, archive: bytes, error: str
) -> None:
    source = yard.server.import_of({})
    yard.server.files[source.file_id] = archive

    record = await yard.run(source)

    assert record.failure
    assert error in record.failure.error


async def test_what_a_template_brings_of_terraforms_own_is_left_out(
    yard: Yard,
) -> None:
    found = await yard.imported(
        {
            "main.tf": TASK,
            "terraform.tfstate": '{"version": 4, "hostile": true}',
            ".terraform/modules/modules.json": "{",
            ".terraform/providers/x": "x",
        }
    )

    assert found.has_ai_task


async def test_a_parser_that_was_killed_is_there_for_the_next_template(
    yard: Yard,
) -> None:
    files, _ = _HUGE["huge count"]
    await yard.refused(files)

    found = await yard.imported({"main.tf": HEAD + 'variable "a" {\n default = 1\n}'})

    assert [variable.name for variable in found.variables] == ["a"]
