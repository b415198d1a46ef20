"""What the runner calls itself."""

from typing import Final

__all__ = ["COMPATIBLE_VERSION", "RUNNER_VERSION"]

RUNNER_VERSION: Final = "0.1.0"
#: What `coder --version` prints: scripts compare its number with what they need.
COMPATIBLE_VERSION: Final = "v2.34.1+taskyard"
