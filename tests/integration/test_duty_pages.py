"""The page of a duty: answered, passed on and confirmed without login (R25, R29, R31)."""

import base64
import re
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest

from shared.ids import LINK, PAGE, signed_token, staff_id
from tests.integration.cases_house import CasesHouse, Json
from tests.support.links import SECRET, Forms, Visitor, text_of
from tests.support.town import a_town

REKTOR, CALLER = "rektor-bjorkskolan", "elevhalsochef"
ANNA, SOFIA = str(staff_id("anna-lindqvist")), str(staff_id("sofia-marklund"))
BOSS = str(staff_id("birgitta-nordlund"))
PDF = b"%PDF-1.7 a leaflet"
SPRING = "2027-04-01T08:00:00+02:00"


def page_of(cases: CasesHouse, kind: str, post: str = REKTOR) -> Visitor:
    (row,) = cases.rows("SELECT link FROM cases.tasks WHERE kind = %s AND post = %s", kind, post)
    return Visitor(cases, f"/u/{signed_token(SECRET, PAGE, row['link'])}")


def state_of(cases: CasesHouse, kind: str, post: str = REKTOR) -> str:
    (row,) = cases.rows("SELECT state FROM cases.tasks WHERE kind = %s AND post = %s", kind, post)
    return str(row["state"])


def in_the_spring(cases: CasesHouse) -> None:
    """The evaluation of 2027 is open."""
    cases.set_clock(SPRING)
    cases.worker.work()


def sent_out(cases: CasesHouse, **changes: Any) -> Json:
    file = {"name": "Föräldrastöd 2027.pdf", "media_type": "application/pdf"}
    file["content"] = base64.b64encode(PDF).decode()
    body = {"kind": "information", "title": "Öppet hus <onsdag>", "by": BOSS, "files": [file]}
    made: Json = cases.post("dispatches", body | changes, 201)
    return made


def answers_of(cases: CasesHouse, post: str = REKTOR) -> Json:
    rows = cases.rows(
        "SELECT answers, person_id FROM cases.evaluation_answers WHERE post = %s", post
    )
    return rows[0] if rows else {}


ANSWERS = {"fraga-works": "4", "fraga-routine_known": "no", "fraga-good": "Bra möten.\r\nSnabbt."}


# the evaluation


def test_R25_who_is_asked_answers_by_a_page_of_their_own(cases: CasesHouse) -> None:
    """R25: information is collected from the parties concerned, each by a link."""
    in_the_spring(cases)
    visitor = page_of(cases, "answer-evaluation")
    text = text_of(visitor.get().text)
    assert "Svara på årets utvärdering" in text
    assert "Hur väl fungerar samverkan mellan skolan och socialtjänsten?" in text
    assert re.search(r"Senast \w+ \d+ \w+ 2027", text), text
    shown = text_of(visitor.does("svar", **ANSWERS))
    assert "Klart, tack" in shown
    assert "Bra möten." in shown
    answered = answers_of(cases)
    assert str(answered["person_id"]) == ANNA
    assert answered["answers"] == {
        "works": 4, "routine_known": False, "good": "Bra möten.\nSnabbt.",
    }  # fmt: skip
    assert state_of(cases, "answer-evaluation") == "done"
    (row,) = cases.rows("SELECT actor FROM cases.audit WHERE action = 'evaluation.answer'")
    assert row["actor"] == f"person:{ANNA}"


def test_R25_answers_can_be_changed_until_the_evaluation_is_done(cases: CasesHouse) -> None:
    """R25: what one said is there to be changed; after that it is only shown."""
    in_the_spring(cases)
    visitor = page_of(cases, "answer-evaluation")
    visitor.does("svar", **ANSWERS)
    assert "<form" not in visitor.get().text
    again = visitor.get("?andra=1").text
    assert re.search(r'value="4"[^>]* checked', again)
    assert "Bra möten.\nSnabbt.</textarea>" in again
    form = visitor.get("?andra=1")
    token = re.search(r'name="token" value="([^"]+)"', form.text)
    assert token
    changed = visitor._ask("POST", "/svar", data={"token": token[1], "fraga-works": "2"})
    assert changed.status_code == 303
    assert answers_of(cases)["answers"] == {"works": 2}
    cases.post("years/2027/evaluation/done", {"on": "2027-04-01", "by": ANNA})
    assert "Utvärderingen är klar" in text_of(visitor.get().text)
    assert "<form" not in visitor.get("?andra=1").text
    late = visitor._ask("POST", "/svar", data={"token": token[1], "fraga-works": "5"})
    assert late.status_code == 409
    assert answers_of(cases)["answers"] == {"works": 2}


