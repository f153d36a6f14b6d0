"""What `samspel hold`, `export`, `erase` and `retention` do and say, in Swedish."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Literal
from uuid import UUID

import psycopg

from samspel.settings import STOCKHOLM
from services.cases.adapters.archive import ERASED, AnothersPackageError
from services.cases.adapters.archive_files import extract, package
from services.cases.adapters.package_folder import BrokenPackageError, write_package
from services.cases.app import open_accounts, open_retention
from services.cases.domain.refused import NotFound, Refused
from services.cases.domain.retention import (
    CALLED,
    HELD_BECAUSE,
    STAYS,
    Account,
    Because,
    Erased,
    Hold,
    LeftBehind,
    NoArchive,
    Unreadable,
)
from services.cases.handlers import retention as keeping
from services.cases.handlers.looking_through import look_through
from services.cases.handlers.retention import RetentionDesk, Rows
from shared.domain.retention import Term
from shared.municipality import MunicipalityError

_SERVER = "command"
_STAYS = {
    "cases.access_log": "vem som har sett ärendet: bara id, så länge planen säger",
    "cases.audit": "att det är raderat: bara id",
}
What = Literal["case", "person"]


class CannotDo(Exception):
    """One line in Swedish that says why, and what to do."""


class _Undone(Exception):
    """Leaves a unit of work with nothing changed."""


class _Nowhere:
    """An archive for a try: keeps nothing, and lists nothing."""

    def keep(self, rows: Rows, at: datetime, decision: str | None) -> None: ...
    def has(self, case_id: UUID) -> bool:  # noqa: ARG002 — there is nothing
        return False

    def note(self, erased: Erased) -> None: ...
    def erased(self) -> Iterator[Erased | Unreadable]:
        return iter(())


def held(name: str, because: Because, by: str | None, *, person: bool) -> Iterator[str]:
    """Hold a case or a report by its reference, or a person by id or address. Raises CannotDo."""
    with _desk(by) as desk:
        matter, who = _to_hold(name, desk, person=person)
        new = keeping.place_hold(matter, who, because, desk)
    yield "Det hålls kvar tills det hävs." if new else "Det hölls redan av det skälet."


def lifted(name: str, by: str | None, *, person: bool) -> Iterator[str]:
    """Lift every hold of it. Raises CannotDo."""
    with _desk(by) as desk:
        matter, who = _to_hold(name, desk, person=person)
        count = keeping.lift_holds(matter, who, desk)
    yield "Det hålls inte längre." if count else "Det hölls inte."


def holds() -> Iterator[str]:
    """Every hold in a line of its own."""
    with _desk() as desk:
        found = desk.keeping.holds()
    yield from (_hold(one) for one in found)
    if not found:
        yield "Inget hålls."


def exported(what: What, name: str, to: Path) -> Iterator[str]:
    """Write a package of a case, or an extract of one person, to a new folder. Raises CannotDo."""
    if to.exists():
        raise CannotDo(f"{to} finns redan. Ange en ny mapp.")
    with _desk() as desk:
        case_id, person = _found(name, desk, person=what == "person")
        if case_id is not None:
            desk.keeping.log(desk.actor, case_id, "package", desk.now)
            files = package(desk.keeping.rows_of_case(case_id), desk.now, None)
        else:
            assert person is not None
            desk.audit.note(None, "person.exported", None, {"person": str(person)})
            files = extract(desk.keeping.rows_of_person(person), desk.now)
        _written(to, files)
    yield from (f"{to / one}" for one in sorted(files))
    yield "Det är hemligt: lägg det där bara den som ska ha det kommer åt det."


def would_erase(what: What, name: str) -> Iterator[str]:
    """What would go, table by table, with nothing changed. Raises CannotDo."""
    account = _erased(what, name, packed=False, dry=True)
    yield "Det här skulle raderas:"
    yield from _gone(account)


def erased(what: What, name: str, *, packed: bool) -> Iterator[str]:
    """Erase it, look through every table, and say what went and what stays.

    Raises CannotDo, also at the end if something is left where it shouldn't.
    """
    account = _erased(what, name, packed=packed, dry=False)
    yield "Raderat:"
    yield from _gone(account)
    if what == "person" and not account.gone.get("cases.people"):
        yield "  Personens rad är tömd och har kvar sitt id: sådant som står kvar nämner det."
    yield from _left(account)


def erased_again(*, no_list: bool) -> Iterator[str]:
    """After a restore: what had gone before, and came back with the backup.

    `no_list`: it is expected that nothing has gone yet. Raises CannotDo, also at the end if
    something stayed or couldn't be read.
    """
    listed, unread = _listed(no_list=no_list)
    yield from (f"Rad {one.line} i {ERASED} går inte att läsa." for one in unread)
    with _desk() as desk:
        back = [one for one in _newest(listed) if desk.keeping.exists(one.id)]
    again, stayed = 0, 0
    for one in back:
        try:
            with _desk() as desk:
                again += keeping.erase_again(desk, one)
        except CannotDo as reason:
            stayed += 1
            yield f"{one.what} {one.id} är kvar: {reason}"
    summed = f"{len(listed)} på listan, {again} raderade igen, {stayed} kvar."
    if unread:
        raise CannotDo(
            f"{summed} {len(unread)} rader går inte att läsa: ta dem från en äldre kopia av listan,"
            " eller ta bort dem om de är halva rader efter ett avbrott, och kör igen."
        )
    if stayed:
        raise CannotDo(summed)
    yield summed


def _listed(*, no_list: bool) -> tuple[list[Erased], list[Unreadable]]:
    with _desk() as desk:
        if desk.archive is None:
            raise CannotDo(NoArchive().detailed("sv"))
        try:
            found = list(desk.archive.erased())
        except FileNotFoundError:
            found = []
    if not found and not no_list:
        raise CannotDo(
            f"{ERASED} saknas eller är tom i SAMSPEL_ARCHIVE. Är mappen monterad? Om inget har"
            " raderats än: samspel erase --again --no-list"
        )
    return (
        [one for one in found if isinstance(one, Erased)],
        [one for one in found if isinstance(one, Unreadable)],
    )


def _newest(listed: Iterable[Erased]) -> Iterable[Erased]:
    """Each id once, as it went last: an erasure that broke off stands there, too."""
    return {(one.what, one.id): one for one in sorted(listed, key=lambda one: one.at)}.values()


def shown() -> Iterator[str]:
    """The plan, what is due by it, and what is held. Raises CannotDo."""
    with _desk() as desk:
        plan, today = desk.plan, desk.today
        due = keeping.due_matters(desk, 100_000)
        stood = desk.keeping.holds()
    if plan is None:
        yield "Kommunen har ingen gallringsplan i municipality.toml: inget gallras."
    else:
        yield f"Plan: {plan.decision}, gäller från {plan.valid_from}."
        for name, called in CALLED.items():
            yield f"  {called.sv}: {_term(getattr(plan, name))}"
        yield f"{len(due)} ärenden har gått ut ({today})."
    if desk.archive is None:
        yield "SAMSPEL_ARCHIVE är inte satt: inget gallras."
    yield f"{len(stood)} hålls kvar."


def _erased(what: What, name: str, *, packed: bool, dry: bool) -> Account:
    account = Account({})
    try:
        with _desk() as desk:
            tried = replace(desk, archive=_Nowhere()) if dry and desk.archive else desk
            case_id, person = _found(name, desk, person=what == "person")
            if case_id is not None:
                account = keeping.erase_case(case_id, "hand", tried, packed=packed)
            elif person is not None:
                account = keeping.erase_person(person, "hand", tried)
            _leave_undone(dry=dry)
    except _Undone:
        pass
    return account


def _leave_undone(*, dry: bool) -> None:
    if dry:
        raise _Undone


def _gone(account: Account) -> Iterator[str]:
    for place, rows in sorted(account.gone.items()):
        if rows:
            yield f"  {rows:>6}  {place}"


def _left(account: Account) -> Iterator[str]:
    """Of what has gone, in every table. Raises CannotDo if it stands where it shouldn't."""
    with _desk(each_alone=True) as desk:
        left = look_through(account.ids, lambda _, read: read(desk), lambda: None)
    for place, rows in sorted(left.items()):
        yield f"Kvar: {rows} i {place} ({_STAYS.get(place, 'okänt')})"
    if unexpected := sorted(left.keys() - STAYS):
        raise CannotDo(LeftBehind(places=", ".join(unexpected)).detailed("sv"))


