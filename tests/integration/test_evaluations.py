"""The yearly evaluation over HTTP and SQL: opened, answered, put together, done (R24, R25)."""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from uuid import UUID

import psycopg
import pytest

from shared.bus.events import MessageFailed
from shared.domain.lead_times import FEWEST
from shared.ids import staff_id
from tests.integration.cases_house import CasesHouse, Json, guardian, new_case
from tests.support.papers import text_of

ACTING = "Samspel-Acting-As"
REKTOR = "rektor-bjorkskolan"
REKTORER = 14
ASKED = REKTORER + 3
KINDS = ["answer-evaluation", "evaluate-year"]


def ident(code: str) -> str:
    return str(staff_id(code))


ANNA, KARIN, JONAS = ident("anna-lindqvist"), ident("karin-bergqvist"), ident("jonas-ekdahl")
SOFIE, TEACHER = ident("ann-sofie-palm"), ident("kristina-blom")


def live(cases: CasesHouse, on: str, hour: str = "07:00") -> None:
    """A day at which the worker looks."""
    cases.set_clock(f"{on}T{hour}:00+02:00")
    cases.worker.work()


def duties(cases: CasesHouse, kind: str, state: str = "open") -> dict[str, Json]:
    """By their posts."""
    found = cases.rows(
        "SELECT post, owner::text, due_on::text, rule, late_at, reminders, link, year, key"
        " FROM cases.tasks WHERE kind = %s AND state = %s ORDER BY key",
        kind, state,
    )  # fmt: skip
    return {row["post"]: row for row in found}


@pytest.fixture
def opened(cases: CasesHouse) -> CasesHouse:
    live(cases, "2027-04-01")
    return cases


def acting(cases: CasesHouse, person: str, path: str, body: Json | None = None) -> Any:
    method = "GET" if body is None else "POST"
    url = f"/api/v1/years/2027/evaluation{path}"
    return cases.client.request(method, url, json=body, headers={ACTING: person})


def said(post: str = REKTOR, by: str = ANNA, **answers: Any) -> Json:
    return {"post": post, "by": by, "answers": answers or {"works": 4}}


def answer(cases: CasesHouse, body: Json, status: int = 200) -> Json:
    given: Json = cases.post("years/2027/evaluation/answers", body, status)
    return given


# opened


def test_R24_R25_it_opens_on_1_april_and_asks_each_post_that_is_concerned(
    cases: CasesHouse,
) -> None:
    """R25: every rektor for each unit, both who call, and the avdelningschef; R24: the two."""
    live(cases, "2027-03-31")
    assert duties(cases, "answer-evaluation") == {}
    assert cases.client.get("/api/v1/years/2027/evaluation").status_code == 409
    live(cases, "2027-04-01", "00:01")
    asked = duties(cases, "answer-evaluation")
    assert len(asked) == ASKED
    assert {"rektor-kotten", "rektor-blasippan", "elevhalsochef", "enhetschef-ifo"} < set(asked)
    assert asked[REKTOR]["owner"] == ANNA
    assert {(one["due_on"], one["rule"], one["late_at"]) for one in asked.values()} == {
        ("2027-05-28", "R25", None)
    }
    assert len({one["link"] for one in asked.values()} - {None}) == ASKED
    owners = duties(cases, "evaluate-year")
    assert {post: one["owner"] for post, one in owners.items()} == {
        "elevhalsochef": KARIN, "enhetschef-ifo": JONAS,
    }  # fmt: skip
    assert {one["due_on"] for one in owners.values()} == {"2027-06-30"}
    assert {one["late_at"].date().isoformat() for one in owners.values()} == {"2027-07-01"}
    shown = cases.get("years/2027/evaluation")
    assert (shown["state"], shown["due_on"], shown["answers_by"], shown["overdue"]) == (
        "open", "2027-06-30", "2027-05-28", False,
    )  # fmt: skip
    assert shown["progress"]["asked"] == ASKED
    assert shown["progress"]["answered"] == 0
    assert {"post": REKTOR, "role": "rektor", "unit": "Björkskolan"} in shown["progress"]["waiting"]


