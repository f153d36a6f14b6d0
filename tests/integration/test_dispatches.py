"""What is sent to every rektor, and confirmed by each: API, database, a year of it (R28-R31)."""

from base64 import b64encode
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import psycopg
import pytest

from shared.ids import staff_id
from tests.integration.cases_house import CasesHouse, Json
from tests.integration.test_cases_inquiries import ACTING
from tests.support.beginnings import Beginnings
from tests.support.town import Town, a_town

REKTOR_POST = "rektor-bjorkskolan"


def ident(code: str) -> str:
    return str(staff_id(code))


REKTOR = ident("anna-lindqvist")


def in_post(cases: CasesHouse | Town, post: str) -> str:
    held = cases.rows("SELECT person_id FROM cases.holders WHERE post = %s", post)
    return str(held[0]["person_id"])


def pdf(name: str = "råd.pdf", content: bytes = b"%PDF-1.7 hej") -> Json:
    return {
        "name": name,
        "media_type": "application/pdf",
        "content": b64encode(content).decode(),
    }


def material(cases: CasesHouse | Town, **changes: Any) -> Json:
    return {
        "kind": "material",
        "title": "Föräldrastöd hösten 2027",
        "by": in_post(cases, "avdelningschef-ifo"),
        "files": [pdf()],
    } | changes


def acting(cases: CasesHouse, person: str, path: str, body: Json | None = None) -> Any:
    headers = {ACTING: person}
    if body is None:
        return cases.client.get(f"/api/v1/{path}", headers=headers)
    return cases.client.post(f"/api/v1/{path}", json=body, headers=headers)


def test_R28_R29_it_goes_to_every_rektor_who_each_confirm(cases: CasesHouse) -> None:
    """R28: a dispatch is a duty of every rektor's post, by a day, and is told."""
    sent = cases.post("dispatches", material(cases), 201)
    assert (sent["rule"], sent["due_on"], sent["sent_on"]) == ("R28", "2027-03-22", "2027-03-01")
    posts = [one["post"] for one in sent["posts"]]
    assert posts == [
        row["code"]
        for row in cases.rows("SELECT code FROM cases.posts WHERE role = 'rektor' ORDER BY code")
    ]
    assert sent["progress"] == {"asked": len(posts), "confirmed": 0, "late": 0}
    duties = [one for one in cases.get("tasks") if one["dispatch"] == sent["id"]]
    assert {one["kind"] for one in duties} == {"pass-on"}
    assert {(one["rule"], one["due_on"]) for one in duties} == {("R29", "2027-03-22")}
    path = f"dispatches/{sent['id']}/confirmations"
    after = cases.post(path, {"post": REKTOR_POST})
    assert after["progress"]["confirmed"] == 1
    again = cases.post(path, {"post": REKTOR_POST, "by": REKTOR})
    assert again == after
    (kept,) = [one for one in again["posts"] if one["confirmed_at"]]
    assert (kept["post"], kept["owner"]) == (REKTOR_POST, REKTOR)
    assert cases.get(f"dispatches/{sent['id']}") == again
    notes = cases.rows("SELECT action, rule FROM cases.audit ORDER BY id OFFSET 1")
    assert [(one["action"], one["rule"]) for one in notes] == [
        ("dispatch.send", "R28"), ("dispatch.confirm", "R29"),
    ]  # fmt: skip


def test_R29_it_can_be_ticked_off_too_and_becomes_late(cases: CasesHouse) -> None:
    """R29: the task of a post is its confirmation."""
    sent = cases.post("dispatches", material(cases, kind="information"), 201)
    assert (sent["rule"], sent["due_on"]) == ("R30", "2027-03-15")
    task = next(one for one in cases.get("tasks") if one["owner"] == REKTOR)
    cases.post(f"tasks/{task['id']}/done")
    cases.set_clock("2027-03-16T08:00:00+01:00")
    shown = cases.get(f"dispatches/{sent['id']}")
    state = {one["post"]: (bool(one["confirmed_at"]), one["late"]) for one in shown["posts"]}
    assert state.pop(REKTOR_POST) == (True, False)
    assert set(state.values()) == {(False, True)}
    assert shown["progress"]["late"] == len(state)


