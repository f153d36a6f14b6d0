"""What stands on the papers of a case: who is named, what is promised, what never stands there."""

from dataclasses import replace
from datetime import date
from uuid import UUID

import pytest

from services.cases.domain.consent_form import AnsweredForm
from services.cases.domain.letters import (
    LetterKind,
    LetterUntrue,
    LetterWithoutConsent,
    letter_kind,
)
from services.cases.domain.papers import Staff
from shared.domain.facts import CaseFacts, ConsentState
from tests.support import cases
from tests.support.papers import (
    CHILD,
    FATHER,
    MEETING,
    MOTHER,
    OWNER,
    PROCEDURE,
    THERAPIST,
    a_form,
    a_letter,
    an_agenda,
    citing,
    some_minutes,
    words_of,
)

OTHERS = (CHILD, FATHER, OWNER.person, THERAPIST.person)
BEFORE = cases.noon("2027-03-10")


# --- the consent form -------------------------------------------------------------------------


def test_R4_the_form_says_who_may_talk_about_whom_and_who_answers_for_it() -> None:
    form = a_form()
    said = words_of(form)
    assert [(one.name, one.ticked) for one in form.choices] == [
        ("Skolan", True),
        ("Socialtjänsten", True),
    ]
    for words in (
        "Alva Östlund",
        "Kim Åkerström, vårdnadshavare",
        "Anna Lindqvist, rektor, skolan",
    ):
        assert words in said
    assert "tills du tar tillbaka samtycket" in form.validity.lines[0]


def test_P7_P10_P11_P18_the_form_says_that_it_is_voluntary_and_how_to_take_it_back() -> None:
    said = words_of(a_form())
    assert "frivilligt och kostar ingenting" in said
    assert "när som helst ta tillbaka samtycket" in said
    assert "skyldig enligt lag att göra en orosanmälan" in said
    assert "0980-31 92 99" in said
    assert "Torggatan 3" in said


@pytest.mark.parametrize(
    ("rule", "promise"),
    [("P9", "inte om er som familj"), ("P17", "innebär inte att man blir utredd någonstans")],
)
def test_P9_P17_the_form_promises_what_the_procedure_promises(rule: str, promise: str) -> None:
    assert promise in words_of(a_form(procedure=citing(rule)))
    assert promise not in words_of(a_form(procedure=PROCEDURE))


def test_S14_an_optional_organisation_stands_on_the_form_unticked() -> None:
    form = a_form(procedure=citing(optional_organisations=("leisure",)))
    assert [(one.name, one.ticked) for one in form.choices][-1] == ("Fritidsverksamheten", False)


def test_S1_an_organisation_that_this_consent_leaves_out_is_not_ticked() -> None:
    form = a_form(organisations=frozenset({"school"}))
    assert [(one.name, one.ticked) for one in form.choices] == [
        ("Skolan", True),
        ("Socialtjänsten", False),
    ]


def test_X12_no_guardian_stands_on_the_form_of_another() -> None:
    for person, other in ((MOTHER, FATHER), (FATHER, MOTHER)):
        said = words_of(a_form(person))
        assert person.name in said
        assert other.name not in said
    assert "Björkvägen" not in words_of(a_form(MOTHER))  # nor an address, not even their own


def test_R4_the_form_comes_in_the_language_of_who_signs_it() -> None:
    form = a_form(FATHER)
    assert form.sheet.language == "en"
    assert form.answers[1] == "No, I do not consent."
    assert "samtycke" not in words_of(form).lower()


def test_X8_the_adult_youth_is_spoken_to_and_the_family_is_not_promised_to_hear_of_it() -> None:
    said = words_of(a_form(CHILD, "youth"))
    assert "Alva Östlund, myndig ungdom" in said
    assert "prata öppet med varandra om dig" in said
    assert "familjen" not in said


def test_R4_the_form_says_until_when_and_where_it_is_kept() -> None:
    form = a_form(valid_until=date(2027, 6, 11), kept="2027/123")
    assert form.validity.lines == (
        "från den dag du skriver under till och med fredag 11 juni 2027",
    )
    assert form.office[-1].lines == ("2027/123",)


@pytest.mark.parametrize("state", ["refused", "withdrawn", "lapsed"])
def test_P7_no_form_is_printed_for_a_consent_that_has_ended(state: ConsentState) -> None:
    with pytest.raises(AnsweredForm):
        a_form(state=state)


