"""The console script `samspel`."""

import os
from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from samspel import run as running

# Each command imports what it alone needs, so that none waits for the others' libraries.

app = typer.Typer(
    help="Samspel håller kalendern för samverkan kring ett barn.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,  # its tracebacks show local variables: personal data
)


@app.command()
def run() -> None:
    """Starta allt, med egna servrar och exempelkommunen, tills Ctrl-C."""
    try:
        code = running.run(os.environ)
    except running.CannotRun as reason:
        raise _stopped(str(reason)) from reason
    raise typer.Exit(code)


@app.command()
def migrate() -> None:
    """Uppgradera databasen i SAMSPEL_DATABASE_URL till den här versionen."""
    from shared import migrations  # noqa: PLC0415

    migrations.upgrade(_database_url())


@app.command("import")
def import_(
    folder: Annotated[Path, typer.Argument(exists=True, file_okay=False, resolve_path=True)],
) -> None:
    """Läs in en kommuns enheter, personer och uppdrag från mappens CSV- och TOML-filer."""
    from services.cases.app import import_municipality  # noqa: PLC0415

    typer.echo(import_municipality(folder))


clock = typer.Typer(help="Demolägets klocka.", no_args_is_help=True)
app.add_typer(clock, name="clock")


@clock.command("start")
def clock_start(
    *,
    example: Annotated[
        bool, typer.Option(help="Tre veckor tidigare, som exemplet börjar.")
    ] = False,
) -> None:
    """Ställ klockan på SAMSPEL_CLOCK, eller låt den följa tiden; en som redan går får gå vidare."""
    from samspel import example as the_example  # noqa: PLC0415

    given = os.environ.get("SAMSPEL_CLOCK")
    moment = datetime.fromisoformat(given) if given else None
    begin = the_example.begin if example else the_example.leave_out
    begin(_database_url(), moment)


def _database_url() -> str:
    url = os.environ.get("SAMSPEL_DATABASE_URL")
    if not url:
        raise _stopped("SAMSPEL_DATABASE_URL saknas: vilken databas gäller det?")
    return url


def _stopped(line: str) -> typer.Exit:
    typer.echo(f"samspel: {line}", err=True)
    return typer.Exit(1)