def test_R24_it_comes_once_however_often_and_by_however_many_it_is_looked(
    opened: CasesHouse,
) -> None:
    """R24: nothing is doubled by a day that begins again, nor lost by a week without a worker."""
    links = {post: one["link"] for post, one in duties(opened, "answer-evaluation").items()}
    for day in ("2027-04-01", "2027-04-02", "2027-04-12", "2027-06-30"):
        opened.execute("DELETE FROM cases.daily")
        live(opened, day)
        now = duties(opened, "answer-evaluation")
        assert {post: one["link"] for post, one in now.items()} == links
    assert arisen(opened) == Counter({"R24": 2, "R25": ASKED})


@pytest.mark.parametrize(
    ("first_look", "is_there", "answers_by"),
    [
        ("2027-04-08", True, "2027-05-28"),  # a week without a worker
        ("2027-05-20", True, "2027-05-28"),  # installed in May
        ("2027-06-07", True, "2027-06-14"),  # so late that a few days are left
        ("2027-06-29", True, "2027-06-30"),
        ("2027-07-01", False, None),
        ("2027-11-01", False, None),
    ],
)
def test_R24_R25_it_catches_up_until_its_limit_and_never_after(
    cases: CasesHouse, first_look: str, *, is_there: bool, answers_by: str | None
) -> None:
    """R24: installed in autumn nothing of the year comes; in spring it opens at once."""
    live(cases, first_look)
    days = {one["due_on"] for one in duties(cases, "answer-evaluation").values()}
    assert days == ({answers_by} if is_there else set())
    assert len(duties(cases, "evaluate-year")) == (2 if is_there else 0)
    (daily,) = cases.rows("SELECT next_on::text FROM cases.daily WHERE look = 'evaluation'")
    assert daily["next_on"] <= "2028-04-01"


def test_R25_posts_that_come_are_asked_and_those_that_end_are_not_any_more(
    opened: CasesHouse,
) -> None:
    """R25: at the daily look; who comes back after a wrong import is asked again."""
    add_post = (
        "INSERT INTO cases.posts (code, role, unit, reports_to)"
        " VALUES ('rektor-ny', 'rektor', 'bjorkskolan', 'skolchef')"
    )
    opened.execute(add_post)
    end = "UPDATE cases.posts SET ended_on = %s WHERE code = 'rektor-kotten'"
    opened.execute(end, "2027-05-24")
    live(opened, "2027-05-25")
    asked = duties(opened, "answer-evaluation")
    assert len(asked) == ASKED
    assert asked["rektor-ny"]["due_on"] == "2027-06-01"
    assert "rektor-kotten" not in asked
    shown = opened.get("years/2027/evaluation")["progress"]
    assert (shown["asked"], len(shown["waiting"])) == (ASKED, ASKED)
    refused = answer(opened, said("rektor-kotten", SOFIE), 422)
    assert refused["rule"] == "R25"
    opened.execute(end, None)
    live(opened, "2027-05-26")
    assert "rektor-kotten" in duties(opened, "answer-evaluation")


def test_R24_R21_the_duty_of_a_callers_post_goes_along_when_it_changes_hands(
    opened: CasesHouse,
) -> None:
    """R24: whoever acts for the post has it, the manager while it is vacant."""
    opened.post("posts/elevhalsochef/holders/end", {"person": KARIN, "last_day": "2027-04-01"})
    live(opened, "2027-04-02")
    assert duties(opened, "evaluate-year")["elevhalsochef"]["owner"] == ident("margareta-sandstrom")
    assert len(duties(opened, "evaluate-year")) == 2