# --- letters ----------------------------------------------------------------------------------


def test_X7_the_letter_says_what_the_mail_says_and_what_stands_behind_its_link() -> None:
    letter = a_letter()
    said = words_of(letter)
    assert "Du är inbjuden till ett möte tisdagen den 16 mars 2027 kl. 12.00–13.00." in said
    assert "tisdag 16 mars 2027 (vecka 11) kl. 12.00–13.00" in said
    assert "Mötesrum Eken, Storgatan 12, plan 2" in said
    assert letter.agenda == PROCEDURE.agenda


def test_R8_S6_the_letter_names_who_chairs_and_the_staff_who_come() -> None:
    facts = {fact.label: fact.lines for fact in a_letter().facts}
    assert facts["Bjuder in och leder"] == ("Anna Lindqvist, rektor, skolan",)
    assert facts["Personal som är med"] == ("Åsa Hällberg, familjebehandlare, socialtjänsten",)


def test_X12_no_guardian_learns_of_another_by_a_letter() -> None:
    for person, other in ((MOTHER, FATHER), (FATHER, MOTHER)):
        for kind in ("call", "change", "cancel"):
            said = words_of(a_letter(person, kind, (other, CHILD), is_off=kind == "cancel"))
            assert other.name not in said
            assert (other.postal_address or "").split(",")[0] not in said


def test_X13_the_window_shows_name_and_address_and_the_sender_the_municipality_alone() -> None:
    letter = a_letter()
    assert letter.window == ("Kim Åkerström", "Björkvägen 3", "123 45 Exempelstad")
    assert letter.sheet.municipality == "Exempelkommun"
    assert letter.sheet.title == "Brev 7KQ2"


def test_X6_the_letter_to_somebody_protected_shows_no_name_and_no_address() -> None:
    letter = a_letter(replace(MOTHER, protected=True))
    assert letter.window == ("Skickas via Skatteverkets förmedlingsuppdrag",)
    assert "Björkvägen" not in words_of(letter)
    assert "Mötesrum Eken" in words_of(letter)  # it is for themselves to know


def test_X6_where_somebody_protected_will_be_stands_on_nobody_elses_letter() -> None:
    said = words_of(a_letter(others=(replace(FATHER, protected=True), CHILD)))
    assert "Mötesrum Eken" not in said
    assert "Ring kommunens kontaktcenter, 0980-31 92 99, så får du veta platsen." in said


def test_a_letter_says_when_the_place_isnt_decided_yet() -> None:
    said = words_of(a_letter(meeting=replace(MEETING, place=None)))
    assert "Platsen är inte bestämd än. Ring kommunens kontaktcenter, 0980-31 92 99," in said


def test_X6_of_staff_who_are_protected_a_letter_names_the_organisation_alone() -> None:
    hidden = Staff(replace(THERAPIST.person, protected=True), THERAPIST.role, "social_services")
    meeting = replace(MEETING, leader=hidden, staff=(OWNER, hidden))
    for person, words in ((MOTHER, "En person från socialtjänsten"), (FATHER, "A person from")):
        said = words_of(a_letter(person, meeting=meeting))
        assert words in said
        assert "Hällberg" not in said
        assert "familjebehandlare" not in said


def test_X7_an_interpreter_is_named_to_who_needs_one() -> None:
    assert "Vi ordnar tolk (arabiska)." in words_of(a_letter(replace(MOTHER, interpreter="ar")))
    assert "tolk" not in words_of(a_letter()).lower()


def test_S7_the_family_may_ask_for_more_people_where_the_procedure_says_so() -> None:
    assert "fler personer bjuds in" in words_of(a_letter(procedure=citing("S7")))
    assert "fler personer" not in words_of(a_letter())


def test_X14_the_cancellation_says_neither_why_nor_who_nor_where() -> None:
    letter = a_letter(kind="cancel", is_off=True)
    assert letter.first == (
        "Mötet tisdagen den 16 mars 2027 kl. 12.00 är inställt. Du behöver inte göra något."
    )
    assert (letter.facts, letter.agenda) == ((), ())
    assert "gäller inte längre" in a_letter(kind="cancel", is_off=False).first


