"""A home in which a module's script is run."""

import json
import os
import subprocess
from dataclasses import dataclass
from pathlib import Path

__all__ = ["Home"]


@dataclass(frozen=True)
class Home:
    """A home with an installed agent, and a `taskyard` command that writes down calls."""

    path: Path

    def run(
        self, script: str, **environment: str
    ) -> "subprocess.CompletedProcess[str]":
        return subprocess.run(
            ["/bin/bash", "-c", script],
            cwd=self.path,
            env={
                "HOME": str(self.path),
                "PATH": f"{self.path}/bin:{os.environ['PATH']}",
                "GIT_AUTHOR_NAME": "a",
                "GIT_AUTHOR_EMAIL": "a@example.com",
                "GIT_COMMITTER_NAME": "a",
                "GIT_COMMITTER_EMAIL": "a@example.com",
                **environment,
            },
            capture_output=True,
            text=True,
            timeout=50,
            check=False,
        )

    def add_command(self, name: str, program: str) -> None:
        path = self.path / "bin" / name
        path.write_text(program)
        path.chmod(0o755)

    @property
    def called_with(self) -> list[str]:
        arguments: list[str] = json.loads((self.path / "called.json").read_text())
        return arguments

    def read_after(self, flag: str) -> str:
        """The text of the file that a flag names."""
        return Path(self.after(flag)[0]).read_text()

    def after(self, flag: str) -> list[str]:
        words = self.called_with
        return [words[i + 1] for i, word in enumerate(words) if word == flag]
