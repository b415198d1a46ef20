"""`coder external-auth access-token ID`: a token of another service for a script."""

import argparse
import sys
from collections.abc import Sequence

from taskyard.kit.shapes import as_object
from taskyard.runner.shim.call import CallFailed, fail
from taskyard.runner.shim.server import get

__all__ = ["main"]


def main(arguments: Sequence[str]) -> int:
    """Print the token; without one print the address to sign in at, and exit with 1."""
    parser = argparse.ArgumentParser(
        prog="coder external-auth access-token", allow_abbrev=False
    )
    parser.add_argument("id", help="the provider's id, such as github")
    parser.add_argument(
        "--extra", default="", help="print this field of the token instead"
    )
    options = parser.parse_args(arguments)
    try:
        answer = get("external-auth", {"id": options.id})
    except CallFailed as exc:
        fail(str(exc))
    token = str(answer.get("access_token") or "")
    if not token:
        sys.stdout.write(f"{answer.get('url') or ''}\n")
        return 1
    if options.extra:
        value = as_object(answer.get("token_extra")).get(options.extra)
        if value is None:
            fail(f"the token of {options.id!r} has no field {options.extra!r}")
        token = str(value)
    sys.stdout.write(token + "\n")
    return 0
