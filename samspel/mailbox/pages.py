"""The mailbox as people see it: the list, one mail, its formatted text, its attachments."""

from typing import Any
from urllib.parse import quote

from fastapi import APIRouter
from fastapi.responses import HTMLResponse, Response
from jinja2 import Environment, PackageLoader, StrictUndefined

from samspel.mailbox import event, swedish, words
from samspel.mailbox.api import natural
from samspel.mailbox.letter import Letter, Part
from samspel.mailbox.store import Store, Stored, Summary
from samspel.mailbox.summary import summarise

PAGE = 50
LONGEST_TEXT = 200_000

# The mail's own HTML: no script, no request to anywhere; a link opens a tab of its own.
_SANDBOX = "allow-popups allow-popups-to-escape-sandbox"
_HTML_PART_POLICY = (
    f"sandbox {_SANDBOX}; default-src 'none'; style-src 'unsafe-inline'; img-src data:; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'self'"
)

_templates = Environment(
    loader=PackageLoader("samspel.mailbox"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)
_templates.filters.update(moment=swedish.moment, size=swedish.size)


def create_pages(store: Store) -> APIRouter:
    router = APIRouter(default_response_class=HTMLResponse)

    @router.get("/")
    def mailbox(sida: str = "") -> Response:
        return _mailbox(store, max(natural(sida, 1), 1))

    @router.get("/mejl/{mail_id}")
    def mail(mail_id: str) -> Response:
        return _mail(store, mail_id)

    @router.get("/mejl/{mail_id}/html")
    def html(mail_id: str) -> Response:
        return _html(store, mail_id)

    @router.get("/mejl/{mail_id}/bilaga/{number}")
    def attachment(mail_id: str, number: str) -> Response:
        return _attachment(store, mail_id, natural(number, -1))

    return router


def nothing_here() -> Response:
    return _render("nothing.html", status=404)


def _mailbox(store: Store, number: int) -> Response:
    count = store.count()
    last = max(1, -(-count.total // PAGE))
    number = min(number, last)
    start = (number - 1) * PAGE
    rows = [_row(stored, summary) for stored, summary in store.page(start, PAGE, summarise)]
    return _render(
        "mailbox.html", rows=rows, count=count, page=number, last=last, first_row=start + 1
    )


def _row(stored: Stored, summary: Summary) -> dict[str, Any]:
    calendar = summary["Calendar"]
    # Who is only in the envelope got the mail too, so the list says so.
    recipients = [*summary["To"], *summary["Cc"], *summary["Bcc"]]
    return {
        "stored": stored,
        "subject": summary["Subject"],
        "snippet": summary["Snippet"],
        "recipients": [person["Name"] or person["Address"] for person in recipients],
        "method": event.Method(calendar["Method"], calendar["Sequence"]) if calendar else None,
        "attachments": summary["Attachments"],
    }


def _mail(store: Store, mail_id: str) -> Response:
    found = store.get(mail_id)
    if found is None:
        return nothing_here()
    stored, raw = found
    store.mark_read(stored.id)
    letter = Letter(raw)
    text, source = letter.text, letter.calendar.text if letter.calendar else None
    return _render(
        "mail.html",
        stored=stored,
        sender=words.line(stored.envelope.sender),
        recipients=[words.line(recipient) for recipient in stored.envelope.recipients],
        letter=letter,
        people={name: letter.addresses(name) for name in ("from", "to", "cc", "reply-to")},
        text=None if text is None else text[:LONGEST_TEXT],
        text_is_cut=text is not None and len(text) > LONGEST_TEXT,
        calendar_source=source and source[:LONGEST_TEXT],
        card=event.card(source) if source else None,
        sandbox=_SANDBOX,
    )


def _html(store: Store, mail_id: str) -> Response:
    found = store.get(mail_id)
    html = Letter(found[1]).html if found else None
    if html is None:
        return nothing_here()
    # Without a target a link would open inside the frame, where no page works.
    page = f'<!doctype html><meta charset="utf-8"><base target="_blank">{html}'
    return HTMLResponse(page, headers={"Content-Security-Policy": _HTML_PART_POLICY})


def _attachment(store: Store, mail_id: str, number: int) -> Response:
    found = store.get(mail_id)
    parts = Letter(found[1]).parts if found else []
    if not 0 <= number < len(parts):
        return nothing_here()
    name = quote(_file_name(parts[number]), safe="")
    return Response(
        parts[number].content,
        # Never the type that the mail claims: a browser might run it.
        media_type="application/octet-stream",
        headers={"Content-Disposition": f"attachment; filename*=UTF-8''{name}"},
    )


def _file_name(part: Part) -> str:
    name = part.filename.replace("\\", "/").rsplit("/", 1)[-1].strip(". ")[:120]
    return name or f"bilaga-{part.number + 1}"


def _render(template: str, *, status: int = 200, **values: object) -> Response:
    return HTMLResponse(_templates.get_template(template).render(values), status_code=status)
