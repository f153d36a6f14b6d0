"""Mailpit's calls, so that this mailbox and a real Mailpit can stand in for each other."""

import json
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from fastapi import APIRouter, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import JSONResponse, PlainTextResponse, Response

from samspel.mailbox import words
from samspel.mailbox.letter import Letter, Part
from samspel.mailbox.store import Store, Stored, Summary
from samspel.mailbox.summary import people, summarise

HIGHEST_NUMBER = 10**9


def create_api(store: Store) -> APIRouter:
    router = APIRouter()

    @router.get("/livez")
    @router.get("/readyz")
    def ready() -> Response:
        store.count()
        return PlainTextResponse("ok")

    @router.get("/api/v1/messages")
    def messages(start: str = "", limit: str = "") -> Response:
        return _listed(store, natural(start, 0), natural(limit, 50) or 50)

    @router.delete("/api/v1/messages")
    async def delete(request: Request) -> Response:
        return await run_in_threadpool(_delete, store, await request.body())

    @router.get("/api/v1/message/{mail_id}")
    def message(mail_id: str) -> Response:
        return _one(store, mail_id)

    @router.get("/api/v1/message/{mail_id}/raw")
    def raw(mail_id: str, dl: str = "") -> Response:
        return _raw(store, mail_id, download=dl == "1")

    return router


def natural(number: str, otherwise: int) -> int:
    """A number from a query, or the default for anything else, as Mailpit does it."""
    if number.isascii() and number.isdigit() and len(number) < 20:
        return min(int(number), HIGHEST_NUMBER)
    return otherwise


def not_found() -> Response:
    return PlainTextResponse("404 page not found", status_code=404)


def _listed(store: Store, start: int, limit: int) -> Response:
    count = store.count()
    page = store.page(start, limit, summarise)
    return JSONResponse(
        {
            "total": count.total,
            "unread": count.unread,
            "count": len(page),
            "messages_count": count.total,
            "messages_unread": count.unread,
            "start": start,
            "tags": [],
            "messages": [_line(stored, summary) for stored, summary in page],
        }
    )


def _line(stored: Stored, summary: Summary) -> Summary:
    return {
        "ID": stored.id,
        "Read": stored.read,
        **{name: value for name, value in summary.items() if name != "Calendar"},
        "Created": _instant(stored.created),
        "Tags": [],
        "Size": stored.size,
    }


def _delete(store: Store, body: bytes) -> Response:
    """No body or no IDs means all, as in Mailpit; what can't be read deletes nothing."""
    try:
        wanted = json.loads(body) if body.strip() else {}
        ids = (wanted.get("IDs") if isinstance(wanted, dict) else None) or []
    except (ValueError, RecursionError):
        return PlainTextResponse("The body is not JSON", status_code=400)
    if not isinstance(wanted, dict) or not isinstance(ids, list):
        return PlainTextResponse('The body must be {"IDs": ["…"]}', status_code=400)
    if ids:
        store.delete(words.line(str(i)) for i in ids)
    else:
        store.delete_all()
    return PlainTextResponse("ok")


def _one(store: Store, mail_id: str) -> Response:
    found = store.get(mail_id)
    if found is None:
        return not_found()
    stored, raw = found
    store.mark_read(stored.id)
    letter = Letter(raw)
    return JSONResponse(
        {
            "ID": stored.id,
            "MessageID": letter.message_id,
            **people(letter, stored.envelope),
            "ReturnPath": words.line(stored.envelope.sender),
            "Subject": letter.subject,
            "ListUnsubscribe": _list_unsubscribe(letter),
            "Date": _date(letter, stored),
            "Tags": [],
            "Text": letter.text or "",
            "HTML": letter.html or "",
            "Size": stored.size,
            "Inline": [_part(p) for p in letter.parts if p.content_id and not p.is_attachment],
            "Attachments": [_part(part) for part in letter.attachments],
        }
    )


def _raw(store: Store, mail_id: str, *, download: bool) -> Response:
    found = store.get(mail_id)
    if found is None:
        return not_found()
    stored, raw = found
    headers = {"Content-Disposition": f'attachment; filename="{stored.id}.eml"'} if download else {}
    return Response(raw, media_type="text/plain", headers=headers)


def _part(part: Part) -> Summary:
    return {
        "PartID": str(part.number),
        "FileName": part.filename or part.content_id,
        "ContentType": part.content_type,
        "ContentID": part.content_id,
        "Size": len(part.content),
    }


def _list_unsubscribe(letter: Letter) -> Summary:
    return {
        "Header": letter.header("list-unsubscribe"),
        "Links": [],
        "Errors": "",
        "HeaderPost": letter.header("list-unsubscribe-post"),
    }


def _date(letter: Letter, stored: Stored) -> str:
    try:
        date = parsedate_to_datetime(letter.header("date"))
        return _instant(date if date.tzinfo else date.replace(tzinfo=UTC))
    except (*words.BROKEN, OverflowError):
        return _instant(stored.created)


def _instant(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
