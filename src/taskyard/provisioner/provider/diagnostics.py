"""What a provider has to say to the author of a template."""

from collections.abc import Sequence
from dataclasses import dataclass

from taskyard.provisioner.provider.wire import Message

__all__ = ["Diagnostic", "Problem", "path_message"]

Path = tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class Diagnostic:
    """An error or warning; `path` leads to the attribute, as in `("option", 2, "value")`."""

    summary: str
    detail: str = ""
    path: Path = ()
    is_warning: bool = False

    def message(self) -> Message:
        found: Message = {
            "severity": 2 if self.is_warning else 1,
            "summary": self.summary,
            "detail": self.detail,
        }
        if self.path:
            found["attribute"] = path_message(self.path)
        return found


class Problem(Exception):
    """Raised by a handler: the run fails here, with this to read."""

    def __init__(self, summary: str, detail: str = "", path: Path = ()) -> None:
        super().__init__(summary)
        self.diagnostic = Diagnostic(summary, detail, path)


def path_message(path: Sequence[str | int]) -> Message:
    return {
        "steps": [
            {"element_key_int": step}
            if isinstance(step, int)
            else {"attribute_name": step}
            for step in path
        ]
    }
