"""One case under each procedure, from the first worry to its end, with all its tasks and mails."""

from itertools import groupby
from textwrap import wrap

from tests.support.story import FAMILY, opened_by, person_called
from tests.support.town import Json, Town


def told(town: Town) -> list[str]:
    """The diary, with one entry for all who got the same on a day, as it fits on a page."""
    lines = []
    for what, same in groupby(town.diary(), key=lambda line: line.split(" → ")[0]):
        each = list(same)
        mailed = ", ".join(line.split(" → ")[1].split("@")[0] for line in each if " → " in line)
        times = f" ×{len(each)}" if len(each) > 1 else ""
        entry = f"{what} → {mailed}" if mailed else f"{what}{times}"
        lines += wrap(entry, 96, subsequent_indent="           ")
    return lines


def sign_all(town: Town, case_id: str) -> None:
    for consent in town.get(f"cases/{case_id}")["consents"]:
        if consent["state"] == "requested":
            town.do(f"cases/{case_id}/consents/{consent['id']}/sign", {"method": "paper"})


def the_booked(town: Town, case_id: str, step: str) -> Json:
    case: Json = town.get(f"cases/{case_id}")
    return next(m for m in case["meetings"] if m["step"] == step and m["state"] == "booked")


def hold(town: Town, case_id: str, step: str, **more: object) -> str:
    """At its end the meeting is marked as held; its id."""
    meeting = the_booked(town, case_id, step)
    town.move_clock(meeting["ends_at"])
    town.do(f"meetings/{meeting['id']}/held", {"consent_reviewed": True, **more})
    return str(meeting["id"])


def do_all(town: Town, case_id: str, *kinds: str) -> None:
    for task in town.tasks(case_id):
        if task["kind"] in kinds:
            town.do(f"tasks/{task['id']}/done")


def test_a_samverkansmote_from_the_first_worry_to_the_closing(town: Town) -> None:
    rektor, therapist = person_called(town, "anna-lindqvist"), person_called(town, "asa-hallberg")
    case_id = opened_by(town, rektor, "samverkansmote", participants=[therapist["id"]])["id"]
    town.move_clock("2027-03-02T08:00:00+01:00")
    sign_all(town, case_id)
    first = hold(town, case_id, "first", secretary=therapist["id"], outcome="plan-made")
    do_all(town, case_id, "tell-by-hand")
    town.do(f"meetings/{first}/minutes-filed", {"reference": "EA-17"})
    next_time = {"starts_at": "2027-04-20T13:00:00+02:00"}
    second = hold(town, case_id, "second", next_time=next_time)
    town.move_clock("2027-03-26T08:00:00+01:00")
    town.do(f"meetings/{second}/minutes-filed", {"reference": "EA-18"})
    follow_up = hold(town, case_id, "follow-up")
    town.do(f"meetings/{follow_up}/minutes-filed", {"reference": "EA-19"})
    town.do(f"cases/{case_id}/close", {"outcome": "completed", "evaluation": "reached"})
    town.move_clock("2027-06-01T08:00:00+02:00")
    assert told(town) == SAMVERKANSMOTE.splitlines()[1:]
    assert not town.tasks(case_id)


def test_a_spindelmote_from_the_first_worry_to_the_closing(town: Town) -> None:
    kurator = person_called(town, "emelie-strand")
    case = opened_by(town, kurator, "spindelmote", reason="truancy")
    case_id = case["id"]
    town.move_clock("2027-03-02T08:00:00+01:00")
    sign_all(town, case_id)
    hold(town, case_id, "preparation")
    wish = town.do(
        f"cases/{case_id}/wishes",
        {
            "by": case["guardians"][0]["id"],
            "name": "Mormor Ekdahl",
            "email": "mormor@hemma.example",
            "relation": "relative",
            "protected": False,
        },
    )
    town.do(f"cases/{case_id}/wishes/{wish['id']}/accept")
    family = the_booked(town, case_id, "family")
    police = person_called(town, "charlotte-stahl")
    town.do(f"meetings/{family['id']}/answers", {"person": police["id"], "answer": "declined"})
    substitute = person_called(town, "niklas-hagg")
    town.move_clock("2027-03-09T08:00:00+01:00")
    town.do(f"cases/{case_id}/participants", {"person": substitute["id"], "replaces": police["id"]})
    do_all(town, case_id, "contact-family")
    hold(town, case_id, "family", next_time={"starts_at": "2027-04-27T10:00:00+02:00"})
    town.move_clock("2027-04-12T08:00:00+02:00")
    town.do(f"meetings/{family['id']}/plan-filed", {"reference": "EA-2"})
    do_all(town, case_id, "tell-who-comes", "tell-by-hand")
    hold(town, case_id, "follow-up")
    town.do(f"cases/{case_id}/close", {"outcome": "completed"})
    town.move_clock("2027-06-01T08:00:00+02:00")
    assert told(town) == SPINDELMOTE.splitlines()[1:]
    assert not town.tasks(case_id)


