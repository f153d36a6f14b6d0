"""`samspel hold`, `retention`, `export` and `erase`: what stays, and what goes."""

from collections.abc import Callable, Iterator
from enum import StrEnum
from pathlib import Path
from types import ModuleType
from typing import Annotated

import typer

from samspel.commands.common import database_url, say, stopped

hold = typer.Typer(help="Ärenden och personer som hålls kvar från gallring.", no_args_is_help=True)
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


def retention() -> None:
    """Visa gallringsplanen, hur mycket som har gått ut, och hur mycket som hålls kvar."""
    _say_of_retention(lambda them: them.shown())


export = typer.Typer(help="Skriv ut det som finns om ett ärende eller en person.")
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
            raise stopped("ange case, person eller --again. Se samspel erase --help.")
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
        raise stopped("inget är raderat.")
    _say_of_retention(lambda them: them.erased(what, name, packed=packed))


def _say_of_retention(lines: Callable[[ModuleType], Iterator[str]]) -> None:
    """What goes when, line by line."""
    database_url()
    from samspel import retention as them  # noqa: PLC0415

    say(lines, them)