def _hold(hold: Hold) -> str:
    what = hold.reference or f"person {hold.person}"
    since = f"{hold.placed_at.astimezone(STOCKHOLM):%Y-%m-%d}"
    by = "vid servern" if hold.placed_by == _SERVER else hold.placed_by
    return f"{what}: {HELD_BECAUSE[hold.because].sv}, sedan {since}, av {by}"


def _term(term: Term | None) -> str:
    if term is None:
        return "stannar"
    return f"{term.years} år" if term.years else f"{term.months} månader"


def _written(to: Path, files: dict[str, bytes]) -> None:
    try:
        write_package(to, files)
    except (OSError, BrokenPackageError) as error:
        raise CannotDo(f"{to} kan inte skrivas ({type(error).__name__}).") from None


def _found(
    name: str, desk: RetentionDesk, *, person: bool
) -> tuple[UUID, None] | tuple[None, UUID]:
    return (None, desk.person(name)) if person else (desk.case(name), None)


def _to_hold(
    name: str, desk: RetentionDesk, *, person: bool
) -> tuple[UUID, None] | tuple[None, UUID]:
    return (None, desk.person(name)) if person else (desk.held(name), None)


@contextmanager
def _desk(by: str | None = None, *, each_alone: bool = False) -> Iterator[RetentionDesk]:
    """Refusals and bad files as one line; leaving it by an error changes nothing."""
    try:
        with open_retention(_actor(by), each_alone=each_alone) as desk:
            yield desk
    except NotFound:
        raise CannotDo("Det finns inget sådant ärende eller ingen sådan person.") from None
    except Refused as refused:
        raise CannotDo(refused.detailed("sv")) from None
    except MunicipalityError as error:
        raise CannotDo(" ".join(error.problems)) from None
    except AnothersPackageError as error:
        raise CannotDo(
            f"Inget är ändrat: {error} i arkivmappen är inte ärendets eget paket. Flytta det till"
            " kommunens arkiv och försök igen."
        ) from None
    except (OSError, BrokenPackageError) as error:
        raise CannotDo(f"Inget är ändrat: {type(error).__name__} i arkivmappen.") from None
    except psycopg.Error as error:  # what it says may name somebody
        name = type(error).__name__
        raise CannotDo(f"Fel i databasen ({name}). Försök igen, eller se dess logg.") from None


def _actor(by: str | None) -> str:
    if by is None:
        return _SERVER
    with open_accounts() as accounts:
        account = accounts.accounts.find(by.lower())
    if account is None:
        raise CannotDo(f"Det finns inget konto {by}. Se alla: samspel user list")
    return f"account:{account.id}" if account.person is None else f"person:{account.person}"