def arisen(cases: CasesHouse) -> Counter[str]:
    rows = cases.rows(
        "SELECT e.data ->> 'rule' AS rule FROM bus.events e"
        " JOIN cases.tasks t ON t.id = (e.data ->> 'task_id')::uuid"
        " WHERE e.type = 'duty.arose' AND t.kind = ANY (%s)",
        KINDS,
    )
    return Counter(row["rule"] for row in rows)


# answered


def test_R25_an_answer_ends_the_duty_of_its_post_alone_and_can_be_changed(
    opened: CasesHouse,
) -> None:
    """R25: a rektor of two units answers for each."""
    given = answer(opened, said("rektor-kotten", SOFIE, works=2, good="Allt"))
    assert given == {
        "year": 2027, "post": "rektor-kotten", "by": SOFIE, "answers": {"works": 2, "good": "Allt"},
    }  # fmt: skip
    still = duties(opened, "answer-evaluation")
    assert len(still) == ASKED - 1
    assert "rektor-blasippan" in still
    answer(opened, said("rektor-kotten", SOFIE, works=3, routine_known=True))
    shown = opened.get("years/2027/evaluation")
    assert shown["progress"]["answered"] == 1
    by_name = {one["name"]: one for one in shown["questions"]}
    assert (by_name["works"]["count"], by_name["works"]["mean"]) == (1, 3.0)
    assert by_name["routine_known"]["distribution"] == {"yes": 1, "no": 0}
    assert by_name["good"]["quotes"] == []
    live(opened, "2027-04-02")
    assert len(duties(opened, "answer-evaluation")) == ASKED - 1
    rows = opened.rows("SELECT rule, details FROM cases.audit WHERE action = 'evaluation.answer'")
    assert {(row["rule"], row["details"]["post"]) for row in rows} == {("R25", "rektor-kotten")}


def test_R25_quotes_name_the_group_and_never_who_or_which_post(opened: CasesHouse) -> None:
    """R25: people say what they think when their name doesn't stand there."""
    answer(opened, said(good="Korta möten"))
    answer(opened, said("enhetschef-ifo", JONAS, good="Bra dialog"))
    shown = opened.get("years/2027/evaluation")
    (good,) = [one for one in shown["questions"] if one["name"] == "good"]
    assert good["quotes"] == [
        {"group": None, "text": "Bra dialog"},  # only two posts of the social services are asked
        {"group": "rektorerna", "text": "Korta möten"},
    ]
    for hint in (ANNA, JONAS, "Anna Lindqvist"):
        assert hint not in str(shown)
    english = opened.client.get(
        "/api/v1/years/2027/evaluation", headers={"Accept-Language": "en"}
    ).json()
    assert {one["group"] for one in english["questions"][3]["quotes"]} == {
        "the principals", None,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("body", "status", "field"),
    [
        (said("skolchef", ident("margareta-sandstrom")), 422, "post"),
        (said("no-such-post"), 422, "post"),
        (said(by=TEACHER), 422, "by"),
        (said(by="00000000-0000-4000-8000-000000000000"), 422, "by"),
        (said(works=6), 422, "answers.works"),
        (said(good="a\u0000b"), 422, "answers.good"),
        (said(**{"Alva Exempel": "x"}), 422, "answers"),
        ({**said(), "answers": {}}, 422, "answers"),
        ({**said(), "answers": [1]}, 422, "answers"),
        ({**said(), "extra": 1}, 422, "(?)"),
        ({"post": REKTOR, "answers": {"works": 1}}, 422, "by"),
    ],
)
def test_R25_what_is_wrong_in_an_answer_is_named_and_nothing_is_saved(
    opened: CasesHouse, body: Json, status: int, field: str
) -> None:
    """R25: the field, the rule, and never what was sent."""
    refused = answer(opened, body, status)
    assert field in str(refused)
    assert "Alva" not in str(refused)
    assert len(duties(opened, "answer-evaluation")) == ASKED
    assert opened.rows("SELECT 1 FROM cases.evaluation_answers") == []


