"""The years as matters of the staff: opened ahead, called by two, with all who hold a post."""

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any, cast
from uuid import UUID

import psycopg
import pytest

from services.cases.adapters.municipality import import_register
from shared.ids import LINK, signed_token, staff_id, year_matter_id
from shared.municipality import read_register
from tests.integration.cases_house import CasesHouse, new_case
from tests.support.beginnings import Beginnings
from tests.support.links import Visitor
from tests.support.notifier import SECRET
from tests.support.papers import text_of
from tests.support.town import Json, Town, a_town

JANUARY = "2027-01-11T08:00:00+01:00"
APRIL, OCTOBER = "2027-04-14", "2027-10-13"


def ident(code: str) -> str:
    return str(staff_id(code))


KARIN, JONAS = ident("karin-bergqvist"), ident("jonas-ekdahl")
CHIEF, DEPUTY = ident("birgitta-nordlund"), ident("nadia-karim")
ANNA, PETER = ident("anna-lindqvist"), ident("peter-hedman")
TEACHER = ident("kristina-blom")


@pytest.fixture
def town(beginnings: Beginnings) -> Iterator[Town]:
    """On Monday 11 January 2027, with the yearly cycle, and what it begins with."""
    with beginnings.town(JANUARY) as made:
        yield made


@pytest.fixture
def new_town(registered_url: str, municipality: Path) -> Iterator[Town]:
    """The same before anything has happened."""
    with a_town(registered_url, municipality, clock=JANUARY, year=True) as made:
        yield made


def years(town: Town) -> list[Json]:
    return town.rows(
        "SELECT id, extract(year FROM known_on)::int AS year, state, outcome, process_owner,"
        " initiator, coordinator, unit FROM cases.cases WHERE about = 'year' ORDER BY known_on"
    )


def people(town: Town, year: int = 2027) -> dict[str, str]:
    rows = town.rows(
        "SELECT person_id, role FROM cases.participants WHERE case_id = %s AND removed_at IS NULL",
        year_matter_id("arshjul", year),
    )
    return {str(row["person_id"]): row["role"] for row in rows}


def meeting(town: Town, step: str, year: int = 2027) -> Json:
    """The newest of a step."""
    *_, found = town.rows(
        "SELECT id, starts_at, state, sequence FROM cases.meetings"
        " WHERE case_id = %s AND step = %s ORDER BY created_at",
        year_matter_id("arshjul", year), step,
    )  # fmt: skip
    return found


def called(town: Town, one: Json) -> set[str]:
    rows = town.rows(
        "SELECT person_id FROM cases.attendance WHERE meeting_id = %s AND NOT removed", one["id"]
    )
    return {str(row["person_id"]) for row in rows}


def duties(town: Town, kind: str, state: str = "open") -> list[Json]:
    return town.rows(
        "SELECT id, post, owner, rule, due_on, details, meeting_id, about FROM cases.tasks"
        " WHERE kind = %s AND state = %s AND year IS NOT NULL ORDER BY key",
        kind, state,
    )  # fmt: skip


def callers(town: Town, year: int = 2027) -> list[str]:
    (row,) = town.rows(
        "SELECT callers FROM cases_api.mailing(%s, '2027-03-01')",
        [year_matter_id("arshjul", year)],
    )
    found: list[str] = row["callers"]
    return found


def execute(town: Town, query: str, *values: Any) -> None:
    with psycopg.connect(town.database_url) as connection:
        connection.execute(query.encode(), values)


def leaves(town: Town, post: str, code: str, last_day: str) -> None:
    town.do(f"posts/{post}/holders/end", {"person": ident(code), "last_day": last_day})


def comes(town: Town, post: str, code: str, first_day: str, **more: str) -> None:
    town.do(f"posts/{post}/holders", {"person": ident(code), "first_day": first_day} | more)


def answer(town: Town, one: Json, person: str, said: str) -> None:
    town.do(f"meetings/{one['id']}/answers", {"person": person, "answer": said})


# the years themselves


