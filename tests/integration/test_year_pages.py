"""The pages of the year: answered, evaluated, sent, confirmed and noted by whoever has to."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from services.cases.domain.task_kinds import task_in_words
from shared.ids import staff_id
from tests.integration.cases_house import CasesHouse, cases_house
from tests.support.signing_in import Visitor, words_of

REKTOR, CALLER, IFO = "anna-lindqvist", "karin-bergqvist", "jonas-ekdahl"
ENGLISH = {"Cookie": "samspel-sprak=en"}
SENDING, PARENTS = "/arshjul/utskick", "/arshjul/foraldramoten"
STAGE = f"{PARENTS}/bjorkskolan/lagstadiet"
PDF = b"%PDF-1.7\n"


@pytest.fixture(scope="module")
def spring(registered_of_the_module: str, municipality: Path) -> Iterator[CasesHouse]:
    """May 2027: the year is opened, and the evaluation collects its answers."""
    broker = "redis://nobody.example"
    with cases_house(registered_of_the_module, broker, municipality) as house:
        for instant in ("2026-08-20T08:00:00+02:00", "2027-05-04T08:00:00+02:00"):
            house.set_clock(instant)
            house.worker.look_daily()
        yield house


def own_task(visitor: Visitor, words: str) -> str:
    """Where the year's page leads to from one of one's own tasks."""
    page = visitor.get("/arshjul/2027").text
    found = re.search(rf'<a href="([^"]+)">{re.escape(words)}</a>', page)
    assert found is not None, words_of(page)
    return found[1]


def sent_by(visitor: Visitor, title: str, **more: object) -> str:
    answer = visitor.post(f"{SENDING}/nytt", {"kind": "information", "title": title}, **more)
    assert answer.status_code == 303, words_of(answer.text)
    return str(answer.headers["location"].partition("?")[0])


def test_R25_a_rektor_answers_the_evaluation_and_may_change_it(spring: CasesHouse) -> None:
    rektor = spring.visitor(REKTOR)
    path = own_task(rektor, "Svara på årets utvärdering")
    assert "Vad har fungerat bra i år?" in rektor.get(path).text
    empty = rektor.post(f"{path}/svar")
    assert empty.status_code == 422
    assert "Svara på minst en" in words_of(empty.text)
    long = rektor.post(f"{path}/svar", {"fraga-good": "å" * 2001, "fraga-works": "4"})
    assert long.status_code == 422
    assert 'value="4" checked' in re.sub(r' id="[^"]+"', "", long.text)
    done = rektor.follow(rektor.post(f"{path}/svar", {"fraga-works": "4", "fraga-good": "Tiderna"}))
    assert "Klart, tack" in done.text
    assert "Tiderna" in done.text
    changed = rektor.post(f"{path}/svar", {"fraga-works": "5"})
    assert "Tiderna" not in rektor.follow(changed).text
    assert spring.rows("SELECT count(*) AS n FROM cases.evaluation_answers") == [{"n": 1}]


def test_a_task_of_somebody_elses_is_not_there(spring: CasesHouse) -> None:
    path = own_task(spring.visitor("eva-lindstrom"), "Svara på årets utvärdering")
    other = spring.visitor("mikael-tornqvist")
    assert other.get(path).status_code == 404
    assert other.post(f"{path}/svar", {"fraga-works": "1"}).status_code == 404
    case = spring.open_case(known_on="2027-05-03")
    assert other.get(f"/arshjul/uppgift/{case['tasks'][0]['id']}").status_code == 404
    assert other.get(f"/arshjul/uppgift/{case['id']}").status_code == 404


def test_R24_who_is_concerned_reads_the_evaluation_and_others_do_not(spring: CasesHouse) -> None:
    path = "/arshjul/2027/utvardering"
    page = spring.visitor(CALLER).get(path)
    assert page.status_code == 200
    assert "Markera som klar" in page.text
    assert "av 17" in words_of(page.text)
    assert "Markera som klar" not in spring.visitor(REKTOR).get(path).text
    assert spring.visitor("asa-hallberg").get(path).status_code == 404
    assert f'href="{path}"' not in spring.visitor("asa-hallberg").get("/arshjul/2027").text
    report = spring.visitor(CALLER).get(f"{path}/rapport.pdf")
    assert (report.headers["content-type"], report.content[:5]) == ("application/pdf", b"%PDF-")
    coming = spring.visitor(CALLER).get("/arshjul/2028/utvardering")
    assert (coming.status_code, "Utvärderingen har inte öppnat" in coming.text) == (409, True)


def test_R24_marking_it_as_done_says_when_and_where_it_is_filed(cases: CasesHouse) -> None:
    cases.set_clock("2027-05-04T08:00:00+02:00")
    cases.worker.look_daily()
    caller, path = cases.visitor(CALLER), "/arshjul/2027/utvardering"
    wrong = caller.post(f"{path}/klar", {"on": "2027-05-04", "reference": "se pärmen i arkivet"})
    assert (wrong.status_code, "Skriv en kod" in wrong.text) == (422, True)
    late = caller.post(f"{path}/klar", {"on": "2027-05-05"})
    assert late.status_code == 422
    assert 'value="2027-05-05"' in late.text
    assert cases.visitor(REKTOR).post(f"{path}/klar", {}).status_code == 404
    done = caller.post(f"{path}/klar", {"on": "2027-05-04", "reference": "BUN/2027:14"})
    page = caller.follow(done).text
    assert "Utvärderingen är markerad som klar" in page
    assert "BUN/2027:14" in page
    assert "Markera som klar" not in page
    assert cases.rows("SELECT done_by::text AS by FROM cases.evaluations")[0]["by"] is not None


def test_R30_what_is_sent_comes_with_its_files_and_is_confirmed_by_each(
    spring: CasesHouse,
) -> None:
    sender, rektor = spring.visitor(IFO), spring.visitor(REKTOR)
    files = {"files": ("Öppettider.pdf", PDF, "application/pdf")}
    path = sent_by(sender, "Nya öppettider", files=files)
    page = sender.get(path).text
    assert "0 av 14 har bekräftat" in page
    link = re.search(rf'href="({path}/fil/[^"]+)"', page)
    assert link is not None
    fetched = rektor.get(link[1])
    assert (fetched.content, fetched.headers["content-type"]) == (PDF, "application/pdf")
    own = re.search(r'href="(/arshjul/uppgift/[^"]+)"', rektor.get(path).text)
    assert own is not None
    assert "Öppettider.pdf" in rektor.get(own[1]).text
    assert "Klart, tack" in rektor.follow(rektor.post(f"{own[1]}/klart")).text
    assert "1 av 14 har bekräftat" in sender.get(path).text
    assert "Nya öppettider" in sender.get(SENDING).text


def test_R28_only_who_sends_has_the_form_and_a_wrong_file_is_named(spring: CasesHouse) -> None:
    rektor, sender = spring.visitor(REKTOR), spring.visitor(IFO)
    assert rektor.get(f"{SENDING}/nytt").status_code == 404
    assert f"{SENDING}/nytt" not in rektor.get(SENDING).text
    assert rektor.post(f"{SENDING}/nytt", {"kind": "information", "title": "x"}).status_code == 404
    fields = {"kind": "information", "title": "Blankett"}
    for name, content in (("program.exe", b"MZ"), ("blankett.pdf", b"inget papper")):
        files = {"files": (name, content, "application/pdf")}
        answer = sender.post(f"{SENDING}/nytt", fields, files=files)
        assert answer.status_code == 422
        assert "Fil 1:" in words_of(answer.text)
        assert 'value="Blankett"' in answer.text
    assert sender.post(f"{SENDING}/nytt", {"kind": "duty-to-report"}).status_code == 422
    assert not spring.rows("SELECT id FROM cases.dispatches WHERE title = 'Blankett'")


def test_what_somebody_has_no_part_in_is_not_there(spring: CasesHouse) -> None:
    path = sent_by(spring.visitor(IFO), "Till rektorerna")
    other = spring.visitor("asa-hallberg")
    assert other.get(path).status_code == 404
    assert "Till rektorerna" not in other.get(SENDING).text


def test_R26_the_ledger_shows_ones_own_units_and_notes_what_was_held(spring: CasesHouse) -> None:
    rektor = spring.visitor(REKTOR)
    page = rektor.get(PARENTS).text
    assert "Björkskolan, lågstadiet" in page
    assert "Almskolan" not in page
    assert "Almskolan" in rektor.get(f"{PARENTS}?alla=1").text
    assert "2025/26" in words_of(rektor.get(f"{PARENTS}?lasar=2025").text)
    wrong = rektor.post(f"{STAGE}/hallet", {"held_on": "2027-05-05"})
    assert wrong.status_code == 422
    future = rektor.post(f"{STAGE}/hallet", {"held_on": "2027-05-05", "held_cohorts": "2026"})
    assert future.status_code == 422
    assert 'href="#held_on"' in future.text
    done = rektor.post(f"{STAGE}/hallet", {"held_on": "2027-04-28", "held_cohorts": ["2026"]})
    page = rektor.follow(done).text
    assert "Föräldramötet är noterat" in page
    assert "hållet onsdag 28 april 2027" in words_of(page)


def test_R26_ifo_is_invited_to_a_parent_meeting(spring: CasesHouse) -> None:
    rektor = spring.visitor(REKTOR)
    fields = {"cohorts": ["2023", "2024"], "day": "2027-05-20", "time": "18.00"}
    page = rektor.follow(rektor.post(f"{STAGE}/bjud-in", fields)).text
    assert "IFO är inbjuden" in page
    assert (
        len(re.findall(r'<a href="/moten/[^"]+">torsdagen den 20 maj 2027 kl.\s18.00</a>', page))
        == 2
    )
    again = rektor.post(f"{STAGE}/bjud-in", fields)
    assert (again.status_code, "Ett föräldramöte är redan bokat" in again.text) == (409, True)


def test_R27_ifo_says_who_comes_instead_of_whoever_said_no(spring: CasesHouse) -> None:
    rektor, chief = spring.visitor("eva-lindstrom"), spring.visitor("birgitta-nordlund")
    stage = f"{PARENTS}/almskolan/lagstadiet"
    fields = {"cohorts": ["2023"], "day": "2027-05-25", "time": "18.00"}
    invited = rektor.follow(rektor.post(f"{stage}/bjud-in", fields)).text
    meeting = re.search(r'<a href="/moten/([^"]+)">', invited)
    assert meeting is not None
    declined = {"person": str(staff_id("birgitta-nordlund")), "answer": "declined"}
    spring.post(f"meetings/{meeting[1]}/answers", declined)
    path = own_task(chief, task_in_words("come-to-parent-meeting").sv)
    assert rektor.get(path).status_code == 404
    assert chief.post(path, {"for": declined["person"]}).status_code == 422
    comes = {"for": declined["person"], "person": str(staff_id(IFO))}
    assert "Rektorn får veta vem som kommer" in chief.follow(chief.post(path, comes)).text
    assert chief.get(path).status_code == 404
    called = spring.rows(
        "SELECT person_id::text AS id FROM cases.attendance WHERE meeting_id = %s AND NOT removed",
        meeting[1],
    )
    assert {"id": comes["person"]} in called


def test_R26_nobody_acts_for_another_unit(spring: CasesHouse) -> None:
    rektor = spring.visitor(REKTOR)
    for stage in ("almskolan/lagstadiet", "bjorkskolan/gymnasiet", "finns-inte/lagstadiet"):
        assert rektor.get(f"{PARENTS}/{stage}").status_code == 404
        sent = {"held_on": "2027-04-28", "held_cohorts": "2026"}
        refused = rektor.post(f"{PARENTS}/{stage}/hallet", sent)
        assert refused.status_code == 404
    assert spring.visitor(CALLER).get(f"{PARENTS}/almskolan/lagstadiet").status_code == 200


def test_R20_the_years_page_leads_on_and_prints(spring: CasesHouse) -> None:
    caller, outsider = spring.visitor(CALLER), spring.visitor("margareta-sandstrom")
    spring.execute(
        "INSERT INTO cases.meetings (id, case_id, step, starts_at, ends_at, local_start, state,"
        " created_at, changed_at) SELECT gen_random_uuid(), id, 'april', '2028-04-12T13:00+02:00',"
        " '2028-04-12T15:00+02:00', '2028-04-12T13:00', 'booked', opened_at, opened_at"
        " FROM cases.cases WHERE about = 'year' AND known_on = '2028-01-01'"
    )
    leads = r'<a href="/moten/[^"]+">Samverkansmöte i april</a>'
    assert re.search(leads, caller.get("/arshjul/2028").text)
    assert not re.search(leads, outsider.get("/arshjul/2028").text)
    paper = caller.get("/arshjul/2027/arshjul.pdf")
    assert paper.content[:5] == b"%PDF-"
    assert 'filename="arshjul-2027.pdf"' in paper.headers["content-disposition"]
    english = caller.get("/arshjul/2027/arshjul.pdf", headers=ENGLISH)
    assert english.content != paper.content


@pytest.mark.parametrize(
    "path",
    [
        "/arshjul/2027", SENDING, f"{SENDING}/nytt", PARENTS, STAGE, "/arshjul/2027/utvardering",
    ],
)  # fmt: skip
def test_every_page_speaks_english_and_keeps_to_the_policy(spring: CasesHouse, path: str) -> None:
    page = spring.visitor(CALLER).get(path, headers=ENGLISH)
    assert page.status_code == 200
    assert '<html lang="en">' in page.text
    assert "style=" not in page.text
    assert page.text.count("<h1") == 1
    assert len(page.content) < 150_000


def test_who_has_no_case_work_has_no_year(spring: CasesHouse) -> None:
    it = spring.visitor(None, "it", "administrator")
    for path in ("/arshjul", "/arshjul/2027", SENDING, f"{SENDING}/nytt", PARENTS, STAGE):
        assert it.get(path).status_code == 403
    assert it.post(f"{STAGE}/hallet").status_code == 403