def test_an_sspf_from_the_inquiry_to_the_withdrawn_consent(town: Town) -> None:
    asked = {"procedure": "sspf", "source": "guardian", "unit": "bjorkskolan"}
    inquiry = town.do("inquiries", asked | {"phone": "070-174 06 35"})
    town.move_clock("2027-03-02T08:00:00+01:00")
    coordinator = person_called(town, "stefan-norrby")
    body = FAMILY | {
        "procedure": "sspf",
        "known_on": "2027-03-01",
        "initiator": coordinator["id"],
        "participants": [],
        "place": "forvaltningshuset-eken",
        "grade": 8,
        "residence": "exempelkommun",
        "reason": "crime",
        "child": FAMILY["child"] | {"birth_date": "2012-05-20"},  # 14; in May 15
    }
    case_id = town.do(f"inquiries/{inquiry['id']}/accept", body)["id"]
    hold(town, case_id, "information")
    for code in ("anna-lindqvist", "niklas-hagg", "amanda-kjellberg"):
        town.do(f"cases/{case_id}/participants", {"person": person_called(town, code)["id"]})
    guardians = [c for c in town.get(f"cases/{case_id}")["consents"] if c["party"] == "guardian"]
    for consent in guardians:  # the child of 14 is asked; it isn't needed yet
        town.do(f"cases/{case_id}/consents/{consent['id']}/sign", {"method": "paper"})
    too_late = {"starts_at": "2027-06-01T10:00:00+02:00"}  # by then 15, and its word is needed
    network = the_booked(town, case_id, "network")
    town.move_clock(network["ends_at"])
    refused = town.post(f"meetings/{network['id']}/held", {"next_time": too_late}, status=409)
    assert refused["rule"] == "P5"
    hold(town, case_id, "network")
    town.do(f"cases/{case_id}/tasks", {"kind": "support-talk", "due_on": "2027-04-05"})
    town.move_clock("2027-04-05T15:00:00+02:00")
    do_all(town, case_id, "support-talk")
    town.move_clock("2027-04-13T08:00:00+02:00")
    do_all(town, case_id, "check-in", "tell-by-hand")
    sign_all(town, case_id)  # the child signs, ahead of its birthday
    town.do(f"cases/{case_id}/meetings", too_late | {"step": "follow-up"}, status=201)
    town.move_clock("2027-05-25T08:00:00+02:00")
    withdrawn = town.do(f"cases/{case_id}/consents/{guardians[0]['id']}/withdraw")
    assert len(withdrawn["cancelled_meetings"]) == 1
    town.do(f"cases/{case_id}/close", {"outcome": "declined"})
    town.move_clock("2027-08-20T08:00:00+02:00")
    assert told(town) == SSPF.splitlines()[1:]
    assert not town.tasks(case_id)