def test_R20_this_year_and_two_more_are_opened_each_once(new_town: Town) -> None:
    """R20: however often the day is looked at, also after two months without any worker."""
    for clock in (JANUARY, "2027-01-11T15:00:00+01:00", "2027-03-10T08:00:00+01:00"):
        new_town.clockwork.stand_at(datetime.fromisoformat(clock))
        new_town.quiet()
        assert [(one["year"], one["state"]) for one in years(new_town)] == [
            (2027, "open"), (2028, "open"), (2029, "open"),
        ]  # fmt: skip
        assert [one["id"] for one in years(new_town)] == [
            year_matter_id("arshjul", year) for year in (2027, 2028, 2029)
        ]


def test_R20_a_meeting_stands_in_each_april_and_october_at_once(town: Town) -> None:
    """R20: planned years ahead, by itself."""
    for year in (2027, 2028, 2029):
        for step, month in (("april", 4), ("october", 10)):
            one = meeting(town, step, year)
            assert (one["state"], one["starts_at"].year, one["starts_at"].month) == (
                "booked", year, month,
            )  # fmt: skip


def test_R20_installed_late_in_a_year_nothing_long_past_comes(
    registered_url: str, municipality: Path
) -> None:
    """R20: October is over, so the next year is the first; nobody is told of what has been."""
    with a_town(registered_url, municipality, clock="2026-11-16T08:00:00+01:00", year=True) as town:
        town.quiet()
        assert [one["year"] for one in years(town)] == [2027, 2028]
        assert duties(town, "limit-passed") == []


def test_R20_installed_in_may_this_year_is_opened_and_april_isnt_missed(
    registered_url: str, municipality: Path
) -> None:
    """R20: what was before the year was opened has nobody to answer for it."""
    with a_town(registered_url, municipality, clock="2027-05-10T08:00:00+02:00", year=True) as town:
        town.quiet()
        assert [one["year"] for one in years(town)] == [2027, 2028, 2029]
        town.move_clock("2027-06-02T08:00:00+02:00")
        assert duties(town, "limit-passed") == []


def test_R21_while_nobody_acts_for_either_post_no_year_is_opened(new_town: Town) -> None:
    """R21: the next day tries again."""
    town = new_town
    execute(
        town,
        "UPDATE cases.holders SET last_day = '2027-01-10' WHERE post IN"
        " ('elevhalsochef', 'skolchef', 'enhetschef-ifo', 'avdelningschef-ifo', 'socialchef')",
    )
    town.quiet()
    assert years(town) == []
    comes(town, "enhetschef-ifo", "nadia-karim", "2027-01-12")
    town.move_clock("2027-01-12T08:00:00+01:00")
    assert [str(one["process_owner"]) for one in years(town)] == [DEPUTY] * 3
    assert [one["coordinator"] for one in years(town)] == [None] * 3


def test_R20_a_past_year_is_closed_once_its_meetings_are_held_or_long_past(town: Town) -> None:
    """R20: on 31 January at the latest, and duties about the year stay."""
    for step, after in (("april", "2027-04-15"), ("october", "2027-10-14")):
        town.jump_clock(f"{after}T10:00:00+02:00")
        if step == "april":
            town.do(f"meetings/{meeting(town, step)['id']}/held")
    town.jump_clock("2027-12-31T08:00:00+01:00")
    assert years(town)[0]["state"] == "open"
    town.jump_clock("2028-01-30T08:00:00+01:00")
    assert years(town)[0]["state"] == "open"
    town.jump_clock("2028-01-31T08:00:00+01:00")
    assert (years(town)[0]["state"], years(town)[0]["outcome"]) == ("closed", "year-over")
    assert [one["year"] for one in years(town)] == [2027, 2028, 2029, 2030]
    assert duties(town, "mark-as-held") == []


# who calls


def test_R21_both_who_hold_the_posts_call(town: Town) -> None:
    """R21: jointly, in the order of the rule."""
    assert {(str(one["process_owner"]), str(one["coordinator"])) for one in years(town)} == {
        (KARIN, JONAS)
    }
    assert callers(town) == ["Karin Bergqvist", "Jonas Ekdahl"]


