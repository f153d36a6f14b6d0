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
    """

    words: Words
    comes_back: bool = False
    told_when_late: bool = False


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
}
_OTHERWISE = Kind(Words("Titta på ärendet", "Look at the case"))


def kind_of_task(name: str) -> Kind:
    """A kind that only a newer version, or a municipality's own procedure, knows is a plain one."""
    return KINDS.get(name, _OTHERWISE)


def task_in_words(kind: str) -> Words:
    return kind_of_task(kind).words
