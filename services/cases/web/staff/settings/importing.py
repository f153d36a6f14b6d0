"""People and posts from files: sent, previewed in words, and then read in."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Annotated, Any
from uuid import UUID, uuid4

from fastapi import APIRouter, Depends, Query
from fastapi.responses import Response

from services.cases.domain.importing import Change
from services.cases.domain.refused import NotFound, Words
from services.cases.domain.rights import Right
from services.cases.handlers.importing import Imported, import_desk, import_files
from services.cases.handlers.ports import Desk
from services.cases.handlers.reading import Views
from services.cases.web.staff.room import Room
from services.cases.web.staff.visits import Notice, Visit
from shared.register import Holder, MunicipalityError, Register

_PATH = "/installningar/las-in"
_PEOPLE = "/installningar/personer"
# Reads the files that were sent, with what stands for the others. Raises MunicipalityError.
ReadFiles = Callable[[Mapping[str, bytes], Register], Register]

FILES = {
    "people.csv": Words("Personer (people.csv)", "People (people.csv)"),
    "posts.csv": Words("Tjänster (posts.csv)", "Posts (posts.csv)"),
    "holders.csv": Words("Vem som har tjänsten (holders.csv)", "Who holds them (holders.csv)"),
    "units.csv": Words("Enheter (units.csv)", "Units (units.csv)"),
    "places.csv": Words("Platser (places.csv)", "Places (places.csv)"),
}
_PARTS = {
    "units": Words("Enheter", "Units"),
    "places": Words("Platser", "Places"),
    "people": Words("Personer", "People"),
    "posts": Words("Tjänster", "Posts"),
    "holders": Words("Innehavare", "Holders"),
}
_KINDS = {
    "new": ("+", Words("ny", "new")),
    "changed": ("~", Words("ändras", "changes")),
    "ended": ("−", Words("avslutas", "ends")),
    "removed": ("−", Words("tas bort", "goes")),
}
_FIELDS = {
    "name": Words("namn", "name"),
    "kind": Words("sort", "kind"),
    "organisation": Words("organisation", "organisation"),
    "parent": Words("överordnad enhet", "unit above"),
    "unit": Words("enhet", "unit"),
    "public_text": Words("text", "text"),
    "email": Words("e-post", "mail address"),
    "phone": Words("telefon", "phone"),
    "calendar": Words("kalender", "calendar"),
    "role": Words("roll", "role"),
    "reports_to": Words("chef", "manager"),
    "first_day": Words("första dag", "first day"),
    "last_day": Words("sista dag", "last day"),
}
_NONE_SENT = Words("Välj minst en fil.", "Choose at least one file.")
NOTICES = {
    "inlast": Notice(
        Words(
            "Filerna är inlästa. Det gäller från och med nu.",
            "The files are read in. They count from now on.",
        )
    ),
}
_SHOWN = 200


@dataclass(frozen=True, slots=True)
class Row:
    """One change in words; `fields` are those that are others, with what they were and become."""

    sign: str
    kind: Words
    name: str
    fields: Sequence[tuple[Words, str, str]]


@dataclass(frozen=True, slots=True)
class Part:
    """The changes of one file; `more` aren't shown."""

    title: Words
    rows: Sequence[Row]
    more: int


def make_import_pages(room: Room, read_files: ReadFiles) -> APIRouter:
    """Send, see, say yes."""
    router = APIRouter(include_in_schema=False, prefix=_PATH)
    seen, acting = Depends(room.visits(Right.ADMINISTER)), Depends(room.acts(Right.ADMINISTER))

    @router.get("")
    def form(
        visit: Annotated[Visit, seen], utkast: Annotated[UUID | None, Query()] = None
    ) -> Response:
        return _form(visit) if utkast is None else _previewed(utkast, visit, read_files)

    @router.post("")
    def send(visit: Annotated[Visit, acting]) -> Response:
        return _send(visit, read_files)

    @router.post("/{draft_id}")
    def confirm(draft_id: UUID, visit: Annotated[Visit, acting]) -> Response:
        def work(desk: Desk, _: Views) -> dict[str, bool]:
            done = _imported(draft_id, desk, read_files, dry_run=False)
            desk.import_drafts.drop(draft_id)
            return {"done": done is not None}

        done = visit.administer(work)
        if done.refused is not None or not done.body["done"]:
            return visit.back(_PATH)
        return visit.back(_PEOPLE, "inlast")

    return router