def test_R21_a_deputy_in_march_calls_with_the_other(town: Town) -> None:
    """R21: the call goes out in the names of both, at once when the post changes hands."""
    leaves(town, "enhetschef-ifo", "jonas-ekdahl", "2027-01-31")
    comes(town, "enhetschef-ifo", "nadia-karim", "2027-02-01", capacity="deputy")
    town.move_clock("2027-03-01T08:00:00+01:00")
    assert callers(town) == ["Karin Bergqvist", "Nadia Karim"]
    assert people(town)[DEPUTY] == "enhetschef_ifo"
    assert JONAS not in people(town)
    assert years(town)[0]["initiator"] == UUID(KARIN)


def test_R21_an_empty_post_is_told_of_long_before_to_who_may_fill_it(town: Town) -> None:
    """R21: a known last day, 90 days ahead; a deputy doesn't fill it, a holder does."""
    leaves(town, "enhetschef-ifo", "jonas-ekdahl", "2027-06-30")
    town.move_clock("2027-04-01T08:00:00+02:00")
    assert duties(town, "fill-post") == []
    town.move_clock("2027-04-02T08:00:00+02:00")
    found = duties(town, "fill-post")
    assert {one["post"] for one in found} == {"avdelningschef-ifo", "elevhalsochef"}
    assert {str(one["due_on"]) for one in found} == {"2027-07-01"}
    comes(town, "enhetschef-ifo", "nadia-karim", "2027-07-01", capacity="deputy")
    assert len(duties(town, "fill-post")) == 2
    refused = town.post(f"tasks/{found[0]['id']}/done", status=409)
    assert refused["rule"] == "R21"
    comes(town, "enhetschef-ifo", "cecilia-moberg", "2027-07-01")
    assert duties(town, "fill-post") == []
    assert len(duties(town, "fill-post", "done")) == 2


def test_R21_both_posts_vacant_are_two_vacancies_and_the_years_stay(town: Town) -> None:
    """R21: whoever is above acts, and the meetings stand."""
    leaves(town, "enhetschef-ifo", "jonas-ekdahl", "2027-01-11")
    leaves(town, "elevhalsochef", "karin-bergqvist", "2027-01-11")
    town.move_clock("2027-01-12T08:00:00+01:00")
    assert sorted(one["post"] for one in duties(town, "fill-post")) == [
        "avdelningschef-ifo", "elevhalsochef", "enhetschef-ifo", "skolchef",
    ]  # fmt: skip
    assert callers(town) == ["Margareta Sandström", "Birgitta Nordlund"]
    assert meeting(town, "april")["state"] == "booked"


# who is called


def test_R22_all_who_hold_the_roles_are_called_and_nobody_else(town: Town) -> None:
    """R22: every rektor, the student health service, the social services, the family team."""
    wanted = {
        str(row["person_id"])
        for row in town.rows(
            "SELECT h.person_id FROM cases.in_post('2027-01-11') h"
            " JOIN cases.posts p ON p.code = h.post WHERE p.role = ANY (%s)",
            [
                "elevhalsochef",
                "kurator",
                "skolskoterska",
                "skolsocionom",
                "specialpedagog",
                "rektor",
                "avdelningschef_ifo",
                "enhetschef_ifo",
                "socialsekreterare",
                "familjebehandlare",
            ],
        )
    }
    assert set(people(town)) == wanted
    assert called(town, meeting(town, "april")) == wanted == called(town, meeting(town, "october"))


def test_R22_a_newcomer_is_called_and_a_leaver_no_longer_by_the_date_of_their_post(
    town: Town,
) -> None:
    """R22: Hagaskolan's rektor changes on 1 February."""
    old, new = ident("bengt-ostlund"), ident("sofia-marklund")
    town.move_clock("2027-01-31T20:00:00+01:00")
    april = meeting(town, "april")
    assert (old in called(town, april), new in called(town, april)) == (True, False)
    town.move_clock("2027-02-01T08:00:00+01:00")
    for year in (2027, 2028, 2029):
        one = meeting(town, "october", year)
        assert (old in called(town, one), new in called(town, one)) == (False, True)
    assert (old in people(town), people(town)[new]) == (False, "rektor")


