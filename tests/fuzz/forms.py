"""Every form of every page, filled in as nobody would, by somebody who may send it.

The pages are opened once, and their forms read as a browser reads them; then each is sent with what
it holds and some fields changed. Whatever is sent: no failure of ours, nothing of it comes back as
markup, and what is refused has changed nothing.
"""

import random
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from html.parser import HTMLParser
from http import HTTPStatus
from urllib.parse import quote_plus

import httpx2 as httpx
import pytest
from psycopg import sql

from services.cases.domain.rights import Right
from services.cases.web.brake import Brake
from services.cases.web.staff.visits import KEY, TOKEN
from tests.fuzz.calls import Fuzzed
from tests.integration.cases_house import CasesHouse
from tests.support.everybody import Route, address, routes_of
from tests.support.signing_in import Visitor
from tests.support.things import kept_by_an_administrator, things_of_one_on_a_case

Pairs = list[tuple[str, str]]
_BY_RIGHT = {
    Right.COORDINATE: "stefan-norrby", Right.MANAGE: "margareta-sandstrom",
    Right.ADMINISTER: "", Right.OPERATE: "",
}  # fmt: skip
_OWNER = "anna-lindqvist"
_LEFT_OUT = ("/logga-ut", "/exempel/", "/demo/")  # they end the session, or move the time of all
_LATE = (
    "installningar", "stall-in", "hallet", "klar", "kasta", "ta-bort", "avsluta", "lamna-over",
)  # fmt: skip
# What may change with a no: who looked, what is kept half done on purpose, tries that are counted.
_MAY_CHANGE = {
    "cases.access_log", "cases.sessions", "cases.drafts", "cases.accounts", "cases.links",
    "cases.link_codes", "cases.import_drafts", "cases.sign_in_tries",
}  # fmt: skip
_MARKUP = "<b>zq</b>"
STRANGE = (
    "", " ", "0", "-1", "1e9", "9" * 40, "x" * 5000, "å" * 201, "\0", "a\0b", "a\r\nBcc: x@b",
    "\x85", "\u2028", "\u202e", "\ufeff", "\U0001f600", "\u0661\u0662", "2027-02-30", "9999-12-31",
    "0001-01-01", "2027-W10-1", "2027-03-09T13:00:00", "9999-12-31T23:59:59+00:00",
    "1900-01-01T00:00:00+14:00",
    "24.00", "13.00.00", "25:61", "null", "[]", "{}", "../../etc/passwd",
    "//b.example", "javascript:x", _MARKUP, "{{ 7*7 }}", "%00", "'; --",
    "00000000-0000-0000-0000-000000000000", "{00000000000040008000000000000000}",
)  # fmt: skip
# What is done to the whole; mostly nothing.
_WHAT = (*[""] * 6, "one less", "twice", "more", "no token", "parts", "no text")
# Bytes that stand for no text, as they are sent: half a character, and no UTF-8.
RAW = ("%ED%A0%80", "%FF%FE", "%C0%80", "%u0041", "%")


@dataclass(frozen=True, slots=True)
class Form:
    """A form of a page: where it goes, who sends it, and what a browser would send."""

    action: str
    route: str
    cookie: str
    fields: tuple[tuple[str, str], ...]
    files: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Filled:
    """What is sent: its fields as they were meant, and how they are written."""

    fields: Pairs
    body: bytes
    content_type: str


@dataclass(slots=True)
class _Reading(HTMLParser):
    page: str  # where a form goes that doesn't say
    found: list[tuple[str, Pairs, list[str]]] = field(default_factory=list)
    _choice: str = ""

    def __post_init__(self) -> None:
        HTMLParser.__init__(self)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        said = {name: value or "" for name, value in attrs}
        if tag == "form":
            posts = said.get("method", "").lower() == "post"
            self.found.append((said.get("action") or self.page if posts else "", [], []))
        if not self.found:
            return
        _, fields, files = self.found[-1]
        name, kind = said.get("name", ""), said.get("type", "text")
        if tag == "input" and name and kind == "file":
            files.append(name)
        elif tag == "textarea" and name:
            fields.append((name, "Ord"))
        elif tag in ("input", "button") and name:
            fields.append((name, said.get("value", "")))
        elif tag == "select":
            self._choice = name
        elif tag == "option" and self._choice:
            fields.append((self._choice, said.get("value", "")))

    def handle_endtag(self, tag: str) -> None:
        if tag == "select":
            self._choice = ""


