"""The server name in a TLS ClientHello, read without a TLS library."""

__all__ = ["LONGEST_HELLO", "Incomplete", "NotTls", "server_name"]

#: Real ones are 0.2 to 2 kB; post-quantum key shares and padding stay far below this.
LONGEST_HELLO = 32_768

_HANDSHAKE, _CLIENT_HELLO, _SERVER_NAME, _HOST_NAME = 22, 1, 0, 0


class NotTls(Exception):
    """These bytes do not start a TLS connection."""


class Incomplete(Exception):
    """More bytes are needed."""


def server_name(data: bytes) -> str | None:
    """The name the client asks for, in lower case; None when it names none.

    The hello may be cut into several records. Raises `Incomplete` or `NotTls`.
    """
    hello = _hello(data)
    try:
        return _name_in(hello)
    except (IndexError, UnicodeDecodeError):
        raise NotTls from None


def _hello(data: bytes) -> bytes:
    """The body of the ClientHello, put together from its records."""
    message = b""
    position = 0
    while len(message) < 4 or len(message) < 4 + int.from_bytes(message[1:4], "big"):
        header = data[position : position + 5]
        if header and header[0] != _HANDSHAKE:
            raise NotTls
        if len(header) < 5:
            raise Incomplete
        length = int.from_bytes(header[3:5], "big")
        if header[1] != 3 or not length:
            raise NotTls
        body = data[position + 5 : position + 5 + length]
        if len(body) < length:
            raise Incomplete
        message += body
        position += 5 + length
        if message[0] != _CLIENT_HELLO:
            raise NotTls
        if len(message) >= 4 and int.from_bytes(message[1:4], "big") > LONGEST_HELLO:
            raise NotTls
    return message[4 : 4 + int.from_bytes(message[1:4], "big")]


def _name_in(hello: bytes) -> str | None:
    at = 2 + 32  # version, random
    at += 1 + hello[at]  # session id
    at += 2 + int.from_bytes(hello[at : at + 2], "big")  # cipher suites
    at += 1 + hello[at]  # compression
    end = at + 2 + int.from_bytes(hello[at : at + 2], "big")
    at += 2
    while at + 4 <= min(end, len(hello)):
        kind = int.from_bytes(hello[at : at + 2], "big")
        length = int.from_bytes(hello[at + 2 : at + 4], "big")
        if kind == _SERVER_NAME:
            return _first_host(hello[at + 4 : at + 4 + length])
        at += 4 + length
    return None


def _first_host(extension: bytes) -> str | None:
    if extension[2] != _HOST_NAME:
        return None
    length = int.from_bytes(extension[3:5], "big")
    return extension[5 : 5 + length].decode("ascii").lower().rstrip(".")
