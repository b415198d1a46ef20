"""The script that a workspace starts its runner with; it lies among the runner's files."""

from importlib.resources import files

__all__ = ["read_bootstrap"]


def read_bootstrap() -> str:
    """Read from disk: call it in a thread."""
    return (files("taskyard") / "runner" / "bootstrap.sh").read_text(encoding="utf-8")
