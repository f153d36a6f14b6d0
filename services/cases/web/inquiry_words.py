"""What the public form says, in plain Swedish and English (P3, P10, P11, P17, P18)."""

from typing import Literal

Language = Literal["sv", "en"]

_SWEDISH = {
    "language": "sv",
    "other_language": "en",
    "other_words": "In English",
    "title": "Intresseanmälan",
    "heading": "Vill du ha stöd genom SSPF?",
    "lead": (
        "I SSPF hjälps socialtjänst, skola, polis och fritid åt runt ett barn, tillsammans med"
        " barnet och familjen. Du kan höra av dig om ditt eget barn, om dig själv eller om ett barn"
        " du möter i ditt arbete. Koordinatorn kontaktar dig."
    ),
    "facts_heading": "Bra att veta",
    "facts": (
        "Det är frivilligt och kostar ingenting. Du kan tacka nej när som helst.",
        "Att du hör av dig betyder inte att någon utreder dig eller din familj.",
        "Behövs mer stöd berättar vi hur man söker det.",
        "De som arbetar med barn måste alltid göra en orosanmälan om de är mycket oroliga.",
        "Vi frågar inget om barnet här. Det pratar ni om när ni hörs.",
    ),
    "form_heading": "Hör av dig",
    "who": "Vem är du?",
    "sources": (
        ("guardian", "Förälder eller vårdnadshavare"),
        ("child", "Barn eller ungdom"),
        ("staff", "Jag möter barn i mitt arbete"),
    ),
    "who_needed": "Välj vem du är.",
    "reach": "Hur når vi dig?",
    "reach_hint": (
        "Du behöver inte fylla i något, men då kan vi inte kontakta dig. Du kan alltid ringa i"
        " stället."
    ),
    "phone": "Telefon",
    "phone_wrong": "Skriv telefonnumret med siffror, till exempel 070-123 45 67.",
    "personal_number": (
        "Det ser ut att stå ett personnummer här. Ta bort det, vi behöver inget. Är det ett"
        " telefonnummer, skriv bindestreck efter riktnumret."
    ),
    "email": "E-post",
    "email_wrong": "Skriv e-postadressen så här: namn@exempel.se.",
    "unit": "Vilken skola gäller det?",
    "unit_hint": "Du behöver inte välja någon.",
    "no_unit": "Vill inte säga",
    "unit_wrong": "Välj en skola i listan, eller ingen.",
    "trap": "Lämna det här fältet tomt",
    "send": "Skicka",
    "mend": "Något behöver rättas innan det kan skickas",
    "no_receipt": "Vi skickar ingen bekräftelse.",
    "sent": "Ditt meddelande har nu skickats",
    "sent_more": "Koordinatorn hör av sig till dig, om du har berättat hur vi når dig.",
    "failed": "Någonting gick fel",
    "failed_more": "Ditt meddelande har inte skickats. Försök igen om en stund, eller ring oss.",
    "again": "Till formuläret",
    "centre": "Du kan också kontakta oss här",
    "acute": "Är det bråttom eller farligt? Ring 112.",
    "skip": "Till innehållet",
}
_ENGLISH = {
    "language": "en",
    "other_language": "sv",
    "other_words": "På svenska",
    "title": "Expression of interest",
    "heading": "Do you want support through SSPF?",
    "lead": (
        "In SSPF the social services, the school, the police and the leisure services help each"
        " other around a child, together with the child and the family. You can get in touch about"
        " your own child, about yourself or about a child you meet in your work. The coordinator"
        " contacts you."
    ),
    "facts_heading": "Good to know",
    "facts": (
        "It is voluntary and costs nothing. You can say no at any time.",
        "Getting in touch does not mean that anybody investigates you or your family.",
        "If more support is needed, we tell you how to apply for it.",
        "People who work with children must always report it if they are very worried.",
        "We ask nothing about the child here. You talk about that when you speak.",
    ),
    "form_heading": "Get in touch",
    "who": "Who are you?",
    "sources": (
        ("guardian", "Parent or guardian"),
        ("child", "Child or young person"),
        ("staff", "I meet children in my work"),
    ),
    "who_needed": "Choose who you are.",
    "reach": "How do we reach you?",
    "reach_hint": (
        "You need not fill in anything, but then we cannot contact you. You can always call"
        " instead."
    ),
    "phone": "Phone",
    "phone_wrong": "Write the phone number with digits, such as 070-123 45 67.",
    "personal_number": (
        "There seems to be a personal number here. Take it out, we need none. If it is a phone"
        " number, write a hyphen after the area code."
    ),
    "email": "E-mail",
    "email_wrong": "Write the e-mail address like this: name@example.com.",
    "unit": "Which school is it about?",
    "unit_hint": "You need not choose any.",
    "no_unit": "Prefer not to say",
    "unit_wrong": "Choose a school of the list, or none.",
    "trap": "Leave this field empty",
    "send": "Send",
    "mend": "Something has to be mended before it can be sent",
    "no_receipt": "We send no confirmation.",
    "sent": "Your message has been sent",
    "sent_more": "The coordinator gets in touch, if you have said how to reach you.",
    "failed": "Something went wrong",
    "failed_more": "Your message has not been sent. Try again in a while, or call us.",
    "again": "To the form",
    "centre": "You can also contact us here",
    "acute": "Is it urgent or dangerous? Call 112.",
    "skip": "To the content",
}
WORDS: dict[Language, dict[str, object]] = {"sv": dict(_SWEDISH), "en": dict(_ENGLISH)}
