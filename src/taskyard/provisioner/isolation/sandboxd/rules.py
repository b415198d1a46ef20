"""The egress policy's language: what a workspace may reach, one rule a string.

``domain=registry.npmjs.org``            that host, ports 443 and 80
``domain=*.github.com``                  its sub-domains, not itself
``domain=*``                             any host with a public address
``domain=git.corp port=8443``            another port (several with commas)
``domain=git.corp address=10.0.0.0/8``   may also resolve to these, though not public
``domain=x.org port=80 method=GET,HEAD path=/a/*``   plain HTTP, request by request

No match = denied. Methods and paths of https are sealed in TLS, so a rule that names
them must say ``port=80``.
"""

import ipaddress
import re
from collections.abc import Iterable
from typing import NamedTuple
from urllib.parse import unquote

__all__ = ["InvalidRule", "Policy", "Rule", "clean_path", "parse"]

Network = ipaddress.IPv4Network | ipaddress.IPv6Network
IpAddress = ipaddress.IPv4Address | ipaddress.IPv6Address

_KEYS = ("domain", "port", "address", "method", "path")
_NAME = re.compile(
    r"[a-z0-9_]([a-z0-9_-]*[a-z0-9_])?(\.[a-z0-9_]([a-z0-9_-]*[a-z0-9_])?)*"
)
_METHOD = re.compile(r"[A-Z]{1,20}")
_WEB_PORTS = frozenset({80, 443})
_PLAIN_PORTS = frozenset({80})
_LONGEST_NAME = 253
_HIGHEST_PORT = 65_535
_LONGEST = 2000
#: Addresses behind this prefix are IPv4 addresses behind a translator (RFC 6052).
_NAT64 = ipaddress.IPv6Network("64:ff9b::/96")


class InvalidRule(ValueError):
    """A rule that cannot be used; the text says what to write instead."""


class Rule(NamedTuple):
    text: str
    domain: str  # lower case; "*" = any; without the leading "*." of sub-domains
    subdomains: bool
    ports: frozenset[int]
    networks: tuple[Network, ...]  # non-public addresses its hosts may have
    methods: frozenset[str]  # empty = any
    paths: tuple[str, ...]  # empty = any; "*" stands for any characters

    def covers(self, host: str, port: int) -> bool:
        """`host` in lower case, without a trailing dot."""
        if port not in self.ports:
            return False
        if self.domain == "*":
            return True
        if self.subdomains:
            return host.endswith(f".{self.domain}")
        return host == self.domain

    def permits(self, method: str, path: str) -> bool:
        """`path` as `clean_path` left it."""
        return (not self.methods or method in self.methods) and (
            not self.paths or any(_matches(path, pattern) for pattern in self.paths)
        )


class Policy:
    """All the rules of one workspace."""

    def __init__(self, rules: Iterable[Rule]) -> None:
        self._rules = tuple(rules)

    def for_tunnel(self, host: str, port: int) -> Rule | None:
        """The rule that lets sealed bytes through to a host; None = denied."""
        return next(
            (
                rule
                for rule in self._rules
                if rule.covers(host, port) and not rule.methods and not rule.paths
            ),
            None,
        )

    def for_request(self, method: str, host: str, port: int, path: str) -> Rule | None:
        """The rule that lets one plain HTTP request through; None = denied."""
        seen = clean_path(path)
        for rule in self._rules:
            if not rule.covers(host, port):
                continue
            if not rule.paths and rule.permits(method, ""):
                return rule
            if seen is not None and rule.permits(method, seen):
                return rule
        return None

    def may_connect(self, host: str, port: int, address: str) -> bool:
        """Whether this answer for `host` is public, or named by a rule for it."""
        ip = _parsed(address)
        if ip.is_global and not ip.is_multicast:
            return True
        return any(
            ip in network
            for rule in self._rules
            if rule.covers(host, port)
            for network in rule.networks
        )


