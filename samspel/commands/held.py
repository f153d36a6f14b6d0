"""`samspel held`: mail that is held after the database was restored."""

from types import ModuleType

import typer

from samspel import held as holding
from samspel.commands.common import stopped

held = typer.Typer(help="Post som hålls efter att databasen har återställts.")


@held.callback(invoke_without_command=True)
def held_shown(context: typer.Context) -> None:
    """Visa hur mycket som hålls, sedan när och varför."""
    if context.invoked_subcommand is None:
        for line in holding.shown(_notifier().held()):
            typer.echo(line)


@held.command("release")
def held_release() -> None:
    """Skicka igen, också det som hölls om det fortfarande behövs."""
    typer.echo(holding.released(_notifier().release_held()))


@held.command("drop")
def held_drop() -> None:
    """Skicka igen, men inget av det som hölls."""
    typer.echo(holding.dropped(_notifier().drop_held()))


def _notifier() -> ModuleType:
    """The notifier's app, which needs all of the notifier's settings."""
    from shared.settings import SettingsError  # noqa: PLC0415

    try:
        from services.notifier import app as notifier  # noqa: PLC0415
    except SettingsError as error:
        raise stopped(str(error)) from None
    return notifier
