"""Every action that the audit knows, as a sentence; `{…}` is filled in by the timeline."""

from collections.abc import Mapping
from typing import Any

from services.cases.domain.refused import Words

_OTHERWISE = Words("Något ändrades i ärendet.", "Something was changed on the case.")

ACTIONS = {
    # the case
    "case.open": Words("Ärendet öppnades.", "The case was opened."),
    "case.hand-over": Words(
        "{person} blev processbärare efter {other}.", "{person} became process owner after {other}."
    ),
    "case.coordinate": Words("{person} blev koordinator.", "{person} became the coordinator."),
    "case.contact-person": Words(
        "Vårdnadshavarnas kontaktperson ändrades.", "The guardians' contact person was changed."
    ),
    "case.follow-version": Words(
        "Ärendet gick över till en annan version av rutinen.",
        "The case went over to another version of the procedure.",
    ),
    "case.never-together": Words(
        "Det ändrades om vårdnadshavarna kan träffas på samma möte.",
        "Whether the guardians can meet at the same meeting was changed.",
    ),
    "case.place": Words(
        "Det ändrades var mötena brukar vara.", "Where the meetings usually are was changed."
    ),
    "case.evaluate": Words("Ärendet utvärderades.", "The case was evaluated."),
    "case.close": Words("Ärendet avslutades.", "The case was closed."),
    "case.open-again": Words("Ärendet öppnades igen.", "The case was opened again."),
    "inquiry.accept": Words(
        "En intresseanmälan blev det här ärendet.", "An inquiry became this case."
    ),
    "child.spoken-with": Words(
        "Samtalet med barnet har hållits.", "The talk with the child has taken place."
    ),
    # who is on it
    "participant.add": Words("{person} lades till.", "{person} was added."),
    "participant.replace": Words(
        "{person} kom i stället för {other}.", "{person} came in place of {other}."
    ),
    "participant.remove": Words("{person} togs bort.", "{person} was removed."),
    "family.change": Words(
        "Uppgifterna om {person} ändrades.", "The particulars of {person} were changed."
    ),
    "guardian.add": Words("{person} lades till.", "{person} was added."),
    "guardian.remove": Words("{person} togs bort.", "{person} was removed."),
    "guardians.wanted": Words(
        "Ungdomen bestämde om vårdnadshavares deltagande.",
        "The youth decided whether guardians take part.",
    ),
    "wish.ask": Words(
        "Familjen önskade att någon mer är med.", "The family wished for somebody more."
    ),
    "wish.accept": Words(
        "Den som familjen önskade får vara med.", "Whom the family wished for was invited."
    ),
    "wish.decline": Words(
        "Den som familjen önskade bjuds inte in.", "Whom the family wished for is not invited."
    ),
    # consents
    "consent.ask": Words(
        "{decider} blev tillfrågad om samtycke.", "{decider} was asked to consent."
    ),
    "consent.sign": Words("{decider} skrev på samtycket.", "{decider} signed the consent."),
    "consent.refuse": Words("{decider} tackade nej.", "{decider} declined."),
    "consent.waive": Words(
        "Det bestämdes att gå vidare utan barnets eget samtycke.",
        "It was decided to go on without the child's own consent.",
    ),
    "consent.lapse": Words(
        "En fråga om samtycke som var kvar från tidigare föll bort.",
        "An earlier request for consent came to an end.",
    ),
    "consent.withdraw": Words(
        "{decider} tog tillbaka sitt samtycke. Det som vilade på det stoppades.",
        "{decider} withdrew the consent. What rested on it was stopped.",
    ),
    # meetings
    "meeting.propose": Words("En tid föreslogs för {step}.", "A time was suggested for {step}."),
    "meeting.vote": Words(
        "{person} röstade om tiderna för {step}.", "{person} voted about the times of {step}."
    ),
    "meeting.book": Words("{step} bokades{when}.", "{step} was booked{when}."),
    "meeting.move": Words("{step} fick en ny tid eller plats{when}.", "{step} was moved{when}."),
    "meeting.call": Words("{person} kallades till {step}.", "{person} was called to {step}."),
    "meeting.uncall": Words(
        "{person} är inte längre kallad till {step}.", "{person} is no longer called to {step}."
    ),
    "meeting.remind": Words(
        "De som inte har svarat påmindes om {step}.",
        "Those who had not answered were reminded of {step}.",
    ),
    "meeting.cancel": Words("{step} ställdes in.", "{step} was cancelled."),
    "meeting.held": Words("{step} markerades som hållet.", "{step} was marked as held."),
    "meeting.say-more": Words(
        "Uppgifterna om {step} kompletterades.", "The details of {step} were completed."
    ),
    "meeting.minutes-filed": Words(
        "Anteckningarna från {step} markerades som sparade.",
        "The minutes of {step} were marked as filed.",
    ),
    "meeting.plan-filed": Words(
        "Mål och handlingsplan från {step} markerades som sparade.",
        "The goals and the plan of {step} were marked as filed.",
    ),
    "answer.accepted": Words("{person} tackade ja till {step}.", "{person} accepted {step}."),
    "answer.declined": Words("{person} tackade nej till {step}.", "{person} declined {step}."),
    "answer.tentative": Words(
        "{person} svarade kanske på {step}.", "{person} answered maybe to {step}."
    ),
    # personal links
    "link.code": Words(
        "{person} fick en kod till sin länk.", "{person} got a code for the personal link."
    ),
    "link.code-void": Words(
        "En kod spärrades efter fel försök.", "A code was blocked after wrong tries."
    ),
    "link.revoke": Words(
        "Länkarna till {person} byttes ut.", "The links of {person} were replaced."
    ),
    "counter.ask": Words(
        "{person} önskade en annan tid för {step}.", "{person} wished for another time for {step}."
    ),
    "counter.accept": Words(
        "Önskemålet om en annan tid för {step} godtogs.",
        "The wish for another time for {step} was accepted.",
    ),
    "counter.decline": Words(
        "Önskemålet om en annan tid för {step} avböjdes.",
        "The wish for another time for {step} was declined.",
    ),
    # mail that came in
    "mail.plain": Words("Ett mejl kom in.", "A mail came in."),
    "mail.unclear": Words(
        "Ett mejl kom in som någon måste ta ställning till.",
        "A mail came in that somebody has to decide about.",
    ),
    "mail.answer": Words(
        "Ett mejl lästes som ett svar av {person}.", "A mail was read as an answer of {person}."
    ),
    "mail.discard": Words("Ett mejl lades åt sidan.", "A mail was put aside."),
    # reading in an emergency
    "glass.break": Words(
        "Ärendet nödöppnades för läsning till midnatt.",
        "The case was opened for reading until midnight, in an emergency.",
    ),
    # tasks
    "task.give": Words("En uppgift lades till: {kind}.", "A task was added: {kind}."),
    "task.done": Words(
        "Uppgiften {task} markerades som klar.", "The task {task} was marked as done."
    ),
    "task.not-done": Words("Uppgiften {task} öppnades igen.", "The task {task} was opened again."),
}


def said_of(action: str, details: Mapping[str, Any]) -> Words:
    """The sentence of an action; a neutral one for an action that a newer version has noted."""
    if action == "participant.add" and details.get("replaces"):
        action = "participant.replace"
    return ACTIONS.get(action, _OTHERWISE)
