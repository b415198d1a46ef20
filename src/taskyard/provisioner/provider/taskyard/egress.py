"""What a sandbox may reach when its template does not say."""

from typing import Final

__all__ = ["DEFAULT_EGRESS"]

#: Where the common package managers fetch from, and nothing else.
#:
#: Code forges are not in it. The egress proxy sees host names, not requests (it does not
#: open TLS), so "may read github.com" would also be "may push to any repository there".
#: A template that wants them says so: `egress = ["domain=github.com", ...]`.
DEFAULT_EGRESS: Final = (
    "domain=registry.npmjs.org",
    "domain=registry.yarnpkg.com",
    "domain=pypi.org",
    "domain=files.pythonhosted.org",
    "domain=index.crates.io",
    "domain=static.crates.io",
    "domain=crates.io",
    "domain=proxy.golang.org",
    "domain=sum.golang.org",
    "domain=repo.maven.apache.org",
    "domain=repo1.maven.org",
    "domain=rubygems.org",
    "domain=index.rubygems.org",
    "domain=deb.debian.org",
    "domain=security.debian.org",
)