def facts_with(state: str = "booked", *, sequence: int = 0, signed: bool = True) -> CaseFacts:
    facts = cases.case("2027-03-01", signed_on="2027-03-02" if signed else None)
    return cases.with_meetings(
        facts, cases.meeting("first", "2027-03-16", state, sequence=sequence)
    )


def kind_of(
    facts: CaseFacts, wanted: LetterKind | None = None, person: UUID = cases.MOTHER
) -> LetterKind:
    return letter_kind(wanted, facts, PROCEDURE, facts.meetings[0], person, BEFORE)


def test_X5_the_letter_is_the_one_that_is_true_now() -> None:
    assert kind_of(facts_with()) == "call"
    assert kind_of(facts_with(sequence=1)) == "change"
    assert kind_of(facts_with(sequence=1), "call") == "call"  # called after the change
    assert kind_of(facts_with("cancelled")) == "cancel"
    stranger = UUID(int=99)  # was called, and was taken off the meeting
    assert kind_of(facts_with(), person=stranger) == "cancel"


@pytest.mark.parametrize(
    ("state", "wanted"),
    [
        ("cancelled", "call"),
        ("cancelled", "change"),
        ("booked", "cancel"),
        ("proposed", "call"),
        ("held", "call"),
        ("held", None),
    ],
)
def test_X5_a_letter_that_would_not_be_true_is_refused(
    state: str, wanted: LetterKind | None
) -> None:
    with pytest.raises(LetterUntrue):
        kind_of(facts_with(state), wanted)


def test_X5_no_invitation_to_a_meeting_that_has_begun_or_of_a_closed_case() -> None:
    facts = facts_with()
    with pytest.raises(LetterUntrue):
        letter_kind(
            None, facts, PROCEDURE, facts.meetings[0], cases.MOTHER, cases.noon("2027-03-17")
        )
    with pytest.raises(LetterUntrue):
        kind_of(replace(facts, state="closed"))


def test_X5_no_invitation_is_printed_without_the_consent_it_rests_on() -> None:
    with pytest.raises(LetterWithoutConsent):
        kind_of(facts_with(signed=False))


# --- the agenda and the minutes ---------------------------------------------------------------


def test_R12_the_agenda_has_the_points_of_the_procedure_and_no_one_of_the_family() -> None:
    agenda = an_agenda()
    assert len(agenda.points) == 10
    assert agenda.points[0] == "Sekreterare utses"
    assert agenda.points[-1] == "Tid för nytt samverkansmöte"
    for person in (CHILD, MOTHER, FATHER):
        assert person.name not in words_of(agenda)


def test_R15_the_minutes_have_room_for_who_is_there_and_say_where_they_are_filed() -> None:
    minutes = some_minutes(secretary=THERAPIST)
    assert [(who.label, who.lines) for who in minutes.present] == [
        ("Rektor, skolan", ("Anna Lindqvist",)),
        ("Familjebehandlare, socialtjänsten", ("Åsa Hällberg",)),
        ("Barnet/eleven", ()),
        ("Vårdnadshavare", ()),
        ("Vårdnadshavare", ()),
        ("Annan person", ()),
    ]
    assert minutes.facts[-1].lines == ("Åsa Hällberg, familjebehandlare, socialtjänsten",)
    assert "Dokumentation sparas i elev-akt" in (minutes.filing or "")
    for person in (CHILD, MOTHER, FATHER):
        assert person.name not in words_of(minutes)


def test_R14_the_contact_person_is_the_one_of_the_case_or_else_who_chairs() -> None:
    for chosen, name in ((THERAPIST, "Åsa Hällberg"), (None, "Anna Lindqvist")):
        contact = some_minutes(contact_person=chosen).contact_person
        assert contact is not None
        assert contact.lines[0].startswith(name)


def test_R31_the_headings_of_BBIC_stand_where_the_routine_has_them() -> None:
    sides = [side.heading for side in some_minutes(citing("R31")).needs]
    assert sides == ["Barnets utveckling", "Familj och miljö", "Föräldrarnas förmåga"]
    assert some_minutes(PROCEDURE.model_copy(update={"rules": {}})).needs == ()


def test_X3_no_title_says_what_a_paper_is_about() -> None:
    papers = (a_form(), a_letter(), an_agenda(), some_minutes())
    titles = [paper.sheet.title for paper in papers]
    assert titles == ["Blankett 7KQ2", "Brev 7KQ2", "Möte 7KQ2", "Möte 7KQ2"]