# The child is twelve: what the others get by mail, somebody tells it (X11).
SAMVERKANSMOTE = """
2027-03-01 task get-consent R4 rektor ×2
2027-03-01 task inform R19 rektor ×2
2027-03-02 task tell-by-hand X11 rektor
2027-03-02 REQUEST 0 → anna.lindqvist, asa.hallberg, jonas, petra
2027-03-04 task tell-by-hand X11 rektor
2027-03-04 Påminnelse: möte måndag 8 mars 2027 kl. 09.00 → anna.lindqvist, asa.hallberg, jonas,
           petra
2027-03-08 task file-minutes R15 rektor
2027-03-08 task tell-by-hand X11 rektor
2027-03-08 REQUEST 0 → anna.lindqvist, asa.hallberg, jonas, petra
2027-03-09 task tell-by-hand X11 rektor
2027-03-09 Påminnelse: möte torsdag 11 mars 2027 kl. 09.00 → anna.lindqvist, asa.hallberg,
           jonas, petra
2027-03-11 task evaluate R11 rektor
2027-03-11 task file-minutes R15 rektor
2027-03-11 task tell-by-hand X11 rektor
2027-03-11 REQUEST 0 → anna.lindqvist, asa.hallberg, jonas, petra
2027-03-25 Du har en uppgift i Samspel → anna.lindqvist, margareta.sandstrom
2027-04-13 Kan du komma? Möte tisdag 20 april 2027 kl. 13.00 → anna.lindqvist, asa.hallberg,
           jonas, petra
2027-04-16 task tell-by-hand X11 rektor
2027-04-16 Påminnelse: möte tisdag 20 april 2027 kl. 13.00 → anna.lindqvist, asa.hallberg,
           jonas, petra
2027-04-20 task file-minutes R15 rektor
2027-04-20 task next-date R11 rektor
"""
# The preparation has no family on it (S3); the family is called when it has been held (S11).
SPINDELMOTE = """
2027-03-01 task first-contact S2 kurator ×2
2027-03-02 REQUEST 0 → charlotte.stahl, emelie.strand, gustav.alm, lotta.engstrom,
           therese.backman
2027-03-04 Påminnelse: möte måndag 8 mars 2027 kl. 09.00 → charlotte.stahl, emelie.strand,
           gustav.alm, lotta.engstrom, therese.backman
2027-03-08 task contact-family S12 koordinator
2027-03-08 task tell-by-hand X11 koordinator
2027-03-08 task tell-who-comes S6 koordinator
2027-03-08 REQUEST 0 → charlotte.stahl, emelie.strand, gustav.alm, jonas, lotta.engstrom, petra,
           therese.backman
2027-03-08 task decide-wish S7 koordinator
2027-03-08 REQUEST 0 → mormor
2027-03-08 task find-substitute S8 koordinator
2027-03-09 REQUEST 0 → niklas.hagg
2027-03-09 CANCEL 1 → charlotte.stahl
2027-03-11 task tell-by-hand X11 koordinator
2027-03-11 Påminnelse: möte måndag 15 mars 2027 kl. 09.00 → emelie.strand, gustav.alm, jonas,
           lotta.engstrom, mormor, niklas.hagg, petra, therese.backman
2027-03-12 Du har en uppgift i Samspel → jonas.ekdahl, therese.backman
2027-03-15 task file-plan S4 koordinator
2027-03-15 task tell-by-hand X11 koordinator
2027-03-15 task tell-who-comes S6 koordinator
2027-03-15 REQUEST 0 → emelie.strand, gustav.alm, jonas, lotta.engstrom, mormor, niklas.hagg,
           petra, therese.backman
2027-04-07 Du har en uppgift i Samspel → jonas.ekdahl, therese.backman
2027-04-20 Kan du komma? Möte tisdag 27 april 2027 kl. 10.00 → emelie.strand, gustav.alm, jonas,
           lotta.engstrom, mormor, niklas.hagg, petra, therese.backman
2027-04-23 task tell-by-hand X11 koordinator
2027-04-23 Påminnelse: möte tisdag 27 april 2027 kl. 10.00 → emelie.strand, gustav.alm, jonas,
           lotta.engstrom, mormor, niklas.hagg, petra, therese.backman
2027-04-27 task next-date S5 koordinator
"""
# The information meeting needs no consent (P4); after the no everything is quiet (P11).
SSPF = """
2027-03-01 task answer-inquiry P3 koordinator
2027-03-01 Du har en uppgift i Samspel → stefan.norrby
2027-03-02 task tell-by-hand X11 koordinator
2027-03-02 REQUEST 0 → jonas, petra, stefan.norrby
2027-03-04 task tell-by-hand X11 koordinator
2027-03-04 Påminnelse: möte måndag 8 mars 2027 kl. 09.00 → jonas, petra, stefan.norrby
2027-03-08 task get-consent P5 koordinator ×3
2027-03-08 task tell-by-hand X11 koordinator
2027-03-08 REQUEST 0 → amanda.kjellberg, anna.lindqvist, jonas, niklas.hagg, petra,
           stefan.norrby
2027-03-11 task tell-by-hand X11 koordinator
2027-03-11 Påminnelse: möte måndag 15 mars 2027 kl. 09.00 → amanda.kjellberg, anna.lindqvist,
           jonas, niklas.hagg, petra, stefan.norrby
2027-03-15 task next-date P12 koordinator
2027-03-15 task support-talk P16 koordinator
2027-04-07 Du har en uppgift i Samspel → jonas.ekdahl, stefan.norrby
2027-04-12 task check-in P12 koordinator
2027-04-13 task tell-by-hand X11 koordinator
2027-04-13 REQUEST 0 → amanda.kjellberg, anna.lindqvist, jonas, niklas.hagg, petra,
           stefan.norrby
2027-05-10 task check-in P12 koordinator
2027-05-17 Du har en uppgift i Samspel → jonas.ekdahl, stefan.norrby
2027-05-25 task consent-withdrawn P7 koordinator
2027-05-25 task tell-by-hand X11 koordinator
2027-05-25 CANCEL 1 → amanda.kjellberg, anna.lindqvist, jonas, niklas.hagg, petra, stefan.norrby
"""
