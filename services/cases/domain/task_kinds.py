"""Every kind of task: what it asks for, whether it comes back, whether its lateness is told."""

from dataclasses import dataclass

from services.cases.domain.refused import Words


@dataclass(frozen=True, slots=True)
class Kind:
    """What a task of this kind asks for, in a few words that name nobody.

    `comes_back`: it can be needed again once it is done. That is so of conditions of the case,
    which hold, end and may hold again, and of telling somebody by hand: events are delivered
    exactly once, so a second one that asks to tell the same person the same thing is a new need.

    `told_when_late`: the case waits for it, so whoever has it and their manager are told when it is
    late (X2). Limits have alerts of their own, and a chore's procedure says when it is late.

    `by_link`: there is something to fill in, which whoever has it can do on a page of its own.
    """

    words: Words
    comes_back: bool = False
    told_when_late: bool = False
    by_link: bool = False


KINDS = {
    "inform": Kind(
        Words(
            "Berätta för den som ska samtycka varför ett möte föreslås",
            "Tell whoever is to consent why a meeting is suggested",
        )
    ),
    "get-consent": Kind(
        Words("Be om samtycke och registrera svaret", "Ask for consent and record the answer")
    ),
    "first-contact": Kind(
        Words(
            "Kontakta familjen, bjud in och fråga om samtycke",
            "Contact the family, invite them and ask for consent",
        )
    ),
    "renew-consent": Kind(
        Words("Ett samtycke går ut. Be om ett nytt", "A consent runs out. Ask for a new one"),
        told_when_late=True,
    ),
    "review-consent": Kind(
        Words(
            "Registrera om samtycket gicks igenom på mötet",
            "Record whether the consent was gone through at the meeting",
        )
    ),
    "ask-about-guardians": Kind(
        Words(
            "Fråga ungdomen om vårdnadshavarna ska vara med",
            "Ask the youth whether the guardians are to take part",
        ),
        told_when_late=True,
    ),
    "is-taken": Kind(
        Words(
            "Någon som ska kallas är upptagen då. Flytta mötet eller ta en ersättare",
            "Somebody to be called is taken then. Move the meeting or find a substitute",
        )
    ),
    "participants-missing": Kind(
        Words(
            "Lägg till den som alltid kallas men saknas", "Add whoever is always called but missing"
        ),
        comes_back=True,
        told_when_late=True,
    ),
    "choose-place": Kind(
        Words("Välj plats för mötet", "Choose a place for the meeting"),
        comes_back=True,
    ),
    "find-substitute": Kind(
        Words(
            "Hitta en ersättare för den som har tackat nej",
            "Find a substitute for whoever declined",
        ),
        comes_back=True,
        told_when_late=True,
    ),
    "decide-wish": Kind(
        Words(
            "Bestäm om den som familjen vill ha med ska bjudas in",
            "Decide whether to invite the person the family wishes for",
        ),
        told_when_late=True,
    ),
    "answer-counter": Kind(
        Words(
            "Någon önskar en annan tid. Flytta mötet dit, eller säg nej",
            "Somebody wishes for another time. Move the meeting there, or say no",
        ),
        told_when_late=True,
    ),
    "new-link-code": Kind(
        Words(
            "Någon har gissat på en kod till en personlig länk. Ring personen och ge en ny",
            "A code for a personal link has been guessed at. Phone the person, give a new one",
        ),
        comes_back=True,
    ),
    "arrange-separately": Kind(
        Words(
            "Ordna möten var för sig för vårdnadshavarna",
            "Arrange separate meetings for the guardians",
        ),
        comes_back=True,
        told_when_late=True,
    ),
    "no-slot": Kind(
        Words("Hitta en tid för mötet", "Find a time for the meeting"), comes_back=True
    ),
    "book-anew": Kind(
        Words(
            "Boka en ny tid: den förra ställdes in", "Book a new time: the last one was cancelled"
        ),
        comes_back=True,
        told_when_late=True,
    ),
    "limit-near": Kind(
        Words(
            "En gräns är nära och ingen tid är bokad ännu",
            "A limit is near and no time is booked yet",
        )
    ),
    "limit-passed": Kind(Words("En gräns har passerat", "A limit has passed")),
    "confirm-time": Kind(
        Words(
            "Säg ja till den föreslagna tiden, eller välj en annan",
            "Say yes to the suggested time, or choose another",
        ),
        comes_back=True,
        told_when_late=True,
    ),
    "mark-as-held": Kind(
        Words(
            "Markera mötet som hållet, eller ställ in det",
            "Mark the meeting as held, or cancel it",
        ),
        comes_back=True,
        told_when_late=True,
    ),
    "next-date": Kind(
        Words(
            "Bestäm tid för nästa möte, eller avsluta ärendet",
            "Set a time for the next meeting, or close the case",
        ),
        comes_back=True,
        told_when_late=True,
    ),
    "contact-family": Kind(
        Words("Ta kontakt med familjen före mötet", "Contact the family before the meeting")
    ),
    "tell-who-comes": Kind(
        Words("Berätta för familjen vilka som kommer", "Tell the family who will be there"),
        comes_back=True,
    ),
    "file-minutes": Kind(
        Words(
            "Spara anteckningarna och markera dem som sparade",
            "File the minutes and mark them as filed",
        )
    ),
    "file-plan": Kind(
        Words(
            "Spara mål och handlingsplan och markera dem som sparade",
            "File the goals and the plan and mark them as filed",
        )
    ),
    "check-in": Kind(
        Words(
            "Hör av dig till familjen mellan mötena",
            "Get in touch with the family between meetings",
        )
    ),
    "evaluate": Kind(Words("Utvärdera ärendet", "Evaluate the case")),
    "answer-inquiry": Kind(
        Words(
            "Svara på en intresseanmälan",
            "Answer an inquiry",
        ),
        told_when_late=True,
    ),
    "talk-with-child": Kind(
        Words(
            "Prata med barnet, som själv har frågat. Därefter kan familjen kontaktas",
            "Speak with the child, who has asked. After that the family can be contacted",
        ),
        told_when_late=True,
    ),
    "support-contact": Kind(
        Words(
            "Hjälp familjen att få kontakt med en annan stödfunktion",
            "Help the family to get in touch with another support",
        ),
        comes_back=True,
    ),
    "support-talk": Kind(
        Words("Erbjud stödjande samtal", "Offer supportive talks"), comes_back=True
    ),
    "other-support": Kind(
        Words("Ge stöd mellan mötena", "Give support between the meetings"), comes_back=True
    ),
    "tell-by-hand": Kind(
        Words(
            "Ring eller skriv brev till en person om mötet",
            "Phone or write a letter to a person about the meeting",
        ),
        comes_back=True,
    ),
    "reach-otherwise": Kind(
        Words(
            "Ett mejl kom inte fram. Nå personen på annat sätt",
            "A mail did not arrive. Reach the person in another way",
        )
    ),
    "read-mail": Kind(
        Words(
            "Läs ett mejl som har kommit in. Det kan vara ett svar, en fråga eller ett återtaget"
            " samtycke",
            "Read a mail that has come in. It may be an answer, a question or a withdrawn consent",
        ),
        told_when_late=True,
    ),
    "decide-mail": Kind(
        Words(
            "Bestäm om ett mejl som inte gick att tolka säkert",
            "Decide about a mail that could not be read with certainty",
        ),
        told_when_late=True,
    ),
    "replace-participant": Kind(
        Words(
            "En deltagare slutar. Bestäm vem som tar över",
            "A participant leaves. Decide who takes over",
        ),
        told_when_late=True,
    ),
    "hand-over": Kind(
        Words(
            "Processbäraren slutar. Bestäm vem som tar över ärendet",
            "The process owner leaves. Decide who takes over the case",
        ),
        told_when_late=True,
    ),
    "consent-refused": Kind(
        Words(
            "Någon har tackat nej. Avsluta ärendet, eller gå en annan väg",
            "Somebody has declined. Close the case, or go another way",
        )
    ),
    "consent-withdrawn": Kind(
        Words(
            "Ett samtycke är taget tillbaka. Avsluta ärendet, eller fråga på nytt",
            "A consent has been withdrawn. Close the case, or ask anew",
        )
    ),
    "fill-post": Kind(
        Words(
            "En post som kallar till årets möten är eller blir vakant. Utse någon",
            "A post that calls to the year's meetings is or will be vacant. Appoint somebody",
        ),
        told_when_late=True,
    ),
    "group-missing": Kind(
        Words(
            "Ingen kommer från en grupp som ska vara med på mötet. Hör av dig till den",
            "Nobody comes from a group that is to be at the meeting. Get in touch with it",
        ),
        comes_back=True,
    ),
    "send-substitute": Kind(
        Words(
            "Du har tackat nej till mötet. Säg vem som kommer i ditt ställe",
            "You have declined the meeting. Say who comes in your place",
        ),
        told_when_late=True,
        comes_back=True,
    ),
    "evaluate-year": Kind(
        Words(
            "Utvärdera årets samverkan och markera det som gjort",
            "Evaluate this year's collaboration and mark it as done",
        )
    ),
    "answer-evaluation": Kind(
        Words("Svara på årets utvärdering", "Answer this year's evaluation"), by_link=True
    ),
    "send-material": Kind(
        Words(
            "Skicka årets material om föräldrastöd till rektorerna",
            "Send this year's material on parental support to the principals",
        ),
        told_when_late=True,
    ),
    "pass-on": Kind(
        Words(
            "Sprid materialet vidare och bekräfta att det är gjort",
            "Pass the material on and confirm that it is done",
        ),
        told_when_late=True,
        by_link=True,
    ),
    "confirm-known": Kind(
        Words(
            "Bekräfta att alla hos dig känner till anmälningsplikten och rutinerna",
            "Confirm that everybody at your unit knows the duty to report and the routines",
        ),
        told_when_late=True,
        by_link=True,
    ),
    "hold-parent-meeting": Kind(
        Words(
            "Bjud in individ- och familjeomsorgen till ett föräldramöte för årskullen",
            "Invite the individual and family services to a parent meeting for the cohort",
        ),
        told_when_late=True,
    ),
    "come-to-parent-meeting": Kind(
        Words(
            "Den som var inbjuden till ett föräldramöte kan inte. Säg vem som kommer",
            "Who was invited to a parent meeting can't come. Say who does",
        ),
        told_when_late=True,
    ),
    "see-receipt": Kind(
        Words(
            "Din anmälan är mottagen. Se vem som tog emot den",
            "Your report has been received. See by whom",
        )
    ),
    "send-written-report": Kind(
        Words("Skicka anmälan skriftligt också", "Send the report in writing as well"),
        told_when_late=True,
    ),
    "note-written-report": Kind(
        Words(
            "En muntlig anmälan ska komma skriftligt. Notera när den har kommit",
            "An oral report is to come in writing. Note when it has come",
        ),
        told_when_late=True,
    ),
    "inform-guardian": Kind(
        Words(
            "Notera vem som har informerat vårdnadshavarna om anmälan, och när",
            "Note who has told the guardians about the report, and when",
        ),
        comes_back=True,
    ),
    "ask-for-feedback": Kind(
        Words(
            "Nu kan du fråga vad som hände med din anmälan",
            "You can ask now what became of your report",
        )
    ),
    "give-feedback": Kind(
        Words(
            "En anmälare undrar vad som hände. Svara med en kod",
            "A reporter asks what happened. Answer with a code",
        ),
        told_when_late=True,
    ),
    "glass-opened": Kind(
        Words(
            "Någon har nödöppnat ärendet för att läsa det. Se vem, och hör efter varför",
            "Somebody has opened the case in an emergency. See who, and ask why",
        )
    ),
    "see-glass": Kind(
        Words(
            "Någon hos dig har nödöppnat ett ärende. Se varför",
            "Somebody who reports to you has opened a case in an emergency. See why",
        ),
        told_when_late=True,
    ),
    "call-report-meeting": Kind(
        Words(
            "Ett möte i samband med en anmälan önskas. Boka det",
            "A meeting in connection with a report is wished for. Book it",
        ),
        comes_back=True,
        told_when_late=True,
    ),
}
_OTHERWISE = Kind(Words("Titta på ärendet", "Look at the case"))


def kind_of_task(name: str) -> Kind:
    """A kind that only a newer version, or a municipality's own procedure, knows is a plain one."""
    return KINDS.get(name, _OTHERWISE)


def task_in_words(kind: str) -> Words:
    return kind_of_task(kind).words
