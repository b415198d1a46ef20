"""`taskyard template …` against a fake server."""

import io
import json
import tarfile
from pathlib import Path
from uuid import UUID

import pytest
from fastapi import Response

from tests.support import wire
from tests.support.fake_api import FakeApi
from tests.unit.cli.conftest import Taskyard

FILE = UUID(int=7)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "my-template"
    (made / ".terraform").mkdir(parents=True)
    (made / ".terraform" / "lock").write_text("cache")
    (made / "main.tf").write_text("# a template\n")
    (made / "terraform.tfstate").write_text("secrets")
    (made / "run.sh").write_text("#!/bin/sh\n")
    (made / "run.sh").chmod(0o755)
    return made


def test_a_new_template_is_packed_imported_and_made(
    api: FakeApi, taskyard: Taskyard, folder: Path
) -> None:
    version = wire.version()
    api.on("POST /files", {"hash": FILE})
    api.on("POST /organizations/default/templateversions", version)
    api.on(f"GET /templateversions/{version.id}", version)
    api.on("POST /organizations/default/templates", wire.template())
    api.sockets[f"/templateversions/{version.id}/logs"] = [
        wire.log_line(1, "Parse", "1 file").model_dump_json().encode()
    ]

    ran = taskyard("template", "push", str(folder), "--variable", "image=a=b")

    assert ran.code == 0, ran.err
    assert "==> Parse\n    1 file\n" in ran.err
    assert "It is a task template" in ran.err
    with tarfile.open(fileobj=io.BytesIO(api.bodies("POST /files")[0])) as archive:
        modes = {member.name: member.mode for member in archive.getmembers()}
    assert modes == {"main.tf": 0o644, "run.sh": 0o755}
    asked = json.loads(api.bodies("POST /organizations/default/templateversions")[0])
    assert asked["file_id"] == str(FILE)
    assert asked["user_variable_values"] == [{"name": "image", "value": "a=b"}]
    made = json.loads(api.bodies("POST /organizations/default/templates")[0])
    assert made["name"] == "my-template"


def test_a_version_of_a_known_template_is_promoted_unless_told_not_to(
    api: FakeApi, taskyard: Taskyard, folder: Path
) -> None:
    known = wire.template(name="known")
    version = wire.version(has_ai_task=False, not_task_reason="no coder_ai_task")
    promote = f"PATCH /templates/{known.id}/versions"
    api.on("GET /organizations/default/templates/known", known)
    api.on("POST /files", {"hash": FILE})
    api.on("POST /organizations/default/templateversions", version)
    api.on(f"GET /templateversions/{version.id}", version)
    api.on(promote, None)

    kept = taskyard("template", "push", str(folder), "-n", "known", "--no-activate")
    promoted = taskyard("template", "push", str(folder), "-n", "known")

    assert kept.code == promoted.code == 0, promoted.err
    assert "not a task template: no coder_ai_task" in kept.err
    assert [json.loads(body)["id"] for body in api.bodies(promote)] == [str(version.id)]


def test_a_failed_import_shows_file_and_line(
    api: FakeApi, taskyard: Taskyard, folder: Path
) -> None:
    reason = "main.tf:4: Unsupported argument. Remove `colour`."
    version = wire.version(job=wire.job(status="failed", error=reason))
    api.on("POST /files", {"hash": FILE})
    api.on("POST /organizations/default/templateversions", version)
    api.on(f"GET /templateversions/{version.id}", version)

    ran = taskyard("template", "push", str(folder))

    assert ran.code == 1
    assert f"Error: The import failed.\n{reason}\n" in ran.err


def test_a_folder_without_terraform_is_refused_before_the_upload(
    api: FakeApi, taskyard: Taskyard, tmp_path: Path
) -> None:
    ran = taskyard("template", "push", str(tmp_path), "--name", "empty")

    assert ran.code == 2
    assert "no Terraform file" in ran.err
    assert api.bodies("POST /files") == []


def test_a_pulled_template_is_written_into_a_new_folder(
    api: FakeApi, taskyard: Taskyard, tmp_path: Path
) -> None:
    template, version = wire.template(), wire.version()
    content = io.BytesIO()
    with tarfile.open(fileobj=content, mode="w") as archive:
        member = tarfile.TarInfo("sub/main.tf")
        member.size = 2
        archive.addfile(member, io.BytesIO(b"#\n"))
    api.on("GET /organizations/default/templates/mine", template)
    api.on(f"GET /templateversions/{template.active_version_id}", version)
    api.on(f"GET /files/{version.job.file_id}", _tar(content.getvalue()))
    target = tmp_path / "pulled"

    ran = taskyard("template", "pull", "mine", str(target))
    again = taskyard("template", "pull", "mine", str(target))

    assert ran.code == 0, ran.err
    assert (target / "sub" / "main.tf").read_text() == "#\n"
    assert again.code == 5
    assert "not empty" in again.err


def test_the_starter_is_copied_and_can_be_pushed(
    taskyard: Taskyard, tmp_path: Path
) -> None:
    target = tmp_path / "mine"

    ran = taskyard("template", "init", str(target))
    unknown = taskyard("template", "init", "--starter", "nothing")

    assert ran.code == 0, ran.err
    assert f"taskyard template push {target}" in ran.err
    assert (target / "main.tf").is_file()
    assert unknown.code == 3
    assert "tasks-local" in unknown.err


def test_the_list_says_which_templates_are_for_tasks(
    api: FakeApi, taskyard: Taskyard
) -> None:
    api.on(
        "GET /templates", [wire.template(), wire.template(name="vm", has_ai_task=False)]
    )

    ran = taskyard("template", "list", "-c", "name,task")

    assert ran.out.split() == ["NAME", "TASK", "tasks-local", "yes", "vm", "no"]


def test_showing_a_template_names_presets_and_parameters(
    api: FakeApi, taskyard: Taskyard
) -> None:
    template = wire.template()
    version = wire.version(id=template.active_version_id)
    base = f"GET /templateversions/{version.id}"
    api.on("GET /organizations/default/templates/mine", template)
    api.on(base, version)
    api.on(f"{base}/presets", [wire.preset("usual", default=True)])
    api.on(f"{base}/rich-parameters", [])

    ran = taskyard("template", "show", "mine")

    assert "For tasks:  yes" in ran.out
    assert "Presets:    usual (default)" in ran.out


def test_versions_are_listed_and_promoted_by_name(
    api: FakeApi, taskyard: Taskyard
) -> None:
    old, new = wire.version(name="old"), wire.version(name="new")
    template = wire.template(active_version_id=old.id)
    api.on("GET /organizations/default/templates/mine", template)
    api.on(f"GET /templates/{template.id}/versions", [old, new])
    api.on(f"PATCH /templates/{template.id}/versions", None)

    listed = taskyard("template", "versions", "mine", "-c", "name,active")
    promoted = taskyard("template", "promote", "mine", "new")

    assert sorted(listed.out.split()) == ["ACTIVE", "NAME", "active", "new", "old"]
    assert promoted.code == 0, promoted.err
    (body,) = api.bodies(f"PATCH /templates/{template.id}/versions")
    assert json.loads(body) == {"id": str(new.id)}


def _tar(content: bytes) -> Response:
    return Response(content, media_type="application/x-tar")
