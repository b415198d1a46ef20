"""Terraform's commands in one working directory."""

import asyncio
import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Final

from taskyard.provisioner.engine.lookup import Engine
from taskyard.provisioner.engine.output import Output, TerraformError
from taskyard.provisioner.engine.process import run_program
from taskyard.provisioner.engine.stop import Stop
from taskyard.provisioner.errors import TerraformFailed
from taskyard.provisioner.journal import Journal

__all__ = ["CommandFailed", "Terraform", "variable_arguments"]

# A plan in JSON repeats every module for each instance; more than this is a template
# that counts to a hundred thousand, and reading it would take all our memory.
_MAX_SHOWN: Final = 64 << 20


class CommandFailed(TerraformFailed):
    """Terraform said no. `summaries` are the heads of what it said."""

    def __init__(self, text: str, summaries: list[str]) -> None:
        super().__init__(text)
        self.summaries = summaries


def variable_arguments(variables: Mapping[str, str]) -> list[str]:
    return [f"-var={name}={value}" for name, value in sorted(variables.items())]


def _no_hint(_summary: str, _detail: str) -> str:
    return ""


class Terraform:
    """Every command raises `CommandFailed`, or the reason to stop when there is one.

    `hint(summary, detail)`, called in a thread, adds what we know about an error to what
    Terraform says.
    """

    def __init__(
        self,
        *,
        engine: Engine,
        directory: Path,
        environment: Mapping[str, str],
        journal: Journal,
        stop: Stop,
        grace: float,
        hint: Callable[[str, str], str] = _no_hint,
    ) -> None:
        self._engine = engine
        self._directory = directory
        self._environment = environment
        self._journal = journal
        self._stop = stop
        self._grace = grace
        self._hint = hint

    async def run(
        self,
        *arguments: str,
        timing: str,
        environment: Mapping[str, str] | None = None,
        journal: Journal | None = None,
        after_line: Callable[[], None] | None = None,
    ) -> None:
        """A command with `-json` output; `environment` adds to what all commands get.

        `after_line` is called after each line, for who wants to look at what changed.
        """
        output = Output(journal or self._journal, timing=timing)

        def on_line(line: str) -> None:
            output.line(line)
            if after_line:
                after_line()

        code = await self._execute(list(arguments), on_line, environment)
        if code:
            said = await asyncio.to_thread(self._said, output.errors)
            command = arguments[0]
            raise CommandFailed(
                said or f"terraform {command} exited with {code} and gave no reason.",
                [error.summary for error in output.errors],
            )

    def _said(self, errors: list[TerraformError]) -> str:
        hinted = (f"{e.text} {self._hint(e.summary, e.detail)}" for e in errors)
        return "\n".join(text.rstrip() for text in hinted)

    async def show(self, plan: str) -> dict[str, Any]:
        """The plan as Terraform's JSON."""
        lines: list[str] = []
        size = 0

        def keep(line: str) -> None:
            nonlocal size
            size += len(line)
            if size <= _MAX_SHOWN:
                lines.append(line)

        code = await self._execute(["show", "-json", "-no-color", plan], keep, None)
        if size > _MAX_SHOWN:
            raise TerraformFailed(
                f"The plan is larger than {_MAX_SHOWN >> 20} MiB: "
                "lower the count of what the template makes."
            )
        if code:
            raise TerraformFailed("\n".join(lines) or "terraform show failed")
        found: dict[str, Any] = json.loads("".join(lines))
        return found

    async def _execute(
        self,
        arguments: list[str],
        on_line: Callable[[str], None],
        environment: Mapping[str, str] | None,
    ) -> int:
        self._stop.check()
        code = await run_program(
            self._engine.program,
            arguments,
            directory=self._directory,
            environment={**self._environment, **(environment or {})},
            on_line=on_line,
            stop=self._stop,
            grace=self._grace,
        )
        self._stop.check()
        return code
