"""Templates through a real plan."""

import pytest

from taskyard.protocol.provisioner import ImportResult
from tests.integration.provisioner.templates import (
    AGENT,
    APP,
    HEAD,
    LEGACY_TASK,
    SANDBOX,
    TASK,
)
from tests.integration.provisioner.yard import Yard

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def test_a_task_template_is_recognised(yard: Yard) -> None:
    found = await yard.imported({"main.tf": TASK, "README.md": "# Hello"})

    assert found.has_ai_task
    assert found.not_task_reason == ""
    assert found.readme == "# Hello"
    assert found.engine.startswith("Terraform 1.")
    assert {timing.stage for timing in found.timings} >= {"setup", "parse", "plan"}
    [sandbox, volume] = found.resources_start
    assert (sandbox.type, sandbox.name) == ("taskyard_sandbox", "box")
    assert [app.slug for app in sandbox.agents[0].apps] == ["ccw"]
    assert volume.agents == []
    assert [r.type for r in found.resources_stop] == ["taskyard_volume"]


async def test_the_older_form_is_recognised(yard: Yard) -> None:
    found = await yard.imported({"main.tf": LEGACY_TASK})

    assert found.has_ai_task
    assert found.prompt_parameter
    assert [parameter.name for parameter in found.parameters] == ["AI Prompt"]


@pytest.mark.parametrize(
    ("template", "reason"),
    [
        (HEAD + AGENT, "There is no coder_ai_task"),
        (
            HEAD
            + 'data "coder_parameter" "p" {\n name = "AI Prompt"\n default = ""\n}',
            'A parameter "AI Prompt" alone does not make one',
        ),
        (
            TASK.replace("count  = data.coder_workspace.me.start_count", "count = 0"),
            "coder_ai_task.task is not made when a task starts: its count",
        ),
        (
            TASK.replace(
                "count  = data.coder_workspace.me.start_count",
                "for_each = toset([])",
            ),
            "coder_ai_task.task is not made",
        ),
        (
            HEAD + 'resource "coder_ai_task" "t" {\n app_id = "'
            '8c5a4d12-9f7e-4b3a-a1c8-6e4f2d9b5a7c"\n}',
            "There is no coder_agent",
        ),
        (
            TASK.replace(
                "app_id = coder_app.web.id",
                'app_id = "8c5a4d12-9f7e-4b3a-a1c8-6e4f2d9b5a7c"',
            ),
            "is not the id of a coder_app of this template",
        ),
        (
            TASK.replace("app_id = coder_app.web.id", ""),
            "coder_ai_task.task[0] has no app_id",
        ),
        (
            HEAD + AGENT + APP + 'resource "coder_ai_task" "t" {\n'
            "  app_id = coder_app.web.slug == data.coder_workspace.me.name ? "
            "coder_app.web.id : null\n}",
            "coder_ai_task.t has no app_id",
        ),
    ],
    ids=[
        "no block",
        "prompt only",
        "count 0",
        "empty",
        "no agent",
        "alien",
        "no app",
        "null",
    ],
)
async def test_what_is_no_task_template_says_why(
    yard: Yard, template: str, reason: str
) -> None:
    found = await yard.imported({"main.tf": template})

    assert not found.has_ai_task
    assert reason in found.not_task_reason


async def test_an_app_belongs_to_its_agent_through_locals_and_modules(
    yard: Yard,
) -> None:
    found = await yard.imported(
        {
            "main.tf": HEAD
            + AGENT
            + AGENT.replace("main", "second")
            + SANDBOX
            + """
locals { ids = [coder_agent.main.id, coder_agent.second.id] }
module "tool" {
  source   = "./tool"
  for_each = { one = local.ids[0], two = local.ids[1] }
  agent    = each.value
  slug     = each.key
}
""",
            "tool/main.tf": """
terraform {
  required_providers {
    coder = { source = "coder/coder" }
  }
}
variable "agent" {}
variable "slug" {}
locals { id = var.agent }
resource "coder_app" "it" {
  agent_id = local.id
  slug     = var.slug
}
""",
        }
    )

    by_agent = {
        agent.name: [app.slug for app in agent.apps]
        for resource in found.resources_start
        for agent in resource.agents
    }
    assert by_agent == {"main": ["one"], "second": ["two"]}


