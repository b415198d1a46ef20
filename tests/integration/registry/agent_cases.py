"""What each module of an agent is given in the tests, and what the agent must get of it."""

from dataclasses import dataclass, field
from typing import Literal

from taskyard.provisioner.agent_packages import PACKAGES

__all__ = ["CASES", "COMMON", "Case"]

#: Inputs that every module of an agent has, none at its default.
COMMON = """
  order                = 7
  group                = "helpers"
  icon                 = "/icon/mine.svg"
  subdomain            = true
  cli_app              = true
  cli_app_display_name = "Its terminal"
  pre_install_script   = "echo pre >> ~/order"
  post_install_script  = "echo post >> ~/order"
"""
_MCP = 'jsonencode({ mcpServers = { extra = { command = "extra-server" } } })'


@dataclass(frozen=True, kw_only=True)
class Case:
    """`program`: the agent's own, found on PATH. Paths are below the home."""

    address: str
    version: str
    slug: str
    program: str
    inputs: str
    place: str = "bin"  # where the program is
    folder: str = "workdir"
    named_by: str = "web_app_display_name"
    speaks: Literal["acp", "tui"] = "acp"
    draws: str = "polite"  # which of the fakes that draw on a terminal
    environment: dict[str, str] = field(default_factory=dict[str, str])
    #: Words of its command line, in this order, others between them.
    arguments: tuple[str, ...] = ()
    #: Path -> what must stand in it.
    files: dict[str, str] = field(default_factory=dict[str, str])
    #: Where the extra MCP server is told: in the session, in this file, "" nowhere.
    servers: str = "session"
    #: The option that must have the value `large`; "" where the model goes elsewhere.
    model_option: str = "model"

    @property
    def name(self) -> str:
        return self.address.partition("/")[2]

    def module(self) -> str:
        """The module in a template, with everything that it is given."""
        return f"""
module "{self.name}" {{
  source   = "registry.coder.com/{self.address}/coder"
  version  = "{self.version}"
  agent_id = coder_agent.main.id
  {self.folder} = "~/work of {self.name}"
  {self.named_by} = "Its chat"
  {COMMON}
  {self.inputs}
}}
resource "coder_env" "{self.name}" {{
  agent_id = coder_agent.main.id
  name     = "APP_{self.name.upper().replace("-", "_")}"
  value    = module.{self.name}.task_app_id
}}
"""


