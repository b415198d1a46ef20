"""Which server, and as whom: from flags, environment or what `login` kept."""

import json
import os
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from taskyard.kit.errors import InvalidRequest

__all__ = ["DEFAULT_URL", "Settings", "config_file"]

DEFAULT_URL: Final = "http://127.0.0.1:7080"


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """A server's URL and a token for it; an empty token is nobody."""

    url: str
    token: str

    @classmethod
    def resolve(
        cls, environment: Mapping[str, str], *, url: str = "", token: str = ""
    ) -> "Settings":
        """Flags win over TASKYARD_URL/TOKEN, over CODER_URL/SESSION_TOKEN, over `login`.

        The token that `login` kept is used for the server it was given by, and for no
        other: a token is not shown to a server just because its URL was named.
        """
        kept = cls.load(config_file(environment))
        url = url or environment.get("TASKYARD_URL") or environment.get("CODER_URL", "")
        url = checked_url(url or kept.url)
        token = (
            token
            or environment.get("TASKYARD_TOKEN")
            or environment.get("CODER_SESSION_TOKEN")
            or (kept.token if url == kept.url else "")
        )
        if not (token.isascii() and token.isprintable()):
            raise InvalidRequest(
                "The token holds characters that no token has.",
                detail="Copy it again, or run `taskyard login`.",
            )
        return cls(url=url, token=token)

    @classmethod
    def load(cls, path: Path) -> "Settings":
        """What `login` kept; the default server and nobody when there is nothing."""
        try:
            kept = json.loads(path.read_text())
            return cls(url=str(kept["url"]), token=str(kept["token"]))
        except FileNotFoundError:
            return cls(url=DEFAULT_URL, token="")
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise InvalidRequest(
                f"The file {path} cannot be used.",
                detail=f"{error}. Remove it and run `taskyard login`.",
            ) from error

    def save(self, path: Path) -> None:
        """Keep them for the next command; readable by this user only, never half written."""
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        new = path.with_name(f"{path.name}.{os.getpid()}")
        descriptor = os.open(new, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "w") as file:
            json.dump(asdict(self), file, indent=2)
            file.write("\n")
        new.replace(path)


def config_file(environment: Mapping[str, str]) -> Path:
    """`$TASKYARD_CONFIG_DIR/config.json`, by default under `~/.config/taskyard`."""
    if folder := environment.get("TASKYARD_CONFIG_DIR"):
        return Path(folder) / "config.json"
    if folder := environment.get("XDG_CONFIG_HOME"):
        return Path(folder) / "taskyard" / "config.json"
    return Path.home() / ".config" / "taskyard" / "config.json"


def checked_url(url: str) -> str:
    """Without a trailing slash; `InvalidRequest` when it is not one of HTTP."""
    if not _is_url(url):
        raise InvalidRequest(
            f"{url!r} is not a server's URL.", detail=f"Use one such as {DEFAULT_URL}."
        )
    return url.rstrip("/")


def _is_url(url: str) -> bool:
    try:
        parts = urlsplit(url)
        # Reading the port checks it.
        has_place = bool(parts.hostname) and parts.port != 0
    except ValueError:
        return False
    is_plain = url.isprintable() and not {" ", "?", "#"} & set(url)
    return is_plain and has_place and parts.scheme in {"http", "https"}