async def test_parameters_presets_and_tags_arrive_with_all_their_fields(
    yard: Yard,
) -> None:
    found = await yard.imported(
        {
            "main.tf": HEAD
            + """
data "coder_parameter" "size" {
  name         = "size"
  display_name = "Size"
  type         = "number"
  default      = "2"
  mutable      = true
  order        = 2
  validation {
    min       = 1
    max       = 8
    monotonic = "increasing"
    error     = "Not {value}"
  }
}
data "coder_parameter" "region" {
  name      = "region"
  form_type = "dropdown"
  order     = 1
  styling   = jsonencode({ placeholder = "where" })
  option {
    name  = "Europe"
    value = "eu"
  }
  option {
    name  = "America"
    value = "us"
  }
  default = "eu"
}
data "coder_workspace_preset" "big" {
  name       = "Big"
  default    = true
  parameters = { size = "8", colour = "red" }
  prebuilds { instances = 2 }
}
data "coder_workspace_tags" "tags" {
  tags = { region = data.coder_parameter.region.value }
}
data "coder_external_auth" "github" { id = "github" }
variable "secret" {
  type      = string
  default   = "x"
  sensitive = true
}
variable "sizes" {
  type        = list(number)
  description = "All sizes"
  default     = [1, 2]
}
"""
        }
    )

    assert [p.name for p in found.parameters] == ["region", "size"]
    region, size = found.parameters
    assert (region.form_type, region.required, region.default_value) == (
        "dropdown",
        False,
        "eu",
    )
    assert region.styling == {"placeholder": "where"}
    assert [option.value for option in region.options] == ["eu", "us"]
    assert (size.validation_min, size.validation_max) == (1, 8)
    assert size.validation_monotonic == "increasing"
    [preset] = found.presets
    assert preset.default
    assert preset.prebuild_instances == 2
    [warning] = found.warnings
    assert warning.startswith('The preset "Big" sets "colour", which is no parameter')
    assert found.tags == {"region": "eu"}
    assert found.external_auth == [{"id": "github", "optional": False}]
    secret, sizes = found.variables
    assert (secret.name, secret.sensitive, secret.value) == ("secret", True, "x")
    assert (sizes.default_value, sizes.type) == ("[1, 2]", "list of number")


async def test_a_lone_agent_is_kept_while_the_workspace_runs(yard: Yard) -> None:
    found = await yard.imported({"main.tf": HEAD + AGENT})

    [resource] = found.resources_start
    assert resource.agents[0].name == "main"
    assert found.resources_stop == []


async def test_a_value_for_a_variable_is_asked_for_by_name_and_place(
    yard: Yard,
) -> None:
    failure = await yard.refused({"main.tf": HEAD + '\nvariable "key" {}\n'})

    assert "key (main.tf:13)" in failure.error
    assert "--variable NAME=VALUE" in failure.error


async def test_a_given_variable_is_used(yard: Yard) -> None:
    found: ImportResult = await yard.imported(
        {
            "main.tf": HEAD + '\nvariable "key" {}\n'
            'data "coder_workspace_tags" "t" {\n tags = { key = var.key }\n}\n'
        },
        variables={"key": "given"},
    )

    assert found.tags == {"key": "given"}
    assert found.variables[0].value == "given"


async def test_modules_are_kept_for_builds(yard: Yard) -> None:
    source = yard.server.import_of(
        {
            "main.tf": HEAD + AGENT + 'module "m" {\n source = "./m"\n}\n',
            "m/main.tf": 'output "x" {\n value = 1\n}\n',
        }
    )

    record = await yard.run(source)

    assert record.completion, record.failure
    assert yard.server.module_archives[source.template.version_id]


async def test_descriptions_of_resources_reach_them(yard: Yard) -> None:
    found = await yard.imported(
        {
            "main.tf": TASK
            + """
resource "coder_metadata" "box" {
  count       = data.coder_workspace.me.start_count
  resource_id = taskyard_sandbox.box[0].id
  daily_cost  = 7
  icon        = "/icon/box.svg"
  item {
    key   = "size"
    value = "large"
  }
  item {
    key       = "token"
    value     = coder_agent.main.token
    sensitive = true
  }
}
"""
        }
    )

    [sandbox, _] = found.resources_start
    assert (sandbox.daily_cost, sandbox.icon) == (7, "/icon/box.svg")
    assert [(i.key, i.value, i.sensitive) for i in sandbox.metadata] == [
        ("size", "large", False),
        ("token", "", True),
    ]