def test_R25_X10_of_people_only_whoever_acts_for_the_post_answers_for_it(
    opened: CasesHouse,
) -> None:
    """R25: to anybody else there is no such thing."""
    assert acting(opened, TEACHER, "/answers", said()).status_code == 404
    assert acting(opened, JONAS, "/answers", said()).status_code == 404
    assert acting(opened, JONAS, "/answers", said(by=JONAS)).status_code == 404
    other = acting(opened, SOFIE, "/answers", said("rektor-kotten", ANNA))
    assert (other.status_code, other.json()["rule"]) == (409, "R25")
    assert acting(opened, ANNA, "/answers", said()).status_code == 200


def test_X10_of_people_only_who_is_concerned_sees_it_and_only_the_two_mark_it_as_done(
    opened: CasesHouse,
) -> None:
    """X10: a rektor reads what they helped to collect; a teacher doesn't."""
    for person, seen, may in ((ANNA, 200, 404), (TEACHER, 404, 404), (KARIN, 200, 200)):
        assert acting(opened, person, "").status_code == seen
        assert acting(opened, person, ".pdf").status_code == seen
        assert acting(opened, person, "/done", {}).status_code == may


@pytest.mark.parametrize("year", ["1899", "2200", "abc", "2027.5"])
def test_a_year_that_is_none_has_no_evaluation(cases: CasesHouse, year: str) -> None:
    assert cases.client.get(f"/api/v1/years/{year}/evaluation").status_code == 404


# done


def test_R24_done_says_when_and_by_whom_and_ends_all_that_is_open(opened: CasesHouse) -> None:
    """R24: also what nobody answered; a second time changes nothing."""
    answer(opened, said())
    live(opened, "2027-06-15")
    body = {"on": "2027-06-10", "by": KARIN, "reference": "BUN-2027/41"}
    done = opened.post("years/2027/evaluation/done", body)
    assert (done["state"], done["done_on"], done["done_by"]) == ("done", "2027-06-10", KARIN)
    assert (done["reference"], done["overdue"]) == ("BUN-2027/41", False)
    assert opened.post("years/2027/evaluation/done") == done
    assert duties(opened, "answer-evaluation") == duties(opened, "evaluate-year") == {}
    shown = opened.get("years/2027/evaluation")["progress"]
    assert (shown["asked"], shown["answered"], len(shown["waiting"])) == (ASKED, 1, ASKED - 1)
    (note,) = opened.rows("SELECT rule, details FROM cases.audit WHERE action = 'evaluation.done'")
    assert note == {"rule": "R24", "details": {"year": 2027, "on": "2027-06-10", "by": KARIN}}
    refused = answer(opened, said(), 409)
    assert (refused["rule"], refused["type"].rpartition(":")[2]) == ("R24", "evaluation-done")
    live(opened, "2027-06-16")
    assert duties(opened, "answer-evaluation") == duties(opened, "evaluate-year") == {}
    live(opened, "2028-04-03")
    assert len(duties(opened, "answer-evaluation")) == ASKED


def test_R24_X2_what_reaching_somebody_was_about_ends_with_it(opened: CasesHouse) -> None:
    """R24: a mail to a rektor that didn't arrive is their manager's task, until it is done."""
    (task, *_) = opened.rows("SELECT id FROM cases.tasks WHERE post = %s", REKTOR)
    failed = {"case_id": None, "task_id": task["id"], "meeting_id": None, "person_id": ANNA}
    failed |= {"key": "k", "kind": "task", "rule": "R25"}
    opened.hear(MessageFailed.model_validate(failed))
    assert list(duties(opened, "reach-otherwise")) == ["skolchef"]
    opened.post("years/2027/evaluation/done")
    assert duties(opened, "reach-otherwise") == {}