def fuzz_forms(house: CasesHouse, *, examples: int, chance: int = 1) -> Fuzzed:
    """Each form so many times; `chance` is the seed."""
    fuzzed, by_chance = Fuzzed(), random.Random(chance)  # noqa: S311
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Brake, "_asked", lambda *_, **__: True)  # who sends often has to wait
        forms, everything = forms_of(house), _everything(house)
        stood = _stands(house, everything)
        for form in forms:
            for _ in range(examples):
                filled = _filled_in(form, by_chance)
                answer = _send(house, form, filled)
                stands = _stands(house, everything)
                changed = [name for name in stands if stands[name] != stood[name]]
                _judge(form, filled, answer, changed, fuzzed)
                stood = stands
    return fuzzed


def forms_of(house: CasesHouse) -> list[Form]:
    """Those of all pages that somebody on a case, and who has each right, can open."""
    ids = things_of_one_on_a_case(house)
    visitors = {_OWNER: house.visitor(_OWNER), "": house.visitor(None, "administrator")}
    ids = kept_by_an_administrator(house, visitors[""]) | ids
    found: dict[tuple[str, tuple[str, ...]], Form] = {}
    routes = list(routes_of(house.app))
    for route in routes:
        if route.method != "GET" or route.of_api:
            continue
        who = _BY_RIGHT.get(route.right, _OWNER) if route.right else _OWNER
        visitor = visitors.setdefault(who, house.visitor(who)) if who else visitors[""]
        for form in _forms_at(route, visitor, ids):
            found.setdefault((form.action, tuple(name for name, _ in form.fields)), form)
    return sorted(found.values(), key=lambda one: (_turn(one.action), one.action))


def _turn(action: str) -> int:
    """What takes away what others are about comes last."""
    return next((turn for turn, part in enumerate(_LATE, 1) if part in action), 0)


def _forms_at(route: Route, visitor: Visitor, ids: Mapping[str, str]) -> Iterator[Form]:
    at = address(route, ids)
    page = visitor.get(at)
    if page.status_code != 200 or "html" not in page.headers["content-type"]:
        return
    reading = _Reading(at)
    reading.feed(page.text)
    for action, fields, files in reading.found:
        if action and not any(one in action for one in _LEFT_OUT):
            cookie = "; ".join(
                [page.request.headers["cookie"], *(f"{n}={v}" for n, v in page.cookies.items())]
            )
            yield Form(action, route.name, cookie, tuple(fields), tuple(files))


def _filled_in(form: Form, by_chance: random.Random) -> Filled:
    """One of each field's values, and then some of them changed: as it is sent."""
    offered: dict[str, list[str]] = {}
    for name, value in form.fields:
        offered.setdefault(name, []).append(value)
    pairs = [(name, by_chance.choice(values)) for name, values in offered.items()]
    ours = [name for name in offered if name not in (TOKEN, KEY)]
    strange = set(by_chance.sample(ours, min(len(ours), by_chance.randrange(0, 4))))
    pairs = [(name, by_chance.choice(STRANGE) if name in strange else v) for name, v in pairs]
    what = by_chance.choice(_WHAT)
    if what == "one less":
        pairs.remove(by_chance.choice(pairs))
    elif what == "twice":
        pairs += [(by_chance.choice(list(offered)), by_chance.choice(STRANGE)) for _ in range(3)]
    elif what == "more":
        pairs += [("protected", "no"), ("role", "administrator"), ("\0", "x"), ("a[]", "1")]
    elif what == "no token":
        pairs = [(name, "" if name == TOKEN else value) for name, value in pairs]
    pairs = [(name, f"k{by_chance.random()}" if name == KEY else value) for name, value in pairs]
    if form.files or what == "parts":
        return _as_parts(pairs, form.files, by_chance)
    sent = [(quote_plus(name), quote_plus(value)) for name, value in pairs]
    if what == "no text":
        raw = {by_chance.choice(ours)} if ours else set()
        sent = [(name, by_chance.choice(RAW) if name in raw else value) for name, value in sent]
    body = "&".join(f"{name}={value}" for name, value in sent).encode()
    return Filled(pairs, body, "application/x-www-form-urlencoded")