def parse(text: str) -> Rule:
    """Read one rule; raises `InvalidRule`."""
    if len(text) > _LONGEST or not text.isascii() or not text.isprintable():
        raise InvalidRule(
            f"egress rule {text[:60]!r}: use printable ASCII, at most {_LONGEST} "
            "characters (international names in punycode, xn--…)"
        )
    values = _values(text)
    domain, subdomains, networks = _domain(text, values)
    ports = frozenset(_port(text, word) for word in _listed(values, "port"))
    methods = frozenset(_method(text, word) for word in _listed(values, "method"))
    paths = tuple(_path(text, word) for word in _listed(values, "path"))
    if (methods or paths) and ports != _PLAIN_PORTS:
        raise InvalidRule(
            f"egress rule {text!r}: methods and paths of https cannot be checked, "
            "interception is not available yet: use a plain domain rule, or add "
            "port=80 to judge plain http requests only"
        )
    networks += tuple(_network(text, word) for word in _listed(values, "address"))
    return Rule(text, domain, subdomains, ports or _WEB_PORTS, networks, methods, paths)


def clean_path(target: str) -> str | None:
    """The decoded path that rules see; None when two servers could read it differently.

    That is: dot segments, empty segments, backslashes, double encoding.
    """
    path = unquote(target.partition("?")[0].partition("#")[0])
    if not path.startswith("/") or any(bad in path for bad in ("\\", "//", "%", "\0")):
        return None
    return None if {".", ".."} & set(path.split("/")) else path


def _values(text: str) -> dict[str, str]:
    values: dict[str, str] = {}
    for word in text.split():
        key, equals, value = word.partition("=")
        if not equals or not value:
            raise InvalidRule(
                f"egress rule {text!r}: {word!r} is not of the form key=value; "
                "write for example domain=registry.npmjs.org"
            )
        if key not in _KEYS:
            raise InvalidRule(
                f"egress rule {text!r}: {key!r} is not one of {', '.join(_KEYS)}"
            )
        if key in values:
            raise InvalidRule(
                f"egress rule {text!r}: {key!r} stands twice; "
                "separate several values with commas"
            )
        values[key] = value
    if "domain" not in values:
        raise InvalidRule(
            f"egress rule {text!r}: it names no host; add domain=…, or domain=* for any"
        )
    return values


def _listed(values: dict[str, str], key: str) -> list[str]:
    return values[key].split(",") if key in values else []


def _domain(text: str, values: dict[str, str]) -> tuple[str, bool, tuple[Network, ...]]:
    if values["domain"] == "*":
        return "*", False, ()
    domain = values["domain"].lower().removesuffix(".")
    try:
        ip = ipaddress.ip_address(domain.strip("[]"))
    except ValueError:
        pass
    else:
        return str(ip), False, (ipaddress.ip_network(ip),)
    subdomains = domain.startswith("*.")
    name = domain.removeprefix("*.")
    if "://" in domain or "/" in domain or ":" in domain:
        raise InvalidRule(
            f"egress rule {text!r}: domain is a host name only: leave out the scheme "
            "and the path, and write the port as port=…"
        )
    if not _NAME.fullmatch(name) or len(name) > _LONGEST_NAME:
        raise InvalidRule(
            f"egress rule {text!r}: {domain!r} is not a host name; "
            "a wildcard stands only in front, as in *.example.org"
        )
    return name, subdomains, ()


def _port(text: str, word: str) -> int:
    if not word.isdigit() or not 1 <= int(word) <= _HIGHEST_PORT:
        raise InvalidRule(f"egress rule {text!r}: {word!r} is not a port (1 to 65535)")
    return int(word)


def _method(text: str, word: str) -> str:
    if not _METHOD.fullmatch(word.upper()):
        raise InvalidRule(f"egress rule {text!r}: {word!r} is not an HTTP method")
    return word.upper()


def _path(text: str, word: str) -> str:
    if not word.startswith("/") or "?" in word:
        raise InvalidRule(
            f"egress rule {text!r}: the path {word!r} must start with / "
            "and hold no query; * stands for any characters"
        )
    return word


def _network(text: str, word: str) -> Network:
    try:
        return ipaddress.ip_network(word, strict=False)
    except ValueError:
        raise InvalidRule(
            f"egress rule {text!r}: {word!r} is not an IP address or network, "
            "write for example address=10.0.0.0/8"
        ) from None


def _parsed(address: str) -> IpAddress:
    ip = ipaddress.ip_address(address.partition("%")[0])
    if isinstance(ip, ipaddress.IPv6Address):
        if ip.ipv4_mapped is not None:
            return ip.ipv4_mapped
        if ip in _NAT64:
            return ipaddress.IPv4Address(int(ip) & 0xFFFF_FFFF)
    return ip


def _matches(path: str, pattern: str) -> bool:
    expression = ".*".join(re.escape(part) for part in pattern.split("*"))
    return re.fullmatch(expression, path, re.DOTALL) is not None