def test_R28_its_files_are_read_by_those_it_was_sent_to(cases: CasesHouse) -> None:
    """R28: a file is downloaded, never shown, and never stands in a mail."""
    files = [pdf("../råd och stöd.pdf"), pdf("råd och stöd.pdf")]
    sent = cases.post("dispatches", material(cases, files=files), 201)
    first, second = sent["files"]
    assert (first["name"], second["name"]) == ("råd och stöd.pdf", "råd och stöd (2).pdf")
    assert first["size"] == len(b"%PDF-1.7 hej")
    answer = acting(cases, REKTOR, f"dispatches/{sent['id']}/files/{first['id']}")
    assert (answer.content, answer.headers["content-type"]) == (b"%PDF-1.7 hej", "application/pdf")
    assert answer.headers["content-disposition"] == (
        "attachment; filename*=UTF-8''r%C3%A5d%20och%20st%C3%B6d.pdf"
    )
    assert answer.headers["x-content-type-options"] == "nosniff"
    other = cases.post("dispatches", material(cases, files=[]), 201)
    for path in (
        f"dispatches/{other['id']}/files/{first['id']}",
        f"dispatches/{sent['id']}/files/{sent['id']}",
    ):
        assert cases.client.get(f"/api/v1/{path}").status_code == 404


def test_X16_of_people_only_the_sender_the_asked_and_the_callers_see_it(cases: CasesHouse) -> None:
    """R28: somebody else gets the same 404 as for a dispatch that there isn't."""
    sender = in_post(cases, "familjebehandlare-1")
    sent = cases.post("dispatches", material(cases, kind="information", by=sender), 201)
    path = f"dispatches/{sent['id']}"
    for person in (
        sender,
        REKTOR,
        *(in_post(cases, one) for one in ("elevhalsochef", "enhetschef-ifo")),
    ):
        assert acting(cases, person, path).status_code == 200
        assert [one["id"] for one in acting(cases, person, "dispatches").json()] == [sent["id"]]
    teacher = in_post(cases, "larare-bjorkskolan")
    assert acting(cases, teacher, path).status_code == 404
    assert acting(cases, teacher, "dispatches").json() == []
    for person in (teacher, in_post(cases, "rektor-kotten")):
        confirmed = acting(cases, person, f"{path}/confirmations", {"post": REKTOR_POST})
        assert confirmed.status_code == 404
    body = {"post": REKTOR_POST, "by": teacher}
    assert acting(cases, REKTOR, f"{path}/confirmations", body).status_code == 409
    assert acting(cases, REKTOR, "dispatches", material(cases)).status_code == 409


def test_R28_R30_of_people_only_social_services_and_the_callers_send(cases: CasesHouse) -> None:
    """R28, R30: the others are told who does; a system answers for itself."""
    police = next(
        one["id"]
        for one in cases.get("people")
        if one["posts"] and {post["organisation"] for post in one["posts"]} == {"police"}
    )
    senders = [
        in_post(cases, post)
        for post in ("avdelningschef-ifo", "enhetschef-ifo", "elevhalsochef", "familjebehandlare-1")
    ]
    for kind, rule in (("material", "R28"), ("information", "R30")):
        for person in senders:
            sent = acting(cases, person, "dispatches", material(cases, kind=kind, by=person))
            assert sent.status_code == 201, sent.text
        for person in (police, REKTOR, in_post(cases, "larare-bjorkskolan")):
            refused = acting(cases, person, "dispatches", material(cases, kind=kind, by=person))
            assert (refused.status_code, refused.json()["rule"]) == (409, rule)
            assert refused.json()["type"].endswith("not-yours-to-send")
            assert "elevhälsochef" in refused.json()["detail"]
        cases.post("dispatches", material(cases, kind=kind, by=REKTOR), 201)


