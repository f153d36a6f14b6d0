"""Papers over HTTP: each a PDF, logged before it goes out, and only while it is true."""

from uuid import UUID

import httpx2
from psycopg.types.json import Jsonb

from tests.integration.cases_house import THERAPIST, CasesHouse, Json, guardian
from tests.support.papers import text_of

NOBODY = "00000000-0000-4000-8000-000000000000"


def printed(cases: CasesHouse, path: str) -> httpx2.Response:
    answer = cases.client.get(f"/api/v1/{path}")
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == "application/pdf"
    assert answer.headers["cache-control"] == "no-store"
    return answer


def refused(cases: CasesHouse, path: str, status: int, rule: str | None = None) -> Json:
    answer = cases.client.get(f"/api/v1/{path}")
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    body: Json = answer.json()
    assert body.get("rule") == rule
    return body


def reads(cases: CasesHouse, what: str) -> list[Json]:
    return cases.rows("SELECT actor, case_id FROM cases.access_log WHERE what = %s", what)


def id_of(cases: CasesHouse, name: str) -> str:
    """Of somebody on the case: no answer names them."""
    (row,) = cases.rows("SELECT id FROM cases.people WHERE name = %s", name)
    return str(row["id"])


def kim_and_robin(cases: CasesHouse) -> tuple[str, str]:
    return id_of(cases, "Kim Exempel"), id_of(cases, "Robin Exempel")


def say_of(cases: CasesHouse, person: str, **values: object) -> None:
    """What is known about somebody besides: columns and their values."""
    cases.execute(
        "UPDATE cases.people SET (name, postal_address, interpreter, protected) ="
        " (SELECT said.name, said.postal_address, said.interpreter, said.protected"
        "  FROM jsonb_populate_record(people, %s) said) WHERE id = %s",
        Jsonb(values),
        UUID(person),
    )


def test_R4_each_guardian_has_a_form_of_their_own(cases: CasesHouse) -> None:
    case = cases.open_case()
    names = dict(zip(kim_and_robin(cases), ("Kim Exempel", "Robin Exempel"), strict=True))
    for consent in case["consents"]:
        answer = printed(cases, f"cases/{case['id']}/consents/{consent['id']}/form.pdf")
        file = f'attachment; filename="blankett-{case["reference"]}.pdf"'
        assert answer.headers["content-disposition"] == file
        text = text_of(answer.content)
        assert [name for name in names.values() if name in text] == [names[consent["person"]]]
        assert "Alva Exempel" in text
        assert "Anna Lindqvist, rektor, skolan" in text
    assert [str(one["case_id"]) for one in reads(cases, "consent.form")] == [case["id"]] * 2


def test_P7_a_form_of_a_consent_that_was_taken_back_is_refused(cases: CasesHouse) -> None:
    case = cases.signed_case()
    consent = f"cases/{case['id']}/consents/{case['consents'][0]['id']}"
    printed(cases, f"{consent}/form.pdf")
    cases.post(f"{consent}/withdraw")
    refused(cases, f"{consent}/form.pdf", 409, "P7")


def test_X7_a_letter_tells_what_the_mail_would_and_what_stands_behind_its_link(
    cases: CasesHouse,
) -> None:
    case = cases.signed_case(guardians=[guardian(), guardian("Robin Exempel", language="en")])
    meeting = cases.booked(case)
    kim, robin = kim_and_robin(cases)
    say_of(cases, kim, postal_address="Björkvägen 3, 123 45 Exempelstad", protected=False)
    say_of(cases, robin, postal_address="Torggatan 9", interpreter="so", protected=False)

    answer = printed(cases, f"meetings/{meeting['id']}/letters/{kim}.pdf")
    name = f'attachment; filename="brev-{case["reference"]}.pdf"'
    assert answer.headers["content-disposition"] == name
    text = text_of(answer.content)
    for words in (
        "Kim Exempel Björkvägen 3 123 45 Exempelstad",
        "Du är inbjuden till ett möte tisdagen den 9 mars 2027 kl. 13.00–14.00.",
        "(vecka 10)",
        "Mötesrum Eken, Storgatan 12, plan 2",
        "Anna Lindqvist, rektor, skolan",
        "familjebehandlare, socialtjänsten",
        "1. Sekreterare utses",
        "0980-31 92 99",
    ):
        assert words in text
    assert "Robin" not in text
    assert "Torggatan 9" not in text

    text = text_of(printed(cases, f"meetings/{meeting['id']}/letters/{robin}.pdf").content)
    assert "You are invited to a meeting on Tuesday 9 March 2027, 13:00–14:00." in text
    assert "We arrange an interpreter (Somali)." in text
    assert "Kim" not in text
    assert [str(one["case_id"]) for one in reads(cases, "meeting.letter")] == [case["id"]] * 2