def test_R24_by_default_it_is_done_today_by_who_says_so(opened: CasesHouse) -> None:
    """R24: late if it is after the limit."""
    live(opened, "2027-07-02")
    assert opened.get("years/2027/evaluation")["overdue"] is True
    done = acting(opened, JONAS, "/done", {}).json()
    assert (done["done_on"], done["done_by"], done["overdue"]) == ("2027-07-02", JONAS, True)


def test_R24_an_answer_that_comes_while_it_is_being_done_is_refused(opened: CasesHouse) -> None:
    """R24: what has been evaluated doesn't change afterwards; the duty ends all the same."""
    with ThreadPoolExecutor(1) as caller, psycopg.connect(opened.database_url) as other:
        other.execute("SELECT FROM cases.evaluations FOR UPDATE")
        sent = caller.submit(answer, opened, said(), 409)
        while not opened.rows("SELECT FROM pg_stat_activity WHERE wait_event_type = 'Lock'"):
            assert not sent.done()
        other.execute("UPDATE cases.evaluations SET done_on = '2027-04-01', noted_at = now()")
        other.commit()
        assert sent.result(timeout=20)["rule"] == "R24"
    assert opened.rows("SELECT FROM cases.evaluation_answers") == []


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"on": "2027-04-02"}, "on"),
        ({"on": "2026-12-31"}, "on"),
        ({"on": "2027-04-01T00:00:00Z"}, "on"),
        ({"by": "00000000-0000-4000-8000-000000000000"}, "by"),
        ({"reference": "Alva Exempel 2014-05-02"}, "reference"),
    ],
)
def test_R24_what_is_wrong_is_named_and_it_stays_open(
    opened: CasesHouse, body: Json, field: str
) -> None:
    """R24: it isn't done in the future, nor in another year."""
    refused = opened.post("years/2027/evaluation/done", body, 422)
    assert refused["errors"][0]["field"] == field
    assert len(duties(opened, "evaluate-year")) == 2


def test_R24_there_is_nothing_to_answer_or_to_be_done_before_it_opens(cases: CasesHouse) -> None:
    """R24: a year without an evaluation is none."""
    for refused in (
        answer(cases, said(), 409),
        cases.post("years/2027/evaluation/done", {}, 409),
    ):
        assert refused["rule"] == "R24"
        assert "torsdag 1 april 2027" in refused["detail"]
    cases.post("years/2040/evaluation/done", {}, 404)
    assert cases.client.get("/api/v1/years/2027/evaluation.pdf").status_code == 409


@pytest.mark.parametrize(
    ("kind", "rule", "instead"),
    [("answer-evaluation", "R25", "Svara på frågorna"), ("evaluate-year", "R24", "Utvärdera")],
)
def test_R24_R25_neither_is_ticked_off_by_hand(
    opened: CasesHouse, kind: str, rule: str, instead: str
) -> None:
    """R24: what ends by being answered or evaluated says how (X2)."""
    (task, *_) = opened.rows("SELECT id FROM cases.tasks WHERE kind = %s", kind)
    refused = opened.post(f"tasks/{task['id']}/done", status=409)
    assert refused["rule"] == rule
    assert instead in refused["detail"]


# the year in numbers


def test_R24_X3_the_years_own_numbers_and_nothing_about_fewer_than_five(
    opened: CasesHouse,
) -> None:
    """X3: four cases are «färre än fem»; five are counted."""

    def figures() -> Json:
        (found,) = opened.get("years/2027/evaluation")["figures"]["cases"]
        return {"count": found["count"], **found["limits"][0]}

    assert opened.get("years/2027/evaluation")["figures"]["cases"] == []
    for number in range(FEWEST):
        if number:
            assert (figures()["count"], figures()["missed"]) == (None, None)
        opened.open_case(known_on="2027-03-01")
    assert figures() == {
        "count": 5, "step": "first", "title": "Första samverkansmötet", "met": 0, "missed": 5,
    }  # fmt: skip
    opened.open_case(known_on="2026-06-30")  # of the school year before
    assert figures()["count"] == 5
    shown = opened.get("years/2027/evaluation")["figures"]
    assert (shown["from"], shown["to"]) == ("2026-07-01", "2027-06-30")