def test_R22_who_changes_by_a_call_counts_at_once(town: Town) -> None:
    """R22: before any worker has looked."""
    town.post("posts/rektor-bjorkskolan/holders/end", {"person": ANNA, "last_day": "2027-01-10"})
    assert ANNA not in called(town, meeting(town, "april"))
    town.post("posts/rektor-bjorkskolan/holders", {"person": TEACHER, "first_day": "2027-01-11"})
    assert TEACHER in called(town, meeting(town, "april"))
    town.quiet()


def test_R5_nobody_is_asked_to_replace_a_participant_of_a_year(town: Town) -> None:
    """R5: the posts say who follows; only cases of children ask somebody to see to it."""
    leaves(town, "rektor-bjorkskolan", "anna-lindqvist", "2027-01-20")
    leaves(town, "elevhalsochef", "karin-bergqvist", "2027-01-20")
    kinds = {row["kind"] for row in town.rows("SELECT kind FROM cases.tasks")}
    assert not kinds & {"replace-participant", "hand-over"}


def test_R20_the_daily_look_twice_changes_nothing(town: Town) -> None:
    """R20, R22: no event, no row more."""
    before = town.rows(
        "SELECT (SELECT count(*) FROM cases.audit) AS audit,"
        " (SELECT count(*) FROM bus.events) AS events,"
        " (SELECT count(*) FROM cases.tasks) AS tasks"
    )
    execute(town, "DELETE FROM cases.daily")
    town.cases._looked_by = None
    town.quiet()
    after = town.rows(
        "SELECT (SELECT count(*) FROM cases.audit) AS audit,"
        " (SELECT count(*) FROM bus.events) AS events,"
        " (SELECT count(*) FROM cases.tasks) AS tasks"
    )
    assert before == after


# who comes


def test_R22_a_group_in_which_all_say_no_is_told_to_both_who_call(town: Town) -> None:
    """R22: it ends by itself once one of the group comes after all, and comes back."""
    april = meeting(town, "april")
    family_team = [person for person, role in people(town).items() if role == "familjebehandlare"]
    for person in family_team:
        assert duties(town, "group-missing") == []
        answer(town, april, person, "declined")
    found = duties(town, "group-missing")
    assert [one["post"] for one in found] == ["elevhalsochef", "enhetschef-ifo"]
    assert found[0]["details"] == {"group": "familjeteam"}
    assert town.post(f"tasks/{found[0]['id']}/done", status=409)["rule"] == "R22"
    answer(town, april, family_team[0], "tentative")
    assert duties(town, "group-missing") == []
    answer(town, april, family_team[0], "declined")
    assert len(duties(town, "group-missing")) == 2


def test_R22_it_ends_for_whom_it_was_asked_of_though_another_post_calls_now(town: Town) -> None:
    """R21, R22: of two posts of one role the first by its code calls."""
    april = meeting(town, "april")
    family_team = [person for person, role in people(town).items() if role == "familjebehandlare"]
    for person in family_team:
        answer(town, april, person, "declined")
    assert len(duties(town, "group-missing")) == 2
    execute(
        town,
        "INSERT INTO cases.posts (code, role, unit)"
        " SELECT 'a-new-' || role, role, unit FROM cases.posts WHERE code = 'elevhalsochef'",
    )
    answer(town, april, family_team[0], "accepted")
    assert duties(town, "group-missing") == []


def test_R22_a_group_that_nobody_has_answered_of_by_the_day_is_told_of(town: Town) -> None:
    """R22: the day after the one to answer by; then a moved meeting counts anew."""
    april = meeting(town, "april")
    for role in ("rektor", "kurator", "socialsekreterare"):
        person = next(one for one, its in people(town).items() if its == role)
        answer(town, april, person, "accepted")
    town.move_clock("2027-04-07T08:00:00+02:00")
    assert duties(town, "group-missing") == []
    town.move_clock("2027-04-08T08:00:00+02:00")
    assert {one["details"]["group"] for one in duties(town, "group-missing")} == {"familjeteam"}
    town.do(f"meetings/{april['id']}/move", {"starts_at": "2027-04-21T13:00:00+02:00"})
    assert duties(town, "group-missing") == []