def test_R29_who_comes_into_a_post_finds_it_waiting(cases: CasesHouse) -> None:
    """R29: it was sent to posts; one that was vacant, and has nobody in place, is told later."""
    post = "rektor-kotten"
    above = ["skolchef", post]
    cases.execute("DELETE FROM cases.holders WHERE post = ANY (%s)", above)
    sent = cases.post("dispatches", material(cases), 201)
    (waiting,) = [one for one in sent["posts"] if one["post"] == post]
    assert waiting["owner"] is None
    refused = cases.post(f"dispatches/{sent['id']}/confirmations", {"post": post}, 422)
    assert refused["errors"][0]["field"] == "by"
    new = in_post(cases, "larare-bjorkskolan")
    cases.post(f"posts/{post}/holders", {"person": new, "first_day": "2027-03-01"}, 201)
    assert acting(cases, new, f"dispatches/{sent['id']}").status_code == 200
    told = cases.rows("SELECT data FROM bus.events WHERE type = 'duty.arose' ORDER BY id")
    assert told[-1]["data"]["person_id"] == new


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"kind": "duty-to-report"}, "kind"),
        ({"kind": "nothing"}, "kind"),
        ({"title": "två\nrader"}, "title"),
        ({"title": "x" * 201}, "title"),
        ({"title": "\u202e"}, "title"),
        ({"by": "6b0f6ff6-7a32-5f1e-9a50-2b8e2d1f6a10"}, "by"),
        ({"files": [pdf()] * 11}, "files"),
        ({"files": [pdf() | {"content": "å"}]}, "files.0.content"),
        ({"files": [pdf() | {"content": "a==="}]}, "files.0.content"),
        ({"files": [pdf() | {"content": 7}]}, "files.0.content"),
        ({"files": [pdf("x.exe")]}, "files.0.name"),
        ({"files": [pdf(), pdf() | {"media_type": "text/html"}]}, "files.1.media_type"),
        ({"files": [pdf(content=b"MZ")]}, "files.0.content"),
    ],
)
def test_R28_what_is_wrong_is_named_and_nothing_is_sent(
    cases: CasesHouse, changes: Json, field: str
) -> None:
    """R28: unknown kinds, other files and other people are refused."""
    before = cases.saved()
    refused = cases.post("dispatches", material(cases, **changes), 422)
    assert [one["field"] for one in refused["errors"]] == [field]
    assert cases.saved() == before


def test_a_dispatch_may_be_larger_than_any_other_request(cases: CasesHouse) -> None:
    """R28: 30 MB on this path alone; a file of 10 MB."""
    large = pdf(content=b"%PDF-" + b"x" * (9 * 2**20))
    sent = cases.post("dispatches", material(cases, files=[large]), 201)
    assert sent["files"][0]["size"] == 9 * 2**20 + 5
    over = pdf(content=b"%PDF-" + b"x" * (11 * 2**20))
    refused = cases.post("dispatches", material(cases, files=[over]), 422)
    assert refused["errors"][0]["field"] == "files.0.content"
    cases.post("dispatches", material(cases, files=[large] * 3), 413)
    path = f"dispatches/{sent['id']}/confirmations"
    cases.post(path, {"post": REKTOR_POST, "by": "x" * 300_000}, 413)


def test_dispatches_come_page_by_page(cases: CasesHouse) -> None:
    """R28: in the order in which they were sent."""
    made = [cases.post("dispatches", material(cases), 201)["id"] for _ in range(3)]
    page = cases.client.get("/api/v1/dispatches?limit=2")
    following = page.headers["link"].split(";")[0].strip("<>")
    rest = cases.client.get(following).json()
    assert {one["id"] for one in (*page.json(), *rest)} == set(made)
    assert len(page.json()) == 2


def test_the_same_key_sends_once(cases: CasesHouse) -> None:
    """R28: repeated with its Idempotency-Key, it is one dispatch."""
    body, headers = material(cases), {"Idempotency-Key": "k"}
    first, second = (
        cases.client.post("/api/v1/dispatches", json=body, headers=headers).json() for _ in range(2)
    )
    assert first == second
    assert len(cases.get("dispatches")) == 1


# the year


@pytest.fixture
def august(beginnings: Beginnings) -> Iterator[Town]:
    """All of Samspel with its year, on Monday 9 August 2027."""
    with beginnings.town("2027-08-09T08:00:00+02:00") as made:
        yield made


def pass_to(town: Town, instant: str) -> None:
    """As if no worker had run meanwhile."""
    town.clockwork.stand_at(datetime.fromisoformat(instant))
    town.quiet()


def of_kind(town: Town, kind: str, state: str = "open") -> list[Json]:
    return [one for one in town.get(f"tasks?state={state}&limit=1000") if one["kind"] == kind]


