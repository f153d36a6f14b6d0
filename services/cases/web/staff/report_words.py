"""What the pages about reports of concern say; no field of theirs takes words about a child."""

from services.cases.domain.refused import Words
from services.cases.domain.task_kinds import task_in_words
from services.cases.web.staff.visits import Notice

CHANNELS = {
    "phone": Words("på telefon", "by phone"),
    "in-person": Words("vid ett besök", "in person"),
    "letter": Words("i ett brev", "by letter"),
    "e-service": Words("i e-tjänsten", "by the e-service"),
}
SUSPECTED = {
    True: ("▲", Words("Misstanke om våld eller övergrepp", "Violence or abuse is suspected")),
    None: ("▲", Words("Inte bedömt än: räknas som misstanke", "Not said: counts as suspected")),
    False: ("○", Words("Ingen misstanke om våld eller övergrepp", "No abuse is suspected")),
}
FEEDBACK = {
    "opened": Words("En utredning har inletts", "An inquiry has been opened"),
    "not-opened": Words("Ingen utredning har inletts", "No inquiry has been opened"),
    "ongoing": Words("En utredning pågick redan", "An inquiry was under way"),
    "not-disclosed": Words("Det får vi inte berätta", "We may not tell"),
}
BECAUSE = {
    "marked-by-mistake": Words("Det markerades av misstag", "It was marked by mistake"),
    "assessed-anew": Words("Socialtjänsten har bedömt det på nytt", "It was assessed anew"),
}
NOTICES = {
    "made": Notice(
        Words(
            "Anmälan är registrerad. Den som anmälde får ett mottagningsbesked.",
            "The report is registered. Whoever made it gets a receipt.",
        )
    ),
    "written": Notice(Words("Den skriftliga anmälan är noterad.", "The written report is noted.")),
    "informed": Notice(
        Words("Det är noterat att vårdnadshavaren vet.", "It's noted that a guardian knows.")
    ),
    "classified": Notice(Words("Bedömningen är sparad.", "The assessment is saved.")),
    "answered": Notice(
        Words(
            "Svaret står här för den som anmälde. Inget mejl går ut.",
            "The answer stands here for whoever made the report. No mail is sent.",
        )
    ),
    "asked": Notice(
        Words("Frågan är ställd till socialtjänsten.", "Social services have been asked.")
    ),
    "wished": Notice(
        Words("Socialtjänsten har fått önskemålet om ett möte.", "The wish has been passed on.")
    ),
    "called": Notice(
        Words(
            "Mötet är bokat och kallelserna går ut.", "The meeting is booked, invitations go out."
        )
    ),
    "talk": Notice(
        Words(
            "Tiden är bokad. Skriv upp den: inget mejl kommer till dig om du är anonym.",
            "The time is booked. Write it down: no mail comes to you if you are anonymous.",
        )
    ),
}


def task_words(kind: str) -> Words:
    return task_in_words(kind)