def test_R27_a_rektor_who_says_no_is_asked_for_a_substitute(town: Town) -> None:
    """R27: the post's duty, which a yes ends; others aren't asked."""
    april = meeting(town, "april")
    answer(town, april, ident("asa-hallberg"), "declined")
    assert duties(town, "send-substitute") == []
    answer(town, april, ANNA, "declined")
    (duty,) = duties(town, "send-substitute")
    assert (duty["post"], str(duty["owner"]), duty["rule"]) == ("rektor-bjorkskolan", ANNA, "R27")
    assert town.post(f"tasks/{duty['id']}/done", status=409)["rule"] == "R27"
    answer(town, april, ANNA, "accepted")
    assert duties(town, "send-substitute") == []


def test_R27_a_substitute_is_called_to_this_meeting_alone_and_stays(town: Town) -> None:
    """R27: they stand for the group, and no look at the posts takes them off."""
    april = meeting(town, "april")
    answer(town, april, ANNA, "declined")
    path = f"meetings/{april['id']}/substitutes"
    named = town.do(path, {"for": ANNA, "person": TEACHER}, status=201)
    assert TEACHER in {one["person"] for one in named["attendance"]}
    assert duties(town, "send-substitute") == []
    assert people(town)[TEACHER] == "rektor"
    town.move_clock("2027-02-03T08:00:00+01:00")  # rektorer have changed meanwhile
    assert TEACHER in called(town, april)
    assert TEACHER not in called(town, meeting(town, "october"))
    answer(town, april, TEACHER, "declined")
    (duty,) = duties(town, "send-substitute")
    assert duty["post"] == "rektor-bjorkskolan"
    town.move_clock("2027-04-15T08:00:00+02:00")
    assert TEACHER not in people(town)


@pytest.mark.parametrize(
    ("who", "person", "status", "code"),
    [
        ("anna-lindqvist", "peter-hedman", 422, "already-called"),
        ("anna-lindqvist", "nobody", 422, "unknown-person"),
        ("peter-hedman", "kristina-blom", 409, "comes-themselves"),
        ("kristina-blom", "robin-sundin", 422, "not-on-meeting"),
    ],
)
def test_R27_who_cant_be_a_substitute_is_refused(
    town: Town, who: str, person: str, status: int, code: str
) -> None:
    """R27: with what to do instead, and nothing changed."""
    april = meeting(town, "april")
    answer(town, april, ANNA, "declined")
    before = called(town, april)
    body = {"for": ident(who), "person": ident(person)}
    refused = town.post(f"meetings/{april['id']}/substitutes", body, status=status)
    assert refused["type"].rpartition(":")[2] == code
    assert called(town, april) == before


def test_R27_of_people_only_who_declined_or_calls_names_a_substitute(town: Town) -> None:
    """R27, X16: another rektor doesn't."""
    april = meeting(town, "april")
    answer(town, april, ANNA, "declined")
    path, body = f"/api/v1/meetings/{april['id']}/substitutes", {"for": ANNA, "person": TEACHER}
    for acting, status in ((PETER, 409), (TEACHER, 404), (ANNA, 201)):
        headers = {"Samspel-Acting-As": acting}
        assert town.client.post(path, json=body, headers=headers).status_code == status


# what its meetings ask for


def test_R21_whether_it_was_held_is_asked_of_both_and_answered_once(town: Town) -> None:
    """R21, R13: the duty of either ends for both; a tick alone doesn't do."""
    town.move_clock("2027-04-15T10:00:00+02:00")
    asked = duties(town, "mark-as-held")
    assert [one["post"] for one in asked] == ["elevhalsochef", "enhetschef-ifo"]
    town.post(f"tasks/{asked[0]['id']}/done", status=409)
    town.do(f"meetings/{meeting(town, 'april')['id']}/held")
    assert duties(town, "mark-as-held") == []


