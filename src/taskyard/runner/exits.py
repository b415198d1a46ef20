"""Exit codes of `run` that the init script understands."""

from typing import Final

__all__ = ["LOCKED", "MISCONFIGURED", "REFUSED", "STOPPED"]

STOPPED: Final = 0
#: The environment lacks the server's address or the token.
MISCONFIGURED: Final = 64
#: Another runner serves this workspace.
LOCKED: Final = 75
#: The server said that this runner's build is over: starting again cannot help.
REFUSED: Final = 78
