"""The server name in a TLS ClientHello, read without a TLS library."""

__all__ = ["LONGEST_HELLO", "Incomplete", "NotTls", "server_name"]

#: Real ones are 0.2 to 2 kB; post-quantum key shares and padding stay far below this.
LONGEST_HELLO = 32_768

_RECORD, _HEADER = 5, 4  # bytes before a record, before a handshake message
_VERSION_3 = 3  # of SSL, whose successors all say so
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
    while len(message) < _HEADER or len(message) < _HEADER + _length(message):
        header = data[position : position + _RECORD]
        if header and header[0] != _HANDSHAKE:
            raise NotTls
        if len(header) < _RECORD:
            raise Incomplete
        length = int.from_bytes(header[3:5], "big")
        if header[1] != _VERSION_3 or not length:
            raise NotTls
        body = data[position + _RECORD : position + _RECORD + length]
        if len(body) < length:
            raise Incomplete
        message += body
        position += _RECORD + length
        if message[0] != _CLIENT_HELLO:
            raise NotTls
        if len(message) >= _HEADER and _length(message) > LONGEST_HELLO:
            raise NotTls
    return message[_HEADER : _HEADER + _length(message)]


def _length(message: bytes) -> int:
    return int.from_bytes(message[1:_HEADER], "big")


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
