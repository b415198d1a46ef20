import ssl

import pytest

from taskyard.provisioner.isolation.sandboxd import tls


def hello(name: str | None) -> bytes:
    """What a real client sends first."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
    client = context.wrap_bio(incoming, outgoing, server_hostname=name)
    with pytest.raises(ssl.SSLWantReadError):
        client.do_handshake()
    return outgoing.read()


def in_records(data: bytes, size: int) -> bytes:
    """The same handshake message cut into records of `size` bytes."""
    body = data[5:]
    parts = [body[i : i + size] for i in range(0, len(body), size)]
    return b"".join(data[:3] + len(p).to_bytes(2, "big") + p for p in parts)


def test_the_name_is_read() -> None:
    assert tls.server_name(hello("Registry.npmjs.org")) == "registry.npmjs.org"


def test_no_name_is_none() -> None:
    assert tls.server_name(hello(None)) is None


@pytest.mark.parametrize("size", [1, 3, 7, 100])
def test_a_hello_cut_into_records_is_read(size: int) -> None:
    assert tls.server_name(in_records(hello("pypi.org"), size)) == "pypi.org"


def test_every_shorter_beginning_is_incomplete() -> None:
    whole = hello("pypi.org")

    for length in range(len(whole)):
        with pytest.raises(tls.Incomplete):
            _ = tls.server_name(whole[:length])


@pytest.mark.parametrize(
    "data",
    [
        b"GET / HTTP/1.1\r\n\r\n",
        b"SSH-2.0-x\r\n",
        b"\x16\x02\x00\x00\x05\x01\x00\x00\x01\x00",
        b"\x16\x03\x01\x00\x00",
        b"\x16\x03\x01\x00\x04\x02\x00\x00\x00",  # another handshake message
        b"\x16\x03\x01\x00\x04\x01\xff\xff\xff",  # promises 16 MB
        b"\x16\x03\x01\x00\x06\x01\x00\x00\x02\x03\x03",  # a hello of two bytes
    ],
)
def test_what_is_no_hello_is_not_tls(data: bytes) -> None:
    with pytest.raises(tls.NotTls):
        _ = tls.server_name(data)
