"""Settings of the provisioner, all from its environment."""

import os
import socket
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

__all__ = ["InvalidSettings", "Settings"]

_NAME_LENGTH: Final = 64


class InvalidSettings(ValueError):
    """A setting that cannot be used; the text names it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Each field is set by TASKYARD_ and its name in capitals, unless it says otherwise."""

    server_url: str  # --server or TASKYARD_SERVER_URL
    key: str = field(repr=False)  # --key-file or TASKYARD_PROVISIONER_KEY
    data_dir: Path
    name: str  # TASKYARD_PROVISIONER_NAME; default: the host's name
    #: TASKYARD_PROVISIONER_CONCURRENCY. A build is a second of pure computing, so more
    #: than the cores only makes each of them slower.
    concurrency: int = field(default_factory=lambda: os.cpu_count() or 1)
    #: A Terraform or OpenTofu binary to use whatever else is there.
    terraform: Path | None = None
    #: Names of variables Terraform may see besides PATH, HOME and its own, separated by
    #: commas: for providers that need DOCKER_HOST, proxies or credentials.
    terraform_pass_env: tuple[str, ...] = ()
    #: A Terraform CLI configuration to add to ours: provider mirrors and the like.
    terraform_cli_config: Path | None = None
    #: A directory with `modules/` that is looked at before the modules we bring.
    registry: Path | None = None
    #: Asked for modules that are not bundled; empty = never.
    registry_upstream: str = "https://registry.coder.com"
    #: Directories of this host that templates may mount, separated by ":".
    mount_roots: tuple[Path, ...] = ()
    import_timeout: float = (
        600.0  # seconds for a whole import, however slow its modules
    )
    build_timeout: float = 3600.0  # seconds for a build; clouds can take half an hour
    #: Seconds between asking Terraform to stop and killing it. More than a sandbox's
    #: grace, so that stopping a workspace is not cut short.
    cancel_grace: float = 120.0
    #: Exit, after finishing, when the process that started this one is gone.
    die_with_parent: bool = False

    @classmethod
    def from_environment(
        cls,
        environment: Mapping[str, str],
        *,
        server_url: str = "",
        key: str = "",
        data_dir: Path | None = None,
        die_with_parent: bool = False,
    ) -> "Settings":
        """Arguments win over the environment. Raises `InvalidSettings`."""
        env = _Reader(environment)
        url = server_url or env.text("SERVER_URL", "http://127.0.0.1:7080")
        if urlsplit(url).scheme not in {"http", "https"} or not urlsplit(url).hostname:
            raise InvalidSettings(f"--server {url!r} is not an http or https URL")

        secret = key or env.text("PROVISIONER_KEY")
        if not secret:
            raise InvalidSettings(
                "no provisioner key: pass --key-file or set TASKYARD_PROVISIONER_KEY"
            )
        registry, terraform = env.path("REGISTRY"), env.path("TERRAFORM")
        return cls(
            server_url=url.rstrip("/"),
            key=secret.strip(),
            data_dir=data_dir or env.path("DATA_DIR") or _default_data_dir(environment),
            name=env.text("PROVISIONER_NAME", socket.gethostname())[:_NAME_LENGTH],
            concurrency=env.whole("PROVISIONER_CONCURRENCY", os.cpu_count() or 1),
            terraform=terraform,
            terraform_pass_env=tuple(
                name.strip()
                for name in env.text("TERRAFORM_PASS_ENV").split(",")
                if name.strip()
            ),
            terraform_cli_config=env.path("TERRAFORM_CLI_CONFIG"),
            registry=registry,
            registry_upstream=env.text("REGISTRY_UPSTREAM", cls.default_upstream()),
            mount_roots=tuple(
                Path(root) for root in env.text("MOUNT_ROOTS").split(":") if root
            ),
            import_timeout=env.seconds("IMPORT_TIMEOUT", 600),
            build_timeout=env.seconds("BUILD_TIMEOUT", 3600),
            cancel_grace=env.seconds("CANCEL_GRACE", 120),
            die_with_parent=die_with_parent,
        )

    @staticmethod
    def default_upstream() -> str:
        return "https://registry.coder.com"

    @property
    def server_address(self) -> str:
        """host:port where the server listens, as the sandboxes' supervisors reach it."""
        parts = urlsplit(self.server_url)
        port = parts.port or (443 if parts.scheme == "https" else 80)
        return f"{parts.hostname}:{port}"


@dataclass(frozen=True, slots=True)
class _Reader:
    environment: Mapping[str, str]

    def text(self, name: str, default: str = "") -> str:
        return self.environment.get(f"TASKYARD_{name}", default)

    def path(self, name: str) -> Path | None:
        text = self.text(name)
        return Path(text).expanduser().resolve() if text else None

    def whole(self, name: str, default: int) -> int:
        text = self.text(name) or str(default)
        if not text.isdigit() or int(text) < 1:
            raise InvalidSettings(f"TASKYARD_{name}={text!r} must be a number from 1")
        return int(text)

    def seconds(self, name: str, default: float) -> float:
        text = self.text(name) or str(default)
        try:
            found = float(text)
        except ValueError:
            found = 0
        if found <= 0:
            raise InvalidSettings(
                f"TASKYARD_{name}={text!r} must be a number of seconds above 0"
            )
        return found


def _default_data_dir(environment: Mapping[str, str]) -> Path:
    if os.geteuid() == 0:
        return Path("/var/lib/taskyard")
    home = Path(environment.get("HOME") or Path.home())
    return home / ".local" / "share" / "taskyard"
