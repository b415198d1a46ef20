"""Commands whose modules are imported when they are called, not for `--help`."""

from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from typing import Any, ClassVar, cast

import typer
from typer.core import TyperGroup

__all__ = ["LazyCommand", "LazyGroup", "group"]


@dataclass(frozen=True, slots=True)
class LazyCommand:
    """`target` is `module:name` of a Typer app or of one command's function."""

    target: str
    help: str
    hidden: bool = False
    #: Everything after the name goes to the command as it is, `--help` too.
    passes_through: bool = False


class LazyGroup(TyperGroup):
    """Help shows the line from the table; running or completing a command loads it."""

    lazy: ClassVar[dict[str, LazyCommand]] = {}

    # The classes of contexts and commands are private to Typer, hence Any.
    def list_commands(self, ctx: Any) -> list[str]:  # pyright: ignore[reportImplicitOverride] # see above
        return [*self.lazy, *super().list_commands(ctx)]

    def get_command(self, ctx: Any, cmd_name: str) -> Any:  # pyright: ignore[reportImplicitOverride] # see above
        if cmd_name not in self.lazy:
            return super().get_command(ctx, cmd_name)

        entry = self.lazy[cmd_name]
        return _command(cmd_name, _nothing, help=entry.help, hidden=entry.hidden)

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:  # pyright: ignore[reportImplicitOverride] # see above
        name = args[0] if args else ""
        if name not in self.lazy:
            return super().resolve_command(ctx, args)

        return name, load(name, self.lazy[name]), args[1:]


def load(name: str, entry: LazyCommand) -> Any:
    """The real command behind `entry`."""
    module, attribute = entry.target.split(":")
    target = getattr(import_module(module), attribute)
    if isinstance(target, typer.Typer):
        command = cast("Any", typer.main.get_command(target))
        command.name = name
        return command

    settings: dict[str, Any] = {}
    if entry.passes_through:
        settings = {"ignore_unknown_options": True, "help_option_names": []}
    return _command(name, target, context_settings=settings)


def group(text: str) -> typer.Typer:
    """An app for a command group, in the house's plain style."""
    app = typer.Typer(
        help=text,
        no_args_is_help=True,
        rich_markup_mode=None,
        pretty_exceptions_enable=False,
        add_completion=False,
    )
    app.callback()(_nothing)
    return app


def _command(name: str, function: Callable[..., Any], **options: Any) -> Any:
    app = typer.Typer(
        rich_markup_mode=None, pretty_exceptions_enable=False, add_completion=False
    )
    app.command(name, **options)(function)
    return typer.main.get_command(app)


def _nothing() -> None: ...