def test_R25_who_has_not_answered_when_it_is_done_has_no_page_any_more(cases: CasesHouse) -> None:
    """R25: its subject has ended, so the page is like one that never was."""
    in_the_spring(cases)
    visitor = page_of(cases, "answer-evaluation")
    cases.post("years/2027/evaluation/done", {"on": "2027-04-01", "by": ANNA})
    assert visitor.get().status_code == 404


@pytest.mark.parametrize(
    ("sent", "said"),
    [
        ({}, "Svara på minst en fråga."),
        ({"fraga-works": "6"}, "Svara med ett heltal från 1 till 5."),
        ({"fraga-works": "²"}, "Svara med ett heltal från 1 till 5."),
        ({"fraga-routine_known": "kanske"}, "Svara med true"),
        ({"fraga-good": "x" * 2001}, "högst 2000 tecken"),
        ({"fraga-good": "a\x00b"}, "styrtecken"),
    ],
    ids=["nothing", "off-the-scale", "no-digit", "neither", "too-long", "control"],
)
def test_R25_what_is_wrong_is_said_and_nothing_has_to_be_typed_anew(
    cases: CasesHouse, sent: dict[str, str], said: str
) -> None:
    """R25: at its question, with a summary that leads there; nothing is saved."""
    in_the_spring(cases)
    visitor = page_of(cases, "answer-evaluation")
    answer = visitor.send("svar", **{"fraga-better": "Ring mer."} if sent else {}, **sent)
    assert answer.status_code == 422
    assert said in answer.text
    assert 'role="alert"' in answer.text
    for field in sent:
        assert f'href="#{field}"' in answer.text
        assert f'id="fel-{field}"' in answer.text
        assert f'id="{field}"' in answer.text
        assert "Ring mer.</textarea>" in answer.text
    assert not answers_of(cases)


def test_R25_what_is_written_is_never_read_as_markup(cases: CasesHouse) -> None:
    """R25: a text is text."""
    in_the_spring(cases)
    visitor = page_of(cases, "answer-evaluation")
    shown = visitor.does("svar", **{"fraga-good": "</textarea><script>alert(1)</script>"})
    assert "<script" not in shown
    assert "<script" not in visitor.get("?andra=1").text


# what is passed on and confirmed


def test_R29_each_rektor_fetches_the_files_and_says_that_it_is_passed_on(cases: CasesHouse) -> None:
    """R29: the material is there by link alone, and the confirmation is the rektor's own."""
    sent = sent_out(cases)
    visitor = page_of(cases, "pass-on")
    page = visitor.get()
    assert "Öppet hus &lt;onsdag&gt;" in page.text
    (address,) = re.findall(r'href="(/u/[^"]+/fil/[^"]+)"', page.text)
    file = visitor.get(address.removeprefix(visitor.path))
    assert (file.status_code, file.content) == (200, PDF)
    assert file.headers["content-type"] == "application/pdf"
    assert file.headers["content-disposition"].startswith("attachment; filename*=UTF-8''F%C3%B6r")
    assert file.headers["x-content-type-options"] == "nosniff"
    assert "Klart, tack" in visitor.does("klart")
    assert state_of(cases, "pass-on") == "done"
    again = visitor._ask("GET", "")
    assert "<form" not in again.text  # twice is once
    assert "Klart, tack" in again.text
    assert cases.get(f"dispatches/{sent['id']}")["title"] == "Öppet hus <onsdag>"
    (row,) = cases.rows("SELECT actor FROM cases.audit WHERE action = 'dispatch.confirm'")
    assert row["actor"] == f"person:{ANNA}"


def test_R29_a_page_has_its_own_files_alone(cases: CasesHouse) -> None:
    """R29: neither another's file nor an address that is none is found under it."""
    sent_out(cases)
    other = sent_out(cases, title="Något annat")
    (file,) = cases.rows(
        "SELECT id FROM cases.dispatch_files WHERE dispatch_id = %s", UUID(other["id"])
    )
    (row,) = cases.rows(
        "SELECT link FROM cases.tasks WHERE post = %s AND dispatch_id <> %s",
        REKTOR,
        UUID(other["id"]),
    )
    visitor = Visitor(cases, f"/u/{signed_token(SECRET, PAGE, row['link'])}")
    for wrong in (str(file["id"]), str(uuid4()), "x", "%00"):
        assert visitor.get(f"/fil/{wrong}").status_code == 404, wrong


