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


def _database_url() -> str:
    url = os.environ.get("SAMSPEL_DATABASE_URL")
    if not url:
        raise _stopped("SAMSPEL_DATABASE_URL saknas: vilken databas gäller det?")
    return url


def _stopped(line: str) -> typer.Exit:
    typer.echo(f"samspel: {line}", err=True)
    return typer.Exit(1)
