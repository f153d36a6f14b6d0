"""The console script `samspel`."""

import os
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from samspel import run as running
from samspel.commands import accounts, clock, held, keeping
from samspel.commands.common import database_url, stopped, to_the_side

# Each command imports what it alone needs, so that none waits for the others' libraries.

app = typer.Typer(
    help="Samspel håller kalendern för samverkan kring ett barn.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,  # its tracebacks show local variables: personal data
)


@app.callback()
def _watched() -> None:
    from shared import logs  # noqa: PLC0415

    given = os.environ.get("SAMSPEL_LOG")
    logs.begin("command", "json" if given == "json" else "text" if given == "text" else None)


@app.command()
def run() -> None:
    """Starta allt, med egna servrar och exempelkommunen, tills Ctrl-C."""
    try:
        code = running.run(os.environ)
    except running.CannotRun as reason:
        raise stopped(str(reason)) from reason
    raise typer.Exit(code)


@app.command()
def migrate() -> None:
    """Uppgradera databasen i SAMSPEL_DATABASE_URL till den här versionen."""
    from shared import migrations  # noqa: PLC0415

    if not migrations.upgrade(database_url()):
        typer.echo("Databasen är från en nyare version av Samspel, och är kvar som den var.")


@app.command()
def backup(
    to: Annotated[Path, typer.Option("--to", help="Mappen som filen läggs i.", file_okay=False)],
) -> None:
    """Säkerhetskopiera databasen i SAMSPEL_DATABASE_URL till en ny fil. Den innehåller allt."""
    from samspel import backup as backups  # noqa: PLC0415

    try:
        file = backups.back_up(database_url(), to, os.environ, to_the_side)
        manifest, _, tables = backups.verified(file, os.environ)
        backups.note(database_url(), manifest)
    except backups.CannotBackUp as reason:
        raise stopped(str(reason)) from None
    typer.echo(f"{file} är skriven och kontrollerad: {tables} tabeller. Förvara den krypterad.")


@app.command()
def restore(
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False, resolve_path=True)],
    *,
    replace: Annotated[
        str | None,
        typer.Option(help="Databasens namn, om allt som finns i den ska ersättas.", metavar="NAMN"),
    ] = None,
    verify: Annotated[
        bool, typer.Option("--verify", help="Läs bara igenom filen och säg vad den är.")
    ] = False,
) -> None:
    """Återställ en säkerhetskopia i databasen i SAMSPEL_DATABASE_URL. Ingen post går ut efteråt."""
    from samspel import backup as backups  # noqa: PLC0415
    from samspel import restore as restoring  # noqa: PLC0415

    try:
        if verify:
            manifest, _, tables = backups.verified(file, os.environ)
            said = restoring.said_of(manifest, tables)
        else:
            url = database_url()
            said = restoring.said_after(
                restoring.restore(url, file, os.environ, to_the_side, replace=replace)
            )
    except (backups.CannotBackUp, restoring.CannotRestore) as reason:
        raise stopped(str(reason)) from None
    for line in said:
        typer.echo(line)


@app.command()
def doctor(
    *,
    dkim: Annotated[
        str | None, typer.Option(help="Mejlserverns DKIM-selektor.", metavar="SELEKTOR")
    ] = None,
    months: Annotated[
        int, typer.Option(min=0, max=60, help="Så länge framåt ska läsåren vara kända.")
    ] = 12,
) -> None:
    """Kontrollera allt som Samspel vilar på, och säg vad som behöver göras. Inget ändras."""
    from samspel.doctor.command import examine  # noqa: PLC0415

    failing = False
    for line, fails in examine(os.environ, selector=dkim, months=months):
        typer.echo(line)
        failing = failing or fails
    raise typer.Exit(1 if failing else 0)


@app.command("import")
def import_(
    folder: Annotated[Path, typer.Argument(exists=True, file_okay=False, resolve_path=True)],
    *,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Visa vad som skulle ändras, utan att ändra något.")
    ] = False,
) -> None:
    """Läs in en kommuns enheter, platser, personer och tjänster från mappens CSV-filer."""
    from samspel import imported  # noqa: PLC0415
    from services.cases.app import import_municipality  # noqa: PLC0415
    from shared.register import MunicipalityError  # noqa: PLC0415

    database_url()
    try:
        result = import_municipality(folder, dry_run=dry_run)
    except MunicipalityError as error:
        for problem in error.problems:
            typer.echo(problem, err=True)
        raise stopped(imported.nothing(len(error.problems))) from None
    for line in imported.shown(result, dry_run=dry_run):
        typer.echo(line)


class Language(StrEnum):
    """The languages that there are words in."""

    sv = "sv"
    en = "en"


@app.command()
def mails(
    to: Annotated[Path, typer.Option("--to", help="En ny eller tom mapp.")],
    language: Annotated[
        Language | None, typer.Option(help="Bara på ett språk; annars på alla.")
    ] = None,
) -> None:
    """Skriv ett mejl av varje slag till en mapp, med kommunens namn och påhittade mottagare."""
    from samspel import mails as sample  # noqa: PLC0415
    from samspel.settings import BadSetting  # noqa: PLC0415
    from shared.municipality import MunicipalityError  # noqa: PLC0415

    try:
        post = sample.example_post(os.environ)
        languages = {} if language is None else {"languages": (language.value,)}
        count = 0
        for count, file in enumerate(sample.written(to, post, **languages), 1):  # noqa: B007
            typer.echo(file.name)
    except MunicipalityError as error:
        raise stopped(" ".join(error.problems)) from None
    except (BadSetting, sample.CannotWrite) as reason:
        raise stopped(str(reason)) from None
    typer.echo(f"{count} mejl finns i {to}.")


@app.command()
def simulate(
    *,
    years: Annotated[int, typer.Option(min=1, max=40, help="År i varje kommun.")] = 10,
    municipalities: Annotated[int, typer.Option(min=1, help="Hur många kommuner.")] = 1,
    seed: Annotated[int, typer.Option(help="Den första kommunens frö.")] = 1,
    jobs: Annotated[int, typer.Option(min=1, help="Hur många i taget.")] = 1,
    minutes: Annotated[
        float | None, typer.Option(help="Börja inte på någon ny kommun efter så många minuter.")
    ] = None,
    database_url: Annotated[
        str | None, typer.Option(help="En egen tom databas, där andra får skapas; annars inbyggd.")
    ] = None,
    script: Annotated[
        Path | None, typer.Option(exists=True, dir_okay=False, help="Gör om det en fil berättar.")
    ] = None,
) -> None:
    """Låt påhittade kommuner leva i många år, med fel överallt, och se att allt håller."""
    from samspel.simulate import running as simulating  # noqa: PLC0415

    if script is not None:
        lived = simulating.repeat(script, database_url, typer.echo)
        raise typer.Exit(int(lived.broken is not None))
    order = simulating.Order(years, municipalities, seed, jobs, database_url, minutes=minutes)
    summed = simulating.simulate(order, typer.echo)
    for line in summed.told():
        typer.echo(line)
    raise typer.Exit(int(bool(summed.broken)))


app.command()(keeping.retention)
app.add_typer(clock.clock, name="clock")
app.add_typer(held.held, name="held")
app.add_typer(accounts.user, name="user")
app.add_typer(accounts.token, name="token")
app.add_typer(keeping.hold, name="hold")
app.add_typer(keeping.export, name="export", no_args_is_help=True)
app.add_typer(keeping.erase, name="erase")
