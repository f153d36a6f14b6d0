"""Rules that are changed in the web while all three services run: each takes them up by itself."""

import re
from datetime import datetime

from services.cases.web.staff.visits import KEY, TOKEN
from tests.support.beginnings import Beginnings
from tests.support.notifier import SECRET
from tests.support.signing_in import Visitor, visitor
from tests.support.story import GUARDIANS, open_a_case, opened_by, person_called, the_meeting
from tests.support.town import Json, Town

NEXT_MONDAY = "2027-03-08T08:00:00+01:00"


def test_X9_new_cases_follow_a_change_from_its_day_and_old_ones_do_not(town: Town) -> None:
    """The scheduler plans by it, the notifier writes by it, and nobody was started anew."""
    old = opened(town)
    before = town.letters()
    change(town, "samverkansmote", "2027-03-08", {
        "steps.first.within.days": "21",
        "steps.first.minutes": "45",
        "answers.by_working_days_before": "6",
        "answers.nudge_working_days_before": "7",
    })  # fmt: skip
    town.quiet()
    assert town.letters() == before, "what stands doesn't move"
    town.jump_clock(NEXT_MONDAY)
    new = opened(town, known_on="2027-03-08")
    assert closes_on(town, old) == "2027-03-15"
    assert closes_on(town, new) == "2027-03-29"
    told = town.rows(
        "SELECT data FROM bus.events WHERE type = 'window.set' AND data ->> 'step' = 'first'"
        " ORDER BY id"
    )
    assert [row["data"]["closes_on"] for row in told] == ["2027-03-15", "2027-03-29"]
    meeting = the_meeting(town, new["id"], "first")
    assert minutes(meeting) == 45
    assert minutes(the_meeting(town, old["id"], "first")) == 60
    later = {"starts_at": "2027-03-23T13:00:00+01:00", "minutes": 45}
    town.do(f"meetings/{meeting['id']}/move", later)
    assert "svara senast måndagen den 15 mars" in body(town, GUARDIANS[0])


def test_R20_a_new_break_moves_the_meeting_of_the_year(beginnings: Beginnings) -> None:
    with beginnings.town("2027-01-11T08:00:00+01:00") as town:
        assert april(town) == ["2027-04-14"]
        admin = administrator(town)
        form = filled(admin.get("/installningar/lasar/2026-27").text) | {
            "break-8-name": "Extra lov",
            "break-8-first": "2027-04-12",
            "break-8-last": "2027-04-16",
        }
        preview = admin.post("/installningar/lasar", form | {"steg": "visa"})
        assert "onsdagen den 14 april 2027" in preview.text
        done = admin.post("/installningar/lasar", form | {"steg": "spara"})
        assert done.status_code == 303, done.text
        town.quiet()
        assert april(town) == ["2027-04-21"], "the next Wednesday that will do"


def test_R20_a_rule_of_the_year_holds_for_the_years_that_begin_under_it(
    beginnings: Beginnings,
) -> None:
    """X9: the matter of 2027 has begun; that of 2028 follows the rules of 1 January 2028."""
    with beginnings.town("2027-01-11T08:00:00+01:00") as town:
        values = {"steps.april.minutes": "90", "year.evaluation.due": "15/6"}
        said = change(town, "arshjul", "2027-08-01", values)
        assert "Öppna ärenden och år som börjar den dagen eller senare: 2" in said
        town.quiet()
        years = {year: town.get(f"years/{year}")["evaluation"]["due_on"] for year in (2027, 2028)}
        assert years == {2027: "2027-06-30", 2028: "2028-06-15"}


def opened(town: Town, **more: str) -> Json:
    """A case whose consents are signed, so that its first meeting is booked."""
    case = open_a_case(town) if not more else _opened_on(town, **more)
    for consent in case["consents"]:
        town.do(f"cases/{case['id']}/consents/{consent['id']}/sign")
    return case


def _opened_on(town: Town, known_on: str) -> Json:
    rektor, therapist = (person_called(town, code) for code in ("anna-lindqvist", "asa-hallberg"))
    return opened_by(
        town, rektor, "samverkansmote", participants=[therapist["id"]], known_on=known_on
    )


def administrator(town: Town) -> Visitor:
    return visitor(town.client, town.database_url, SECRET, None, roles=("administrator",))


def change(town: Town, name: str, day: str, values: dict[str, str]) -> str:
    """An administrator changes a routine from a day on; what the preview said."""
    admin = administrator(town)
    path = f"/installningar/rutiner/{name}/andra"
    form = filled(admin.get(f"{path}?fran={day}").text) | values
    preview = admin.post(path, form | {"steg": "visa"})
    assert preview.status_code == 200, preview.text
    saved = admin.post(path, form | {"steg": "spara"})
    assert saved.status_code == 303, saved.text
    return preview.text


def filled(page: str) -> dict[str, str]:
    """The values of a page's form, as a browser would send them."""
    found = dict(re.findall(r'<input[^>]*? name="([^"]+)"[^>]*? value="([^"]*)"', page))
    found |= re.findall(r'<textarea[^>]* name="([^"]+)"[^>]*>(.*?)</textarea>', page, re.DOTALL)
    for name, options in re.findall(
        r'<select[^>]* name="([^"]+)"[^>]*>(.*?)</select>', page, re.DOTALL
    ):
        chosen = re.search(r'value="([^"]*)" selected', options)
        found[name] = "" if chosen is None else chosen[1]
    return {
        name: value
        for name, value in found.items()
        if name not in (TOKEN, KEY, "till", "sprak", "step") and not name.endswith("-units")
    }


def closes_on(town: Town, case: Json) -> str:
    return str(town.get(f"cases/{case['id']}")["windows"][0]["closes_on"])


def minutes(meeting: Json) -> int:
    start, end = (datetime.fromisoformat(meeting[key]) for key in ("starts_at", "ends_at"))
    return int((end - start).total_seconds() // 60)


def april(town: Town) -> list[str]:
    rows = town.rows(
        "SELECT (starts_at AT TIME ZONE 'Europe/Stockholm')::date::text AS day FROM cases.meetings"
        " WHERE step = 'april' AND state = 'booked' AND starts_at < '2028-01-01' ORDER BY 1"
    )
    return [row["day"] for row in rows]


def body(town: Town, address: str) -> str:
    part = town.mail_to(address).get_body(("plain",))
    assert part is not None
    return str(part.get_content())