def _form(
    visit: Visit, *, problems: Sequence[str] = (), wrong: Mapping[str, Words] | None = None
) -> Response:
    return visit.page(
        "staff/settings/import.html",
        wrong=wrong,
        files=FILES,
        problems=problems,
        status=422 if problems else 200,
    )


def _previewed(draft_id: UUID, visit: Visit, read_files: ReadFiles) -> Response:
    found = visit.survey(
        "settings.import", lambda desk, _: _imported(draft_id, desk, read_files, dry_run=True)
    )
    if found is None:
        return visit.back(_PATH)
    return visit.page(
        "staff/settings/import_preview.html",
        imported=found,
        parts=list(parts_of(found)),
        draft_id=draft_id,
    )


def _send(visit: Visit, read_files: ReadFiles) -> Response:
    """What is wrong is told by file and line; what can be read waits for a yes."""
    sent = {name: found[0].content for name in FILES if (found := visit.form.files.get(name))}
    if not sent:
        return _form(visit, wrong={"people.csv": _NONE_SENT})
    problems = visit.survey("settings.import", lambda desk, _: _problems(sent, desk, read_files))
    if problems:
        return _form(visit, problems=problems)
    texts = {name: content.decode("utf-8-sig") for name, content in sent.items()}
    draft = uuid4()

    def work(desk: Desk, _: Views) -> dict[str, str]:
        desk.import_drafts.keep(draft, texts)
        return {"draft": str(draft)}

    done = visit.administer(work)
    if done.refused is not None:
        return _form(visit)
    return visit.back(f"{_PATH}?utkast={done.body['draft']}")


def _problems(sent: Mapping[str, bytes], desk: Desk, read_files: ReadFiles) -> Sequence[str]:
    try:
        read_files(sent, desk.files.read())
    except MunicipalityError as error:
        return error.problems
    return ()


def _imported(
    draft_id: UUID, desk: Desk, read_files: ReadFiles, *, dry_run: bool
) -> Imported | None:
    """What the files change, or would; None if they are nobody's, or have been kept too long."""
    kept = desk.import_drafts.find(draft_id)
    if kept is None:
        return None
    sent = {name: text.encode() for name, text in kept.items()}
    try:
        register = read_files(sent, desk.files.read())
    except MunicipalityError:  # what stands has changed since
        raise NotFound from None
    return import_files(register, import_desk(desk), dry_run=dry_run)


def parts_of(imported: Imported) -> Iterator[Part]:
    """The changes file by file, in words."""
    for part, title in _PARTS.items():
        changes: Sequence[Change] = getattr(imported.changes, part)
        if changes:
            rows = [_row(one) for one in changes[:_SHOWN]]
            yield Part(title, rows, max(0, len(changes) - _SHOWN))


def _row(change: Change) -> Row:
    sign, kind = _KINDS[change.kind]
    row = change.after or change.before
    fields = [
        (_FIELDS[name], _value(change.before, name), _value(change.after, name))
        for name in change.fields
        if name in _FIELDS and name != "calendar"  # its address is a secret
    ]
    if isinstance(row, Holder):
        fields = fields or [(_FIELDS["first_day"], "", _value(row, "first_day"))]
    return Row(sign, kind, _name(row), fields)


def _name(row: Any) -> str:
    if isinstance(row, Holder):
        return f"{row.post}: {row.person}"
    return str(getattr(row, "name", "") or row.code)


def _value(row: Any, name: str) -> str:
    value = getattr(row, name)
    return value.isoformat() if isinstance(value, date) else str(value or "")