CASES = (
    Case(
        address="coder/claude-code",
        version="4.9.2",
        slug="ccw",
        program="claude-agent-acp",
        place=f".taskyard/agents/claude-code/{PACKAGES['claude-code'].version}/bin",
        inputs=(
            f'ai_prompt = "go"\nmodel = "large"\nmcp = {_MCP}\n'
            'permission_mode = "default"\nclaude_api_key = "sk-own"\n'
            'system_prompt = "Be brief."\ninstall_claude_code = false'
        ),
        environment={"ANTHROPIC_API_KEY": "sk-own"},
    ),
    Case(
        address="coder-labs/codex",
        version="4.3.1",
        slug="codex",
        program="codex-acp",
        inputs=(
            'ai_prompt = "go"\ncodex_model = "large"\npermission_policy = "ask"\n'
            'model_reasoning_effort = "high"\ncodex_system_prompt = "Be brief."\n'
            'additional_mcp_servers = "[mcp_servers.extra]\\ncommand = \\"extra-server\\""'
        ),
        files={
            ".codex/AGENTS.md": "Be brief.",
            ".codex/config.toml": 'model_reasoning_effort = "high"',
        },
        servers=".codex/config.toml",
    ),
    Case(
        address="coder-labs/gemini",
        version="3.0.2",
        slug="gemini",
        program="gemini",
        folder="folder",
        inputs=(
            'task_prompt = "go"\ngemini_model = "large"\npermission_policy = "ask"\n'
            f'gemini_system_prompt = "Be brief."\nadditional_extensions = {_MCP}\n'
            'gemini_api_key = "AI-own"'
        ),
        environment={"GEMINI_API_KEY": "AI-own", "GOOGLE_GEMINI_BASE_URL": "None"},
        arguments=("--acp", "-m", "large"),
        files={".gemini/GEMINI.md": "Be brief."},
    ),
    Case(
        address="coder-labs/opencode",
        version="0.1.2",
        slug="opencode",
        program="opencode",
        inputs=(
            'ai_prompt = "go"\nmodel = "large"\npermission_policy = "ask"\n'
            'auth_json = jsonencode({ mine = { key = "k" } })\n'
            'config_json = jsonencode({ theme = "mine" })'
        ),
        arguments=("acp",),
        files={
            ".local/share/opencode/auth.json": '"mine"',
            ".config/opencode/opencode.json": '"theme": "mine"',
            ".config/opencode/AGENTS.md": "report_task",
        },
        servers="",
    ),
    Case(
        address="coder-labs/copilot",
        version="0.4.1",
        slug="copilot",
        program="copilot",
        inputs=(
            'ai_prompt = "go"\ncopilot_model = "large"\npermission_policy = "ask"\n'
            f'system_prompt = "Be brief."\nmcp_config = {_MCP}\n'
            'github_token = "ghp-own"\ntrusted_directories = ["/srv"]\n'
            'allow_tools = ["shell(git)"]\ndeny_tools = ["shell(rm)"]'
        ),
        environment={"COPILOT_GITHUB_TOKEN": "ghp-own", "COPILOT_MODEL": "large"},
        arguments=(
            *("--acp", "--add-dir", "/srv"),
            *("--allow-tool", "shell(git)", "--deny-tool", "shell(rm)"),
        ),
        files={".copilot/copilot-instructions.md": "Be brief."},
        servers=".copilot/mcp-config.json",
    ),
    Case(
        address="coder/goose",
        version="3.0.1",
        slug="goose",
        program="goose",
        folder="folder",
        inputs=(
            'goose_provider = "openai"\ngoose_model = "large"\n'
            f'permission_policy = "ask"\nmcp = {_MCP}\n'
            'additional_extensions = "fetch:\\n  cmd: uvx\\n  type: stdio"'
        ),
        environment={
            "GOOSE_PROVIDER": "openai",
            "GOOSE_MODEL": "large",
            "OPENAI_HOST": "http://gateway/openai",
        },
        arguments=("acp",),
        files={
            ".config/goose/.goosehints": "from the environment",
            ".config/goose/config.yaml": "  fetch:\n    cmd: uvx",
        },
    ),
    Case(
        address="coder-labs/cursor-cli",
        version="0.3.0",
        slug="cursorcli",
        program="cursor-agent",
        folder="folder",
        inputs=(
            'ai_prompt = "go"\nmodel = "large"\npermission_policy = "ask"\n'
            f'api_key = "key-own"\nmcp = {_MCP}\n'
            'rules_files = { "style.mdc" = "Be brief." }'
        ),
        environment={"CURSOR_API_KEY": "key-own"},
        arguments=("acp",),
        files={"work of cursor-cli/.cursor/rules/style.mdc": "Be brief."},
    ),
    Case(
        address="coder-labs/auggie",
        version="0.3.0",
        slug="auggie",
        program="auggie",
        folder="folder",
        inputs=(
            'ai_prompt = "go"\nauggie_model = "large"\npermission_policy = "ask"\n'
            'augment_session_token = "token-own"\nmcp_files = ["~/servers.json"]\n'
            'rules = "Be brief."'
        ),
        environment={"AUGMENT_SESSION_AUTH": "token-own"},
        arguments=("--acp", "--model", "large"),
        files={
            ".augment/rules/module.md": "Be brief.",
            ".augment/rules/taskyard.md": "report_task",
        },
    ),
    Case(
        address="harleylrn/kiro-cli",
        version="1.0.1",
        slug="kiro-cli",
        program="kiro-cli",
        inputs=(
            'ai_prompt = "go"\npermission_policy = "ask"\nsystem_prompt = "Be brief."\n'
            'agent_config = jsonencode({ name = "helper", tools = ["*"] })'
        ),
        arguments=("acp", "--agent", "helper"),
        files={
            ".kiro/steering/taskyard.md": "Be brief.",
            ".kiro/agents/helper.json": '"tools"',
        },
        servers="",
        model_option="",
    ),
    Case(
        address="taskyard/qwen",
        version="1.0.0",
        slug="qwen",
        program="qwen",
        inputs=(
            'ai_prompt = "go"\nmodel = "large"\npermission_policy = "ask"\n'
            f'system_prompt = "Be brief."\nmcp = {_MCP}\n'
            'openai_api_key = "sk-own"\nopenai_base_url = "http://own/v1"'
        ),
        environment={
            "OPENAI_API_KEY": "sk-own",
            "OPENAI_BASE_URL": "http://own/v1",
            "OPENAI_MODEL": "large",
        },
        arguments=("--acp",),
        files={".qwen/QWEN.md": "Be brief."},
    ),
    Case(
        address="coder/aider",
        version="2.0.1",
        slug="aider",
        program="aider",
        speaks="tui",
        draws="bare",
        inputs=(
            'ai_prompt = "go"\nmodel = "large"\npermission_policy = "ask"\n'
            'ai_provider = "openai"\napi_key = "sk-own"\n'
            'base_aider_config = "dark-mode: true"\nsystem_prompt = "Be brief."'
        ),
        environment={"OPENAI_API_KEY": "sk-own"},
        arguments=(
            *("--no-check-update", "--read"),
            *(".taskyard/modules/aider/system-prompt.md", "--model", "large"),
        ),
        files={
            ".aider.conf.yml": "dark-mode: true",
            ".taskyard/modules/aider/system-prompt.md": "Be brief.",
        },
        servers="",
        model_option="",
    ),
    Case(
        address="coder-labs/sourcegraph-amp",
        version="3.0.0",
        slug="amp",
        program="amp",
        speaks="tui",
        draws="boxed",
        inputs=(
            'ai_prompt = "go"\npermission_policy = "ask"\namp_api_key = "key-own"\n'
            f'instruction_prompt = "Be brief."\nmcp = {_MCP}\nmode = "rush"\n'
            'base_amp_config = jsonencode({ "amp.todos.enabled" = true })'
        ),
        environment={"AMP_API_KEY": "key-own"},
        arguments=("--mode", "rush"),
        files={
            ".config/amp/AGENTS.md": "Be brief.",
            ".config/amp/settings.json": '"amp.todos.enabled": true',
        },
        servers=".config/amp/settings.json",
        model_option="",
    ),
    Case(
        address="coder/amazon-q",
        version="3.0.1",
        slug="amazonq",
        program="q",
        speaks="tui",
        inputs=(
            'ai_prompt = "go"\npermission_policy = "ask"\n'
            'agent_config = jsonencode({ name = "helper" })'
        ),
        arguments=("chat", "--agent", "helper"),
        files={".aws/amazonq/cli-agents/helper.json": "helper"},
        servers="",
        model_option="",
    ),
    Case(
        address="taskyard/agent",
        version="1.0.0",
        slug="mine",
        program="my agent",
        named_by="display_name",
        inputs=(
            'agent = "mine"\nslug = "mine"\ncommand = ["$HOME/bin/my agent", "--fast"]\n'
            'prompt = "go"\nmodel = "large"\n'
            f'permission_policy = "ask"\nsystem_prompt = "Be brief."\nmcp = {_MCP}\n'
            'environment = { MINE = "1" }\nfiles = { ".mine/x" = "text" }\n'
            'arguments = ["--slow"]\ninstall_script = "echo install >> ~/order"'
        ),
        environment={"MINE": "1"},
        arguments=("--fast", "--slow"),
        files={".mine/x": "text"},
    ),
)
