import stat
from pathlib import Path

import pytest

from taskyard.kit.crypto import (
    Cipher,
    UndecipherableError,
    digest,
    load_key,
    random_text,
)

KEY = bytes(range(32))


def test_what_was_encrypted_is_read_again() -> None:
    cipher = Cipher(KEY)

    sealed = cipher.encrypt(b"secret", purpose="column")

    assert cipher.decrypt(sealed, purpose="column") == b"secret"
    assert b"secret" not in sealed


def test_equal_secrets_look_different() -> None:
    cipher = Cipher(KEY)

    assert cipher.encrypt(b"s", purpose="c") != cipher.encrypt(b"s", purpose="c")


@pytest.mark.parametrize("change", ["key", "purpose", "content", "version", "length"])
def test_what_does_not_belong_is_not_read(change: str) -> None:
    sealed = bytearray(Cipher(KEY).encrypt(b"secret", purpose="column"))
    cipher = Cipher(bytes(32) if change == "key" else KEY)
    if change == "content":
        sealed[-1] ^= 1
    if change == "version":
        sealed[0] = 9
    if change == "length":
        del sealed[5:]
    purpose = "another" if change == "purpose" else "column"

    with pytest.raises(UndecipherableError):
        cipher.decrypt(bytes(sealed), purpose=purpose)


def test_a_key_is_made_once_and_only_its_owner_reads_it(tmp_path: Path) -> None:
    path = tmp_path / "new" / "secret.key"

    first = load_key(None, path)
    second = load_key(None, path)

    assert first == second
    assert len(first) == 32
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_a_configured_key_leaves_no_file(tmp_path: Path) -> None:
    key = load_key("x" * 32, tmp_path / "secret.key")

    assert len(key) == 32
    assert not (tmp_path / "secret.key").exists()


def test_random_texts_differ_and_digests_do_not_tell_them() -> None:
    one, two = random_text(22), random_text(22)

    assert one != two
    assert one.isalnum()
    assert one.encode() not in digest(one)