def test_X5_the_letter_follows_the_meeting(cases: CasesHouse) -> None:
    case = cases.signed_case()
    meeting = cases.booked(case)
    kim, _ = kim_and_robin(cases)
    letter = f"meetings/{meeting['id']}/letters/{kim}.pdf"
    refused(cases, f"{letter}?kind=cancel", 409, "X5")

    cases.post(f"meetings/{meeting['id']}/move", {"starts_at": "2027-03-10T10:00:00+01:00"})
    text = text_of(printed(cases, letter).content)
    assert "Uppgifterna om mötet har ändrats" in text
    assert "onsdagen den 10 mars 2027 kl. 10.00–11.00" in text

    cases.post(f"cases/{case['id']}/consents/{case['consents'][1]['id']}/withdraw")
    refused(cases, f"{letter}?kind=change", 409, "X5")
    text = text_of(printed(cases, letter).content)
    assert "Mötet onsdagen den 10 mars 2027 kl. 10.00 är inställt." in text
    assert "samtycke" not in text.lower()


def test_X6_a_protected_persons_address_is_not_printed_and_nobody_else_learns_the_place(
    cases: CasesHouse,
) -> None:
    case = cases.signed_case()
    meeting = cases.booked(case)
    kim, robin = kim_and_robin(cases)
    say_of(cases, kim, postal_address="Björkvägen 3, 123 45 Exempelstad", protected=None)
    text = text_of(printed(cases, f"meetings/{meeting['id']}/letters/{kim}.pdf").content)
    assert "Skickas via Skatteverkets förmedlingsuppdrag" in text
    assert "Björkvägen" not in text
    assert "Mötesrum Eken" in text
    text = text_of(printed(cases, f"meetings/{meeting['id']}/letters/{robin}.pdf").content)
    assert "Mötesrum Eken" not in text
    assert "så får du veta platsen" in text


def test_R12_R15_the_agenda_and_the_minutes_name_no_one_of_the_family(cases: CasesHouse) -> None:
    case = cases.signed_case()
    meeting = cases.booked(case)
    for paper in ("agenda", "minutes"):
        answer = printed(cases, f"meetings/{meeting['id']}/{paper}.pdf")
        name = f'attachment; filename="mote-{case["reference"]}.pdf"'
        assert answer.headers["content-disposition"] == name
        text = text_of(answer.content)
        assert "Behovsanalys" in text
        assert "Exempel " not in text.replace("Exempelkommun", "")
        (read,) = reads(cases, f"meeting.{paper}")
        assert str(read["case_id"]) == case["id"]


def test_a_name_is_never_read_as_markup(cases: CasesHouse) -> None:
    case = cases.signed_case()
    meeting = cases.booked(case)
    kim = id_of(cases, "Kim Exempel")
    name = '#panic() *x* $ <b> #read("frame.typ") \\ @y ' + "å" * 260
    say_of(cases, kim, name=name, protected=False)
    text = text_of(printed(cases, f"meetings/{meeting['id']}/letters/{kim}.pdf").content)
    assert '#panic() *x* $ <b> #read("frame.typ") \\ @y ' in text
    consent = next(one["id"] for one in case["consents"] if one["person"] == kim)
    text = text_of(printed(cases, f"cases/{case['id']}/consents/{consent}/form.pdf").content)
    assert '#panic() *x* $ <b> #read("frame.typ") \\ @y ' in text


def test_what_is_not_there_is_a_404_like_any_other(cases: CasesHouse) -> None:
    case = cases.signed_case()
    meeting, somebody = cases.booked(case)["id"], id_of(cases, "Kim Exempel")
    consent = case["consents"][0]["id"]
    for path in (
        f"cases/{NOBODY}/consents/{consent}/form.pdf",
        f"cases/{case['id']}/consents/{NOBODY}/form.pdf",
        f"meetings/{NOBODY}/letters/{somebody}.pdf",
        f"meetings/{meeting}/letters/{NOBODY}.pdf",
        f"meetings/{meeting}/letters/{THERAPIST}.pdf",  # the staff have mail
        f"meetings/{NOBODY}/agenda.pdf",
        f"meetings/{NOBODY}/minutes.pdf",
    ):
        refused(cases, path, 404)


def test_a_letter_of_an_unknown_kind_is_refused_and_nothing_goes_without_the_token(
    cases: CasesHouse,
) -> None:
    case = cases.signed_case()
    meeting = cases.booked(case)
    kim, _ = kim_and_robin(cases)
    letter = f"meetings/{meeting['id']}/letters/{kim}.pdf"
    refused(cases, f"{letter}?kind=threat", 422)
    refused(cases, f"{letter}?colour=red", 422)
    assert cases.client.get(f"/api/v1/{letter}", headers={"Authorization": ""}).status_code == 401
