"""Secrets: encrypted when they must be read again, hashed when only compared.

Encryption is AES-256-GCM with a random nonce; the `purpose` given to `encrypt` is bound
in, so that a value copied into another column does not decrypt there.
"""

import base64
import hashlib
import os
import secrets
from pathlib import Path
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

__all__ = ["Cipher", "UndecipherableError", "digest", "load_key", "random_text"]

_VERSION: Final = b"\x01"
_NONCE_SIZE: Final = 12
_ALPHABET: Final = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"


class UndecipherableError(Exception):
    """A stored secret cannot be read with this server's key."""


def random_text(length: int) -> str:
    """Letters and digits, 5.95 bits of chance each."""
    return "".join(secrets.choice(_ALPHABET) for _ in range(length))


def digest(secret: str) -> bytes:
    """What is stored of a random secret (of 128 bits or more: no salt, no stretching)."""
    return hashlib.sha256(secret.encode()).digest()


class Cipher:
    """Encrypts what the database keeps."""

    def __init__(self, key: bytes) -> None:
        self._aead = AESGCM(key)

    def encrypt(self, plain: bytes, *, purpose: str) -> bytes:
        """`purpose` names the column, such as `template_versions.secrets`."""
        nonce = os.urandom(_NONCE_SIZE)
        return _VERSION + nonce + self._aead.encrypt(nonce, plain, purpose.encode())

    def decrypt(self, sealed: bytes, *, purpose: str) -> bytes:
        """Raises UndecipherableError when the key or the purpose is another one."""
        nonce, body = sealed[1 : 1 + _NONCE_SIZE], sealed[1 + _NONCE_SIZE :]
        if sealed[:1] != _VERSION or len(nonce) != _NONCE_SIZE:
            raise UndecipherableError(f"{purpose} is not of a form this version knows")
        try:
            return self._aead.decrypt(nonce, body, purpose.encode())
        except InvalidTag:
            raise UndecipherableError(
                f"{purpose} was encrypted with another key: restore secret.key, or the "
                "TASKYARD_SECRET_KEY, that this database was used with"
            ) from None


def load_key(configured: str | None, path: Path) -> bytes:
    """32 bytes from the configured text, else from `path`, which is made when missing."""
    if configured is not None:
        return hashlib.sha256(b"taskyard-secret-key\0" + configured.encode()).digest()

    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return base64.b64decode(path.read_bytes(), validate=True)

    key = AESGCM.generate_key(256)
    with os.fdopen(handle, "wb") as file:
        file.write(base64.b64encode(key))
        file.flush()
        os.fsync(handle)
    return key