def test_R31_each_rektor_confirms_that_everybody_knows_the_duty_to_report(
    cases: CasesHouse,
) -> None:
    """R31: a yearly confirmation by each rektor, by link."""
    cases.set_clock("2027-09-01T08:00:00+02:00")
    cases.worker.work()
    visitor = page_of(cases, "confirm-known")
    page = visitor.get().text
    assert "Alla hos oss känner till anmälningsplikten" in text_of(page)
    assert re.search(r'<a class="file" href="https://[^"]+" rel="noreferrer">', page)
    assert "Klart, tack" in visitor.does("klart")
    assert state_of(cases, "confirm-known") == "done"


# whose it is, and who looks


def test_X13_looking_is_logged_and_changes_nothing(cases: CasesHouse) -> None:
    """X13: mail programs open links by themselves; who looks stands in the access log first."""
    in_the_spring(cases)
    visitor, before = page_of(cases, "answer-evaluation"), cases.saved()
    for method in ("GET", "HEAD"):
        for below in ("", "?lang=en", "?andra=1", "/svar", "/klart"):
            assert visitor._ask(method, below).status_code in (200, 303), below
    assert visitor._ask("OPTIONS", "").status_code == 405
    assert cases.saved() == before
    (row,) = cases.rows("SELECT DISTINCT actor, case_id, what FROM cases.access_log")
    assert row == {"actor": f"person:{ANNA}", "case_id": None, "what": "duty-page"}
    assert state_of(cases, "answer-evaluation") == "open"


def test_F11_without_the_log_there_is_no_page(cases: CasesHouse) -> None:
    """F11: what can't be logged isn't shown."""
    in_the_spring(cases)
    visitor = page_of(cases, "answer-evaluation")
    cases.execute("REVOKE INSERT ON cases.access_log FROM samspel_cases")
    answer = visitor.get()
    assert answer.status_code >= 500
    assert "utvärdering" not in answer.text


def test_X13_nobody_keeps_indexes_or_passes_on_the_page_of_a_duty(cases: CasesHouse) -> None:
    """X13: the address is the key, so it goes nowhere."""
    in_the_spring(cases)
    page = page_of(cases, "answer-evaluation").get()
    assert page.headers["referrer-policy"] == "no-referrer"
    assert page.headers["cache-control"] == "no-store"
    assert page.headers["x-robots-tag"] == "noindex, nofollow"
    assert "default-src 'none'" in page.headers["content-security-policy"]
    assert "<script" not in page.text
    assert "style=" not in page.text
    staff = {row["name"] for row in cases.rows("SELECT name FROM cases.people")}
    assert not [name for name in staff if name in page.text]


def test_the_page_of_a_duty_speaks_its_owners_language_or_the_one_chosen(cases: CasesHouse) -> None:
    in_the_spring(cases)
    visitor = page_of(cases, "answer-evaluation")
    assert '<html lang="sv">' in visitor.get().text
    assert "Answer this year&#39;s evaluation" in visitor.get("?lang=en").text
    cases.post(f"people/{ANNA}", {"language": "en"})
    assert '<html lang="en">' in visitor.get().text
    assert '<html lang="sv">' in visitor.get("?lang=sv").text


def test_R25_a_post_that_changes_hands_takes_its_page_along(cases: CasesHouse) -> None:
    """R25: who has left opens nothing; who comes gets a page of their own."""
    in_the_spring(cases)
    old = page_of(cases, "answer-evaluation")
    form = old.get()
    token = re.search(r'name="token" value="([^"]+)"', form.text)
    assert token
    cases.post(f"posts/{REKTOR}/holders/end", {"person": ANNA, "last_day": "2027-03-31"})
    body = {"person": SOFIA, "first_day": "2027-04-01"}
    cases.post(f"posts/{REKTOR}/holders", body, 201)
    assert old.get().status_code == 404
    sent = old._ask("POST", "/svar", data={"token": token[1], "fraga-works": "1"})
    assert sent.status_code == 404
    new = page_of(cases, "answer-evaluation")
    assert new.path != old.path
    new.does("svar", **{"fraga-works": "5"})
    assert str(answers_of(cases)["person_id"]) == SOFIA