def test_R23_the_next_meeting_stands_and_is_moved_to_a_wished_time(town: Town) -> None:
    """R23: «Tid för nytt möte»: October's, and after October next April's."""
    town.jump_clock("2027-04-15T10:00:00+02:00")
    october = meeting(town, "october")
    body = {"next_time": {"starts_at": "2027-10-20T13:00:00+02:00"}, "secretary": KARIN}
    held = town.do(f"meetings/{meeting(town, 'april')['id']}/held", body)
    assert held["next"] == {
        "id": str(october["id"]), "starts_at": "2027-10-20T13:00:00+02:00",
    }  # fmt: skip
    kinds = {row["kind"] for row in town.rows("SELECT kind FROM cases.tasks WHERE state = 'open'")}
    assert not kinds & {"next-date", "review-consent", "file-minutes"}
    town.jump_clock("2027-10-21T10:00:00+02:00")
    spring = town.do(f"meetings/{october['id']}/held")["next"]
    assert spring["id"] == str(meeting(town, "april", 2028)["id"])


def test_R23_a_next_time_outside_its_month_is_refused_and_nothing_is_saved(town: Town) -> None:
    """R20, R23: by all the rules of booking."""
    town.move_clock("2027-04-15T10:00:00+02:00")
    april = meeting(town, "april")
    body = {"next_time": {"starts_at": "2027-11-17T13:00:00+01:00"}}
    refused = town.post(f"meetings/{april['id']}/held", body, status=409)
    assert refused["rule"] == "R20"
    assert meeting(town, "april")["state"] == "booked"


def test_R20_what_was_cancelled_by_hand_is_asked_of_both_and_booked_anew_by_hand(
    town: Town,
) -> None:
    """R20, R21: the duties end with the booking."""
    town.do(f"meetings/{meeting(town, 'april')['id']}/cancel")
    assert [one["post"] for one in duties(town, "book-anew")] == ["elevhalsochef", "enhetschef-ifo"]
    body = {"step": "april", "starts_at": "2027-04-22T13:00:00+02:00"}
    town.do("years/2027/meetings", body, status=201)
    assert duties(town, "book-anew") == []
    assert meeting(town, "april")["state"] == "booked"
    town.post("years/2040/meetings", body, status=404)
    town.do(f"meetings/{meeting(town, 'april')['id']}/cancel")
    assert len(duties(town, "book-anew")) == 2


def test_R20_X2_a_month_that_passed_without_its_meeting_is_told_to_managers_too(
    town: Town,
) -> None:
    """R20, X2: once, to both who call, and as late at nine."""
    town.do(f"meetings/{meeting(town, 'april')['id']}/cancel")
    town.move_clock("2027-05-01T08:00:00+02:00")
    found = duties(town, "limit-passed")
    assert [(one["post"], one["rule"]) for one in found] == [
        ("elevhalsochef", "R20"), ("enhetschef-ifo", "R20"),
    ]  # fmt: skip
    assert duties(town, "book-anew") == []
    town.move_clock("2027-05-03T10:00:00+02:00")
    late = town.rows("SELECT data FROM bus.events WHERE type = 'duty.late'")
    assert {row["data"]["task_id"] for row in late} >= {str(one["id"]) for one in found}
    told = {mail.to for mail in town.mails() if mail.on >= "2027-05-01"}
    assert {"margareta.sandstrom", "birgitta.nordlund"} <= {one.partition("@")[0] for one in told}
    town.do(f"tasks/{found[0]['id']}/done")
    assert duties(town, "limit-passed") == []


def test_R21_what_a_mail_cant_tell_is_asked_of_both_and_done_by_one(town: Town) -> None:
    """X7, R21: somebody of the staff without an address is told by hand."""
    execute(town, "UPDATE cases.people SET email = NULL WHERE id = %s", UUID(PETER))
    town.move_clock("2027-03-17T12:00:00+01:00")
    found = duties(town, "tell-by-hand")
    assert [one["post"] for one in found] == ["elevhalsochef", "enhetschef-ifo"]
    assert {str(one["about"]) for one in found} == {PETER}
    town.do(f"tasks/{found[0]['id']}/done")
    assert duties(town, "tell-by-hand") == []


