"""The address: who can reach it, and whether it is free."""

import ipaddress
import socket

from taskyard.server.config import Config
from taskyard.server.launch.errors import CannotStart

__all__ = ["bind", "check_reach", "is_loopback"]


def is_loopback(host: str) -> bool:
    """Names other than `localhost` count as public: where they lead can change."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def check_reach(config: Config) -> None:
    """Raises CannotStart for a public address that was not asked for in so many words."""
    if is_loopback(config.host) or config.allow_public_bind:
        return
    raise CannotStart(
        f"{config.listen} can be reached from other machines, and this server speaks "
        "plain HTTP. Listen on 127.0.0.1 behind a proxy that does TLS; or, on a network "
        "you trust, set TASKYARD_ALLOW_PUBLIC_BIND=true."
    )


def bind(config: Config) -> socket.socket:
    """A listening socket. Raises CannotStart when the address is taken or not ours."""
    family = socket.AF_INET6 if ":" in config.host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((config.host, config.port))
        listener.listen(2048)
    except OSError as error:
        listener.close()
        raise CannotStart(
            f"Cannot listen on {config.listen}: {error.strerror}. Stop what listens "
            "there, or choose another address with TASKYARD_LISTEN (and "
            "TASKYARD_ACCESS_URL)."
        ) from error
    listener.settimeout(0)
    return listener
