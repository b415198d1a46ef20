"""Where the runner keeps its things in the workspace."""

import os
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Self

__all__ = ["Places"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Places:
    """Paths of one workspace; nothing is created here."""

    home: Path

    @classmethod
    def of(cls, environment: Mapping[str, str]) -> Self:
        """Take the home from the environment, else from the user database."""
        return cls(home=Path(environment.get("HOME") or os.path.expanduser("~")))  # noqa: PTH111 - Path.home() reads os.environ, not `environment`

    @property
    def state(self) -> Path:
        return self.home / ".taskyard"

    @property
    def database(self) -> Path:
        return self.state / "runner" / "runner.db"

    @property
    def lock(self) -> Path:
        return self.state / "runner" / "runner.lock"

    @property
    def socket(self) -> Path:
        """Unix socket paths are limited to 107 bytes; a longer one moves to /tmp."""
        path = self.state / "runner.sock"
        if len(os.fsencode(path)) < 100:  # noqa: PLR2004 - see above
            return path
        name = f"taskyard-{os.getuid()}-{zlib.crc32(os.fsencode(self.home)):08x}.sock"
        return Path("/tmp") / name  # noqa: S108 - the socket's mode is 0600

    @property
    def binaries(self) -> Path:
        """CODER_SCRIPT_BIN_DIR: first on the PATH of everything the runner starts."""
        return self.state / "bin"

    @property
    def script_data(self) -> Path:
        return self.state / "script-data"

    @property
    def logs(self) -> Path:
        return self.state / "logs"
