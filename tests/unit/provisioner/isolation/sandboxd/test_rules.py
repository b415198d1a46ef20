import pytest

from taskyard.provisioner.isolation.sandboxd.rules import (
    InvalidRule,
    Policy,
    clean_path,
    parse,
)


@pytest.mark.parametrize(
    ("rule", "host", "port", "allowed"),
    [
        ("domain=pypi.org", "pypi.org", 443, True),
        ("domain=pypi.org", "pypi.org", 80, True),
        ("domain=PyPI.org.", "pypi.org", 443, True),
        ("domain=pypi.org", "pypi.org", 8443, False),
        ("domain=pypi.org", "files.pypi.org", 443, False),
        ("domain=pypi.org", "evilpypi.org", 443, False),
        ("domain=pypi.org", "pypi.org.evil.com", 443, False),
        ("domain=*.github.com", "api.github.com", 443, True),
        ("domain=*.github.com", "a.b.github.com", 443, True),
        ("domain=*.github.com", "github.com", 443, False),
        ("domain=*.github.com", "evilgithub.com", 443, False),
        ("domain=git.corp port=8443", "git.corp", 8443, True),
        ("domain=git.corp port=8443", "git.corp", 443, False),
        ("domain=git.corp port=22,8443", "git.corp", 22, True),
        ("domain=*", "anything.example", 443, True),
        ("domain=*", "anything.example", 22, False),
        ("domain=[2001:DB8::1]", "2001:db8::1", 443, True),
    ],
)
def test_a_rule_covers_the_hosts_and_ports_it_names(
    *, rule: str, host: str, port: int, allowed: bool
) -> None:
    policy = Policy([parse(rule)])

    assert (policy.for_tunnel(host, port) is not None) is allowed


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ("", "domain"),
        ("pypi.org", "key=value"),
        ("domain=", "key=value"),
        ("port=443", "names no host"),
        ("host=pypi.org", "not one of domain, port, address, method, path"),
        ("domain=a.org domain=b.org", "stands twice"),
        ("domain=https://pypi.org", "leave out the scheme"),
        ("domain=pypi.org/simple", "leave out the scheme"),
        ("domain=pypi.org:443", "write the port as port="),
        ("domain=py*.org", "wildcard stands only in front"),
        ("domain=*.", "is not a host name"),
        ("domain=-x.org", "is not a host name"),
        ("domain=a..org", "is not a host name"),
        ("domain=ümlaut.de", "punycode"),
        ("domain=a.org\ndomain=b.org", "printable"),
        ("domain=" + "a" * 3000, "at most"),
        ("domain=" + "a." * 130 + "org", "is not a host name"),
        ("domain=a.org port=0", "not a port"),
        ("domain=a.org port=65536", "not a port"),
        ("domain=a.org port=https", "not a port"),
        ("domain=a.org address=intranet", "not an IP address"),
        ("domain=a.org method=GET", "interception is not available yet"),
        ("domain=a.org path=/x", "use a plain domain rule"),
        ("domain=a.org port=443 path=/x", "interception is not available yet"),
        ("domain=a.org port=80,443 path=/x", "interception is not available yet"),
        ("domain=a.org port=80 path=x", "must start with /"),
        ("domain=a.org port=80 path=/x?y", "no query"),
        ("domain=a.org port=80 method=G(T", "not an HTTP method"),
    ],
)
def test_a_rule_that_cannot_be_used_says_what_to_write(text: str, hint: str) -> None:
    with pytest.raises(InvalidRule) as caught:
        _ = parse(text)

    assert hint in str(caught.value)


@pytest.mark.parametrize(
    ("method", "path", "allowed"),
    [
        ("GET", "/v1/x", True),
        ("HEAD", "/v1/x/y?q=/../", True),
        ("POST", "/v1/x", False),
        ("GET", "/v2/x", False),
        ("GET", "/v1/../admin", False),
        ("GET", "/v1/%2e%2e/admin", False),
        ("GET", "/v1/%252e%252e/admin", False),
        ("GET", "/v1//x", False),
        ("GET", "/v1/a\\..\\b", False),
        ("GET", "/v1/@scope%2fname", True),
    ],
)
def test_methods_and_paths_of_plain_http_are_judged(
    *, method: str, path: str, allowed: bool
) -> None:
    policy = Policy([parse("domain=x.org port=80 method=GET,head path=/v1/*,/only")])

    assert (policy.for_request(method, "x.org", 80, path) is not None) is allowed


def test_a_rule_about_requests_opens_no_tunnel() -> None:
    policy = Policy([parse("domain=x.org port=80 path=/v1/*")])

    assert policy.for_tunnel("x.org", 80) is None


def test_a_rule_without_paths_takes_any_path_as_it_is() -> None:
    policy = Policy([parse("domain=x.org")])

    assert policy.for_request("GET", "x.org", 80, "/a//../b%2") is not None


@pytest.mark.parametrize(
    ("rule", "address", "allowed"),
    [
        ("domain=x.org", "151.101.0.223", True),
        ("domain=x.org", "2a04:4e42::223", True),
        ("domain=x.org", "127.0.0.1", False),
        ("domain=x.org", "10.1.2.3", False),
        ("domain=x.org", "192.168.1.1", False),
        ("domain=x.org", "169.254.169.254", False),
        ("domain=x.org", "100.64.0.1", False),
        ("domain=x.org", "0.0.0.0", False),  # noqa: S104 - nobody binds it
        ("domain=x.org", "224.0.0.1", False),
        ("domain=x.org", "::1", False),
        ("domain=x.org", "fe80::1%eth0", False),
        ("domain=x.org", "fd00::1", False),
        ("domain=x.org", "::ffff:10.1.2.3", False),
        ("domain=x.org", "64:ff9b::a01:203", False),
        ("domain=x.org address=10.0.0.0/8", "10.1.2.3", True),
        ("domain=x.org address=10.0.0.0/8", "::ffff:10.1.2.3", True),
        ("domain=x.org address=10.0.0.0/8", "192.168.1.1", False),
        ("domain=other.org address=10.0.0.0/8", "10.1.2.3", False),
        ("domain=x.org address=127.0.0.1,::1", "::1", True),
        ("domain=*", "10.1.2.3", False),
    ],
)
def test_only_public_addresses_are_connected_to_unless_named(
    *, rule: str, address: str, allowed: bool
) -> None:
    policy = Policy([parse(rule)])

    assert policy.may_connect("x.org", 443, address) is allowed


def test_a_rule_for_an_address_names_that_address() -> None:
    policy = Policy([parse("domain=10.1.2.3")])

    assert policy.may_connect("10.1.2.3", 443, "10.1.2.3")


def test_the_path_is_decoded_once_and_without_its_query() -> None:
    assert clean_path("/a%20b?c=%2e%2e#d") == "/a b"
