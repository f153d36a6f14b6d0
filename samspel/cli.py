"""The console script `samspel`."""

import os
from collections.abc import Callable, Iterator
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from types import ModuleType
from typing import Annotated

import typer

from samspel import held as holding
from samspel import run as running

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
        raise _stopped(str(reason)) from reason
    raise typer.Exit(code)


@app.command()
def migrate() -> None:
    """Uppgradera databasen i SAMSPEL_DATABASE_URL till den här versionen."""
    from shared import migrations  # noqa: PLC0415

    if not migrations.upgrade(_database_url()):
        typer.echo("Databasen är från en nyare version av Samspel, och är kvar som den var.")


@app.command()
def backup(
    to: Annotated[Path, typer.Option("--to", help="Mappen som filen läggs i.", file_okay=False)],
) -> None:
    """Säkerhetskopiera databasen i SAMSPEL_DATABASE_URL till en ny fil. Den innehåller allt."""
    from samspel import backup as backups  # noqa: PLC0415

    try:
        file = backups.back_up(_database_url(), to, os.environ, _to_the_side)
        *_, tables = backups.verified(file, os.environ)
    except backups.CannotBackUp as reason:
        raise _stopped(str(reason)) from None
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
            url = _database_url()
            said = restoring.said_after(
                restoring.restore(url, file, os.environ, _to_the_side, replace=replace)
            )
    except (backups.CannotBackUp, restoring.CannotRestore) as reason:
        raise _stopped(str(reason)) from None
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

    _database_url()
    try:
        result = import_municipality(folder, dry_run=dry_run)
    except MunicipalityError as error:
        for problem in error.problems:
            typer.echo(problem, err=True)
        raise _stopped(imported.nothing(len(error.problems))) from None
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
        raise _stopped(" ".join(error.problems)) from None
    except (BadSetting, sample.CannotWrite) as reason:
        raise _stopped(str(reason)) from None
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


held = typer.Typer(help="Post som hålls efter att databasen har återställts.")
app.add_typer(held, name="held")


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


user = typer.Typer(help="Konton för dem som loggar in med lösenord.", no_args_is_help=True)
app.add_typer(user, name="user")
Login = Annotated[str, typer.Argument(help="E-postadress i personalregistret, eller ett namn.")]


class Role(StrEnum):
    """What an account can have that no post gives."""

    administrator = "administrator"
    it = "it"


@user.command("add")
def user_add(
    login: Login,
    name: Annotated[str | None, typer.Option(help="Namn på någon utanför registret.")] = None,
    role: Annotated[list[Role] | None, typer.Option(help="Kan anges flera gånger.")] = None,
    *,
    without_password: Annotated[
        bool, typer.Option(help="Bara för inloggning med kommunens vanliga konto.")
    ] = False,
) -> None:
    """Lägg upp ett konto. Lösenordet frågas efter, eller läses från inmatningen."""
    _say(lambda users: users.added(login, name, role or (), without_password=without_password))


@user.command("password")
def user_password(login: Login) -> None:
    """Byt lösenord. Den som är inloggad med kontot loggas ut."""
    _say(lambda users: users.with_new_password(login))


@user.command("rename")
def user_rename(
    login: Login, to: Annotated[str, typer.Argument(help="Det nya användarnamnet.")]
) -> None:
    """Byt användarnamn, som när någons e-postadress har ändrats. Lösenordet är kvar."""
    _say(lambda users: users.renamed(login, to))


@user.command("disable")
def user_disable(login: Login) -> None:
    """Stäng ett konto och logga ut den som använder det."""
    _say(lambda users: users.disabled(login))


@user.command("enable")
def user_enable(login: Login) -> None:
    """Öppna ett konto igen."""
    _say(lambda users: users.enabled(login))


@user.command("list")
def user_list() -> None:
    """Visa alla konton."""
    _say(lambda users: users.listed())


def _say(lines: Callable[[ModuleType], Iterator[str]]) -> None:
    """What is done with accounts, line by line."""
    _database_url()
    from samspel import user as users  # noqa: PLC0415

    _echo(lines, users)


token = typer.Typer(help="Nycklar för andra system som anropar API:et.", no_args_is_help=True)
app.add_typer(token, name="token")


@token.command("add")
def token_add(
    name: Annotated[str, typer.Argument(help="Systemet som nyckeln är för.")],
    *,
    read: Annotated[bool, typer.Option("--read", help="Får läsa.")] = False,
    write: Annotated[bool, typer.Option("--write", help="Får ändra.")] = False,
    cases: Annotated[
        bool, typer.Option("--cases", help="Också i ärenden; annars bara i registret.")
    ] = False,
    until: Annotated[
        str | None, typer.Option(help="Sista dagen den gäller, till exempel 2027-12-31.")
    ] = None,
) -> None:
    """Gör en nyckel. Den skrivs ut en gång, på sista raden."""
    _say_of_keys(lambda keys: keys.added(name, reads=read, writes=write, cases=cases, until=until))


@token.command("list")
def token_list() -> None:
    """Visa alla nycklar, utan deras hemligheter."""
    _say_of_keys(lambda keys: keys.listed())


@token.command("revoke")
def token_revoke(token_id: Annotated[str, typer.Argument(metavar="ID")]) -> None:
    """Dra tillbaka en nyckel, från och med nu."""
    _say_of_keys(lambda keys: keys.revoked(token_id))


def _say_of_keys(lines: Callable[[ModuleType], Iterator[str]]) -> None:
    """What is done with keys, line by line."""
    _database_url()
    from samspel import token as keys  # noqa: PLC0415

    _echo(lines, keys)