def test_R22_R24_the_years_meetings_show_which_groups_were_there(opened: CasesHouse) -> None:
    """R22: who was there is said when the meeting is marked as held."""
    hold_a_meeting(opened, {ANNA: True, KARIN: False, JONAS: True})
    shown = opened.get("years/2027/evaluation")["figures"]["meetings"]
    (held,) = [one for one in shown if one["state"] == "held"]
    assert held["title"] == "Samverkansmöte i oktober"
    assert held["present"] == ["rektorerna", "socialtjänsten"]
    assert held["absent"] == ["elevhälsan", "familjeteamet"]


def hold_a_meeting(cases: CasesHouse, present: dict[str, bool]) -> None:
    """October's, in the year before: Samspel wasn't there yet when it was planned."""
    matter, meeting = UUID(int=1), UUID(int=2)
    cases.execute(
        "INSERT INTO cases.cases (id, reference, procedure, procedure_on, state, known_on,"
        " opened_at, initiator, process_owner, coordinator, unit, about)"
        " VALUES (%s, '7KQ2', 'arshjul', '2026-01-01', 'open', '2026-01-01', '2026-01-01', %s, %s,"
        " %s, 'elevhalsan', 'year')",
        matter, KARIN, KARIN, JONAS,
    )  # fmt: skip
    cases.execute(
        "INSERT INTO cases.meetings (id, case_id, step, starts_at, ends_at, local_start,"
        " created_at, state, changed_at)"
        " VALUES (%s, %s, 'october', '2026-10-14T13:00+02', '2026-10-14T15:00+02',"
        " '2026-10-14T13:00', '2026-01-01', 'held', '2026-01-01')",
        meeting, matter,
    )  # fmt: skip
    roles = {ANNA: "rektor", KARIN: "elevhalsochef", JONAS: "enhetschef_ifo"}
    for person, came in present.items():
        cases.execute(
            "INSERT INTO cases.participants (case_id, person_id, party, role, organisation,"
            " added_at) VALUES (%s, %s, 'staff', %s, 'school', '2026-01-01')",
            matter, UUID(person), roles[person],
        )  # fmt: skip
        cases.execute(
            "INSERT INTO cases.attendance (meeting_id, person_id, present) VALUES (%s, %s, %s)",
            meeting, UUID(person), came,
        )  # fmt: skip


# on paper


def test_R24_the_report_reads_as_what_is_known_with_neutral_names(opened: CasesHouse) -> None:
    """R24: a paper to take to the meeting; its file's name says the year alone (X3)."""
    for _ in range(FEWEST):
        opened.open_case(known_on="2027-03-01", guardians=[guardian("Kim Exempel")])
    assert new_case()["child"]["name"] == "Alva Exempel"
    answer(opened, said(works=4, good="Åtta möten i tid.\nBra!"))
    printed = opened.client.get("/api/v1/years/2027/evaluation.pdf")
    assert printed.status_code == 200
    assert printed.headers["content-type"] == "application/pdf"
    assert 'filename="utvardering-2027.pdf"' in printed.headers["content-disposition"]
    text = text_of(printed.content)
    for words in (
        "Utvärdering av samverkan 2027", "Har svarat 1 av 17", "Rektor, Förskolan Kotten",
        "1 svar, medelvärde 4 av 5", "Åtta möten i tid. Bra!", "Rektorerna",
        "Samverkansmöte Första samverkansmötet 0 5", "färre än fem",
    ):  # fmt: skip
        assert words in text
    for hidden in ("Alva", "Kim", "Anna Lindqvist"):
        assert hidden not in text