def test_R28_R29_from_august_to_september(august: Town) -> None:
    """R28: asked for at the beginning of the school year, and done by sending it."""
    assert of_kind(august, "send-material") == []
    august.move_clock("2027-08-16T12:00:00+02:00")
    (task,) = of_kind(august, "send-material")
    chief = in_post(august, "avdelningschef-ifo")
    assert (task["owner"], task["due_on"], task["rule"], task["year"]) == (
        chief, "2027-09-15", "R28", 2027,
    )  # fmt: skip
    refused = august.post(f"tasks/{task['id']}/done", status=409)
    assert (refused["rule"], refused["type"].rpartition(":")[2]) == ("R28", "task-not-done")
    august.do("dispatches", material(august, kind="information"))
    assert of_kind(august, "send-material")
    sent = august.do("dispatches", material(august))
    assert of_kind(august, "send-material") == []
    august.move_clock("2027-08-31T12:00:00+02:00")
    for post in sent["posts"][1:]:
        august.do(f"dispatches/{sent['id']}/confirmations", {"post": post["post"]})
    (left,) = [one for one in of_kind(august, "pass-on") if one["dispatch"] == sent["id"]]
    august.move_clock("2027-10-01T12:00:00+02:00")
    assert of_kind(august, "send-material") == []
    shown = august.get(f"dispatches/{sent['id']}")
    assert shown["progress"]["late"] == 1
    late = august.rows("SELECT data FROM bus.events WHERE type = 'duty.late'")
    assert left["id"] in {row["data"]["task_id"] for row in late}
    near = august.rows("SELECT data FROM bus.events WHERE type = 'duty.near'")
    assert left["id"] in {row["data"]["task_id"] for row in near}


def test_R31_every_rektor_is_asked_every_year_once(august: Town) -> None:
    """R31: on 1 September by itself, with a task for each rektor, in each year once."""
    august.move_clock("2027-09-01T12:00:00+02:00")
    (one,) = [sent for sent in august.get("dispatches") if sent["kind"] == "duty-to-report"]
    assert (one["sent_by"], one["rule"], one["due_on"]) == (None, "R31", "2027-09-29")
    asked = of_kind(august, "confirm-known")
    assert len(asked) == one["progress"]["asked"] == len(one["posts"])
    august.do(f"dispatches/{one['id']}/confirmations", {"post": REKTOR_POST})
    pass_to(august, "2028-09-10T12:00:00+02:00")
    years = [sent["year"] for sent in august.get("dispatches") if sent["kind"] == "duty-to-report"]
    assert years == [2027, 2028]
    material_tasks = of_kind(august, "send-material")
    assert [task["year"] for task in material_tasks] == [2027, 2028]


def test_R28_R31_two_months_without_a_worker_and_everything_still_comes_once(
    august: Town,
) -> None:
    """R28, R31: where Samspel was before, nothing of the year is lost."""
    for hour in ("08", "09"):
        pass_to(august, f"2027-10-20T{hour}:00:00+02:00")
    (task,) = of_kind(august, "send-material")
    assert task["due_on"] == "2027-10-27"
    assert len([one for one in august.get("dispatches") if one["rule"] == "R31"]) == 1


@pytest.mark.parametrize(
    ("clock", "kinds"),
    [
        ("2027-10-10T08:00:00+02:00", {"send-material", "confirm-known"}),
        ("2027-10-25T08:00:00+02:00", {"confirm-known"}),
        ("2027-12-01T08:00:00+01:00", set()),
        ("2028-03-01T08:00:00+01:00", set()),
    ],
)
def test_R28_R31_an_installation_later_in_the_year_begins_with_nothing_long_past(
    registered_url: str, municipality: Path, clock: str, kinds: set[str]
) -> None:
    """R28, R31: no burst about what began more than sixty days ago."""
    with a_town(registered_url, municipality, clock=clock, year=True) as town:
        town.quiet()
        found = {one["kind"] for one in town.get("tasks?limit=1000")}
        assert found & {"send-material", "confirm-known", "pass-on"} == kinds


def test_R28_without_an_avdelningschef_it_is_asked_of_one_who_calls(august: Town) -> None:
    """R28, R32: the duty has an owner even where the post doesn't exist."""
    ended = "UPDATE cases.posts SET ended_on = '2027-08-01' WHERE role = 'avdelningschef_ifo'"
    _execute(august, ended)
    august.move_clock("2027-08-16T12:00:00+02:00")
    (task,) = of_kind(august, "send-material")
    assert task["owner"] == in_post(august, "enhetschef-ifo")


def _execute(town: Town, query: str) -> None:
    with psycopg.connect(town.database_url) as connection:
        connection.execute(query.encode())