def test_R25_what_is_done_is_not_opened_again_by_who_has_left_since(cases: CasesHouse) -> None:
    """R25: the answers are the post's; whoever acts for it now answers for them."""
    in_the_spring(cases)
    visitor = page_of(cases, "answer-evaluation")
    visitor.does("svar", **ANSWERS)
    cases.post(f"posts/{REKTOR}/holders/end", {"person": ANNA, "last_day": "2027-03-31"})
    assert visitor.get().status_code == 404


def test_X6_who_is_protected_has_no_page(cases: CasesHouse) -> None:
    """X6: nothing opens by a mail that went to an address which has to be hidden now."""
    in_the_spring(cases)
    visitor = page_of(cases, "answer-evaluation")
    cases.execute("UPDATE cases.people SET protected = true WHERE id = %s", UUID(ANNA))
    assert visitor.get().status_code == 404


def test_every_wrong_address_looks_the_same(cases: CasesHouse) -> None:
    in_the_spring(cases)
    right = page_of(cases, "answer-evaluation")
    of_another_kind = right.path.removeprefix("/u/")
    (row,) = cases.rows(
        "SELECT link, id FROM cases.tasks WHERE kind = 'answer-evaluation' AND post = %s", REKTOR
    )
    wrong = {
        "none": signed_token(SECRET, PAGE, uuid4()),
        "of a task": signed_token(SECRET, PAGE, row["id"]),
        "of another kind": signed_token(SECRET, LINK, row["link"]),
        "unsealed": str(row["link"]),
        "upper case": of_another_kind.upper(),
        "cut": of_another_kind[:-1],
    }
    pages = {
        name: Visitor(cases, f"/u/{token}")._ask(method, below)
        for name, token in wrong.items()
        for method, below in (("GET", ""), ("GET", "/svar"), ("POST", "/svar"))
    }
    assert {page.status_code for page in pages.values()} == {404}
    assert len({page.text for page in pages.values()}) == 1
    assert "Länken gäller inte längre" in next(iter(pages.values())).text
    assert Visitor(cases, "/r/" + of_another_kind).get().status_code == 404
    for below in ("/annat", "/svar/mer"):
        assert right.get(below).status_code == 404, below


def test_no_other_site_answers_by_somebodys_page(cases: CasesHouse) -> None:
    in_the_spring(cases)
    visitor = page_of(cases, "answer-evaluation")
    for name, value in (
        ("Sec-Fetch-Site", "cross-site"),
        ("Origin", "https://elsewhere.example"),
    ):
        answer = visitor.send("svar", {name: value}, **ANSWERS)
        assert answer.status_code == 403, (name, value)
    forged = visitor._ask("POST", "/svar", data=ANSWERS)
    assert forged.status_code == 403
    assert "Sidan hade blivit gammal" in forged.text
    assert not answers_of(cases)


def test_who_tries_wrong_addresses_is_told_to_wait(cases: CasesHouse) -> None:
    in_the_spring(cases)
    right = page_of(cases, "answer-evaluation")
    wrong = Visitor(cases, f"/u/{signed_token(SECRET, PAGE, uuid4())}")
    statuses = [wrong.get().status_code for _ in range(122)]
    assert statuses == [404] * 120 + [429] * 2
    assert right.get().status_code == 200  # who has a good one is never kept waiting


def test_the_page_shows_when_the_day_has_passed(cases: CasesHouse) -> None:
    in_the_spring(cases)
    visitor = page_of(cases, "answer-evaluation")
    assert "Dagen har passerat" not in visitor.get().text
    cases.set_clock("2027-06-29T08:00:00+02:00")
    assert "Dagen har passerat" in visitor.get().text


def test_R25_the_link_in_the_mail_opens_the_page(registered_url: str, municipality: Path) -> None:
    """R25: what the notifier seals, the page reads."""
    with a_town(registered_url, municipality, clock=SPRING, year=True) as town:
        town.quiet()
        mail = town.mail_to("anna.lindqvist@exempelkommun.example")
        body = mail.get_body(("plain",))
        assert body is not None
        (path,) = set(re.findall(r"http://samspel\.example(/u/[a-z2-7]{42})", body.get_content()))
        page = town.client.get(path)
        assert page.status_code == 200
        data = Forms(page.text).hidden(f"{path}/svar") | {"fraga-works": "4"}
        assert "Klart, tack" in town.client.post(f"{path}/svar", data=data).text