# what is shown


def test_R23_the_agenda_of_a_years_meeting_is_printed(town: Town) -> None:
    """R23: six points; its minutes know no child's needs and no guardians' contact person."""
    april = meeting(town, "april")
    for paper in ("agenda.pdf", "minutes.pdf"):
        printed = town.client.get(f"/api/v1/meetings/{april['id']}/{paper}")
        assert (printed.status_code, printed.headers["content-type"]) == (200, "application/pdf")
        text = text_of(printed.content)
        for said in ("Exempelkommun", "Behovsanalys", "Karin Bergqvist", "Jonas Ekdahl"):
            assert said in text
        for word in ("barn", "vårdnadshavare", "samtycke", "ärendet"):
            assert word not in text.lower()


def test_R23_the_agenda_has_the_last_meeting_and_what_the_figures_say(town: Town) -> None:
    """R23: to follow up the last meeting; the cases since then in numbers, small ones not told."""
    april, october = meeting(town, "april"), meeting(town, "october")
    first = text_of(town.client.get(f"/api/v1/meetings/{april['id']}/agenda.pdf").content)
    assert "inget ännu" in first
    town.move_clock("2027-04-15T10:00:00+02:00")
    town.do(f"meetings/{april['id']}/held", {})
    town.do(f"meetings/{april['id']}/minutes-filed", {"reference": "SAM-2027-3"})
    since = new_case() | {"known_on": "2027-04-15"}
    for _ in range(5):
        town.post("cases", since, status=201)
    text = text_of(town.client.get(f"/api/v1/meetings/{october['id']}/agenda.pdf").content)
    for said in ("onsdag 14 april 2027", "SAM-2027-3", "från och med onsdagen den 14 april"):
        assert said in text, said
    assert re.search(r"Samverkansmöte\s+5\b", text)
    assert "färre än fem" in text  # of limits none has passed yet; too few to be split


def test_X10_no_call_about_cases_knows_a_year(town: Town) -> None:
    """R20: it is no child's case: not listed, not shown, not closed."""
    matter = year_matter_id("arshjul", 2027)
    assert town.get("cases")["cases"] == []
    for path in ("", "/timeline", "/slots?step=april"):
        assert town.client.get(f"/api/v1/cases/{matter}{path}").status_code == 404
    town.post(f"cases/{matter}/close", {"outcome": "completed"}, status=404)


def test_R22_an_import_counts_at_once(town: Town, municipality: Path) -> None:
    """R22: new files with another rektor and another caller; the same again change nothing."""
    register = read_register(municipality)
    holders = tuple(
        replace(one, person="kristina-blom") if one.post == "rektor-bjorkskolan"
        else replace(one, person="nadia-karim") if one.post == "enhetschef-ifo" else one
        for one in register.holders
    )  # fmt: skip
    for _ in range(2):
        import_register(town.database_url, replace(register, holders=holders), demo=True)
        april = meeting(town, "april")
        assert {TEACHER, DEPUTY} <= called(town, april)
        assert not {ANNA, JONAS} & called(town, april)
        assert callers(town) == ["Karin Bergqvist", "Nadia Karim"]
    town.quiet()


def test_R22_X13_who_is_called_answers_by_the_link_in_their_mail(town: Town) -> None:
    """R22, R27, X13: a page without login; a no there asks for a substitute too."""
    town.move_clock("2027-03-17T12:00:00+01:00")
    april = meeting(town, "april")
    (row,) = town.rows(
        "SELECT link FROM cases.attendance WHERE meeting_id = %s AND person_id = %s",
        april["id"], UUID(ANNA),
    )  # fmt: skip
    visitor = Visitor(cast(CasesHouse, town), f"/r/{signed_token(SECRET, LINK, row['link'])}")
    assert "Onsdagen den 14 april 2027 kl. 13.00" in visitor.get().text
    visitor.does("svar", answer="declined")
    town.quiet()
    assert [str(one["owner"]) for one in duties(town, "send-substitute")] == [ANNA]