hold = typer.Typer(help="Ärenden och personer som hålls kvar från gallring.", no_args_is_help=True)
app.add_typer(hold, name="hold")
Held = Annotated[str, typer.Argument(metavar="REFERENS", help="Ärendets referens.")]
By = Annotated[str | None, typer.Option(help="Kontot för den som bestämmer det.")]
OfPerson = Annotated[
    bool, typer.Option("--person", help="En person i stället: id eller e-postadress.")
]


class Because(StrEnum):
    """Why something is held."""

    disclosure = "disclosure"
    supervision = "supervision"
    legal = "legal"
    other = "other"


@hold.command("add")
def hold_add(
    reference: Held,
    because: Annotated[
        Because,
        typer.Option(
            help="disclosure: begäran om utlämnande, supervision: tillsyn,"
            " legal: rättsprocess, other: annat."
        ),
    ],
    by: By = None,
    *,
    person: OfPerson = False,
) -> None:
    """Håll kvar ett ärende: inget av det gallras eller raderas förrän det hävs."""
    _say_of_retention(lambda them: them.held(reference, because.value, by, person=person))


@hold.command("list")
def hold_list() -> None:
    """Visa allt som hålls kvar."""
    _say_of_retention(lambda them: them.holds())


@hold.command("lift")
def hold_lift(reference: Held, by: By = None, *, person: OfPerson = False) -> None:
    """Häv: det gallras igen när dess tid är ute."""
    _say_of_retention(lambda them: them.lifted(reference, by, person=person))


@app.command()
def retention() -> None:
    """Visa gallringsplanen, hur mycket som har gått ut, och hur mycket som hålls kvar."""
    _say_of_retention(lambda them: them.shown())


export = typer.Typer(help="Skriv ut det som finns om ett ärende eller en person.")
app.add_typer(export, name="export", no_args_is_help=True)
To = Annotated[Path, typer.Option("--to", help="En ny mapp.", resolve_path=True)]
Somebody = Annotated[str, typer.Argument(metavar="PERSON", help="Id eller e-postadress.")]


@export.command("case")
def export_case(reference: Held, to: To) -> None:
    """Skriv ett ärende som ett paket för arkivet."""
    _say_of_retention(lambda them: them.exported("case", reference, to))


@export.command("person")
def export_person(person: Somebody, to: To) -> None:
    """Skriv det som finns om en person (registerutdrag)."""
    _say_of_retention(lambda them: them.exported("person", person, to))


erase = typer.Typer(help="Radera ett ärende eller en persons uppgifter, i varje tabell.")
app.add_typer(erase, name="erase")
DryRun = Annotated[bool, typer.Option("--dry-run", help="Visa vad som skulle raderas.")]
Yes = Annotated[bool, typer.Option("--yes", help="Fråga inte.")]


@erase.callback(invoke_without_command=True)
def erase_(
    context: typer.Context,
    *,
    again: Annotated[
        bool,
        typer.Option("--again", help="Efter en återställning: det som redan var raderat."),
    ] = False,
    no_list: Annotated[
        bool, typer.Option("--no-list", help="Med --again: inget är raderat än, så listan saknas.")
    ] = False,
) -> None:
    """Radera ett ärende eller en persons uppgifter, i varje tabell."""
    if context.invoked_subcommand is None:
        if not again:
            raise _stopped("ange case, person eller --again. Se samspel erase --help.")
        _say_of_retention(lambda them: them.erased_again(no_list=no_list))


@erase.command("case")
def erase_case(
    reference: Held,
    *,
    unpacked: Annotated[
        bool, typer.Option("--without-package", help="Skriv inget paket för arkivet först.")
    ] = False,
    dry_run: DryRun = False,
    yes: Yes = False,
) -> None:
    """Radera ett avslutat ärende och dess familj."""
    _erase("case", reference, packed=not unpacked, dry_run=dry_run, yes=yes)


@erase.command("person")
def erase_person(person: Somebody, *, dry_run: DryRun = False, yes: Yes = False) -> None:
    """Radera en persons uppgifter."""
    _erase("person", person, packed=False, dry_run=dry_run, yes=yes)


def _erase(what: str, name: str, *, packed: bool, dry_run: bool, yes: bool) -> None:
    if dry_run or not yes:
        _say_of_retention(lambda them: them.would_erase(what, name))
    if dry_run:
        return
    if not yes and not typer.confirm("Det går inte att ångra. Radera?"):
        raise _stopped("inget är raderat.")
    _say_of_retention(lambda them: them.erased(what, name, packed=packed))


def _say_of_retention(lines: Callable[[ModuleType], Iterator[str]]) -> None:
    """What goes when, line by line."""
    _database_url()
    from samspel import retention as them  # noqa: PLC0415

    _echo(lines, them)


def _echo(lines: Callable[[ModuleType], Iterator[str]], commands: ModuleType) -> None:
    try:
        for line in lines(commands):
            typer.echo(line)
    except commands.CannotDo as reason:
        raise _stopped(str(reason)) from None


def _notifier() -> ModuleType:
    """The notifier's app, which needs all of the notifier's settings."""
    from shared.settings import SettingsError  # noqa: PLC0415

    try:
        from services.notifier import app as notifier  # noqa: PLC0415
    except SettingsError as error:
        raise _stopped(str(error)) from None
    return notifier


def _to_the_side(line: str) -> None:
    """How far something long has come: beside what it says in the end."""
    typer.echo(line, err=True)


def _database_url() -> str:
    url = os.environ.get("SAMSPEL_DATABASE_URL")
    if not url:
        raise _stopped("SAMSPEL_DATABASE_URL saknas: vilken databas gäller det?")
    return url


def _stopped(line: str) -> typer.Exit:
    typer.echo(f"samspel: {line}", err=True)
    return typer.Exit(1)
