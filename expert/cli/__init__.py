"""The command line. One file per command, found by its place: a module with a function of its own name.

A folder is a command with commands of its own.
"""

from __future__ import annotations

import importlib

import click

from expert import rooms


class Commands(click.Group):
    """The commands of a folder, each imported when it is first needed. The folder is that of the group's function."""

    @property
    def folder(self) -> str:
        """The folder as a package, as in `expert.cli.rules`."""
        return self.callback.__module__ if self.callback else __name__

    def list_commands(self, ctx: click.Context) -> list[str]:
        """The names of all commands."""
        return sorted(name.replace("_", "-") for name in rooms.names(self.folder))

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command of a name, or None."""
        if cmd_name not in self.list_commands(ctx):
            return None
        name = cmd_name.replace("-", "_")
        command: click.Command = getattr(importlib.import_module(f"{self.folder}.{name}"), name)
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """The command that is asked for, or a usage error that offers the nearest name."""
        import difflib

        if args and not args[0].startswith("-") and args[0] not in self.list_commands(ctx):
            close = difflib.get_close_matches(args[0], self.list_commands(ctx), 1)
            known = f" The commands are: {', '.join(self.list_commands(ctx))}"
            log = f" To judge a log: expert diagnose {args[0]}"
            hint = f" Did you mean '{close[0]}'?" if close else known if ctx.parent else log
            raise click.UsageError(f"No such command '{args[0]}'.{hint}", ctx)
        return super().resolve_command(ctx, args)


@click.command(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="training-expert", prog_name="expert")
def expert() -> None:
    """Read what a training run left behind and say what is wrong with it and what to do.

    \b
    expert demo                        the whole trip on a log that comes along
    expert diagnose metrics.csv        a plan on the terminal, a page in report.html
    expert compare good/ bad/          where runs differ
    expert facts metrics.csv           what was measured
    expert explain metrics.csv ID      how a finding was concluded
    expert rules                       write rules of your own: check, test, document them

    Exit codes: 0 done; 1 findings at or above --fail-on; 2 usage, configuration or rule error; 3 nothing could be
    judged.
    """