def _as_parts(pairs: Pairs, files: tuple[str, ...], by_chance: random.Random) -> Filled:
    """As multipart; its charset may be one that makes half characters of ASCII."""
    charset = by_chance.choice(("", "; charset=utf-7", "; charset=utf-16", "; charset=zq"))
    parts = []
    for name, value in pairs:
        clean = name.replace("\0", "").replace('"', "")
        said = by_chance.choice((value, "+2AA-")) if charset else value
        parts.append(f'--zq\r\nContent-Disposition: form-data; name="{clean}"\r\n\r\n{said}\r\n')
    for name in files:
        file = by_chance.choice(("a.csv", "../a.csv", "å\u2028.pdf", ""))
        content = by_chance.choice(("", "code;name\n1", "%PDF-1.7", "\0" * 50, "\ufeffkod"))
        parts.append(
            f'--zq\r\nContent-Disposition: form-data; name="{name}"; filename="{file}"\r\n'
            f"Content-Type: text/csv\r\n\r\n{content}\r\n"
        )
    body = ("".join(parts) + "--zq--\r\n").encode()
    return Filled(pairs, body, f"multipart/form-data; boundary=zq{charset}")


def _send(house: CasesHouse, form: Form, filled: Filled) -> httpx.Response:
    house.client.cookies.clear()
    headers = {"Cookie": form.cookie, "Content-Type": filled.content_type, "Authorization": ""}
    return house.client.post(
        form.action, content=filled.body, headers=headers, follow_redirects=False
    )


def _judge(
    form: Form, filled: Filled, answer: httpx.Response, changed: list[str], fuzzed: Fuzzed
) -> None:
    call, status = f"{form.action} of {form.route}", answer.status_code
    fuzzed.asked[call] += 1
    fuzzed.statuses.setdefault(call, Counter())[status] += 1
    said = f"{status} {filled.content_type} {filled.body[:600]!r}"
    refused = status >= HTTPStatus.BAD_REQUEST
    tokens = [value for name, value in filled.fields if name == TOKEN]
    wrong = {
        "broken": status >= HTTPStatus.INTERNAL_SERVER_ERROR,
        "markup": _MARKUP in answer.text or ">49<" in answer.text,
        "taken without its token": not refused and tokens[:1] == [""],
        f"half saved, {changed}": refused and bool(changed),
    }
    for check, is_so in wrong.items():
        if is_so:
            fuzzed.fault(check, call, said)


def _stands(house: CasesHouse, everything: sql.Composed) -> dict[str, str]:
    """Every table by how many rows it has and which transactions have written them."""
    return {one["name"]: one["rows"] for one in house.rows(everything)}


def _everything(house: CasesHouse) -> sql.Composed:
    """One statement over all tables."""
    tables = house.rows(
        "SELECT schemaname AS of, tablename AS name FROM pg_tables"
        " WHERE schemaname NOT IN ('pg_catalog', 'information_schema') ORDER BY 1, 2"
    )
    query = sql.SQL("SELECT {} AS name, count(*) || ' ' || sum(xmin::text::bigint) AS rows FROM {}")
    names = [(one["of"], one["name"]) for one in tables]
    return sql.SQL(" UNION ALL ").join(
        query.format(".".join(name), sql.Identifier(*name))
        for name in names
        if ".".join(name) not in _MAY_CHANGE
    )
