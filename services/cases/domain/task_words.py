"""What each kind of task asks for, in a few words that name nobody."""

from services.cases.domain.refused import Words

_OTHERWISE = Words("Titta på ärendet", "Look at the case")

_KINDS = {
    "inform": Words(
        "Berätta för den som ska samtycka varför ett möte föreslås",
        "Tell whoever is to consent why a meeting is suggested",
    ),
    "get-consent": Words(
        "Be om samtycke och registrera svaret", "Ask for consent and record the answer"
    ),
    "first-contact": Words(
        "Kontakta familjen, bjud in och fråga om samtycke",
        "Contact the family, invite them and ask for consent",
    ),
    "renew-consent": Words(
        "Ett samtycke går ut. Be om ett nytt", "A consent runs out. Ask for a new one"
    ),
    "review-consent": Words(
        "Registrera om samtycket gicks igenom på mötet",
        "Record whether the consent was gone through at the meeting",
    ),
    "ask-about-guardians": Words(
        "Fråga ungdomen om vårdnadshavarna ska vara med",
        "Ask the youth whether the guardians are to take part",
    ),
    "is-taken": Words(
        "Någon som ska kallas är upptagen då. Flytta mötet eller ta en ersättare",
        "Somebody to be called is taken then. Move the meeting or find a substitute",
    ),
    "participants-missing": Words(
        "Lägg till den som alltid kallas men saknas", "Add whoever is always called but missing"
    ),
    "find-substitute": Words(
        "Hitta en ersättare för den som har tackat nej", "Find a substitute for whoever declined"
    ),
    "decide-wish": Words(
        "Bestäm om den som familjen vill ha med ska bjudas in",
        "Decide whether to invite the person the family wishes for",
    ),
    "arrange-separately": Words(
        "Ordna möten var för sig för vårdnadshavarna",
        "Arrange separate meetings for the guardians",
    ),
    "no-slot": Words("Hitta en tid för mötet", "Find a time for the meeting"),
    "book-anew": Words(
        "Boka en ny tid: den förra ställdes in", "Book a new time: the last one was cancelled"
    ),
    "limit-near": Words(
        "En gräns är nära och ingen tid är bokad ännu",
        "A limit is near and no time is booked yet",
    ),
    "limit-passed": Words("En gräns har passerat", "A limit has passed"),
    "confirm-time": Words(
        "Säg ja till den föreslagna tiden, eller välj en annan",
        "Say yes to the suggested time, or choose another",
    ),
    "mark-as-held": Words(
        "Markera mötet som hållet, eller ställ in det",
        "Mark the meeting as held, or cancel it",
    ),
    "next-date": Words(
        "Bestäm tid för nästa möte, eller avsluta ärendet",
        "Set a time for the next meeting, or close the case",
    ),
    "contact-family": Words(
        "Ta kontakt med familjen före mötet", "Contact the family before the meeting"
    ),
    "tell-who-comes": Words(
        "Berätta för familjen vilka som kommer", "Tell the family who will be there"
    ),
    "file-minutes": Words(
        "Spara anteckningarna och markera dem som sparade",
        "File the minutes and mark them as filed",
    ),
    "file-plan": Words(
        "Spara mål och handlingsplan och markera dem som sparade",
        "File the goals and the plan and mark them as filed",
    ),
    "check-in": Words(
        "Hör av dig till familjen mellan mötena", "Get in touch with the family between meetings"
    ),
    "evaluate": Words("Utvärdera ärendet", "Evaluate the case"),
    "talk-with-child": Words(
        "Prata med barnet, som själv har frågat. Därefter kan familjen kontaktas",
        "Speak with the child, who has asked. After that the family can be contacted",
    ),
    "support-contact": Words(
        "Hjälp familjen att få kontakt med en annan stödfunktion",
        "Help the family to get in touch with another support",
    ),
    "support-talk": Words("Erbjud stödjande samtal", "Offer supportive talks"),
    "other-support": Words("Ge stöd mellan mötena", "Give support between the meetings"),
    "tell-by-hand": Words(
        "Ring eller skriv brev till en person om mötet",
        "Phone or write a letter to a person about the meeting",
    ),
    "reach-otherwise": Words(
        "Ett mejl kom inte fram. Nå personen på annat sätt",
        "A mail did not arrive. Reach the person in another way",
    ),
    "replace-participant": Words(
        "En deltagare slutar. Bestäm vem som tar över",
        "A participant leaves. Decide who takes over",
    ),
    "hand-over": Words(
        "Processbäraren slutar. Bestäm vem som tar över ärendet",
        "The process owner leaves. Decide who takes over the case",
    ),
    "consent-refused": Words(
        "Någon har tackat nej. Avsluta ärendet, eller gå en annan väg",
        "Somebody has declined. Close the case, or go another way",
    ),
    "consent-withdrawn": Words(
        "Ett samtycke är taget tillbaka. Avsluta ärendet, eller fråga på nytt",
        "A consent has been withdrawn. Close the case, or ask anew",
    ),
}


def task_in_words(kind: str) -> Words:
    return _KINDS.get(kind, _OTHERWISE)


def has_words(kind: str) -> bool:
    return kind in _KINDS
