"""What the accessibility statement says (lag 2018:1937 10 §), in plain Swedish and English.

It follows the order of Digg's pattern. What doesn't hold stands under `shortcomings`: change it,
and the day of the assessment, with what the tests and people find.
"""

from datetime import date
from typing import Literal

Language = Literal["sv", "en"]

ASSESSED_ON = date(2026, 11, 22)
REPORT_TO_DIGG = "https://www.digg.se/tdosanmalan"

_SWEDISH = {
    "language": "sv",
    "other_language": "en",
    "other_words": "In English",
    "skip": "Till innehållet",
    "title": "Tillgänglighet",
    "heading": "Tillgänglighets\u00adredogörelse för Samspel",
    "lead": (
        "{municipality} står bakom de här sidorna. Alla ska kunna använda dem. Här står hur de"
        " följer lagen om tillgänglighet till digital offentlig service, vilka brister vi känner"
        " till och hur du säger till om fler."
    ),
    "how_heading": "Hur tillgängliga är sidorna?",
    "how": (
        "Sidorna är delvis förenliga med lagen. Vi siktar på WCAG 2.2 nivå AA, som är mer än lagen"
        " kräver, och vet om de brister som står nedan."
    ),
    "report_heading": "Säg till när något inte fungerar",
    "report": (
        "Hör av dig om du inte kan använda en sida, eller om du behöver innehållet på ett annat"
        " sätt. Skriv inget om ett barn i mejlet. Vi svarar så snart vi kan."
    ),
    "phone": "Ring",
    "email": "Mejla",
    "visit": "Besök oss",
    "supervision_heading": "Om du inte är nöjd med svaret",
    "supervision": (
        "Myndigheten för digital förvaltning (Digg) ser till att lagen följs. Är du inte nöjd med"
        " hur vi tar hand om det du har sagt, kan du anmäla det till Digg."
    ),
    "supervision_link": "Anmäl bristande tillgänglighet till Digg",
    "shortcomings_heading": "Det här är inte tillgängligt",
    "shortcomings": (
        (
            "Engelska sidor: en del står bara på svenska, till exempel namn på möten, roller"
            " och skolor. Det är inte alltid märkt som svenska, så en skärmläsare kan läsa det"
            " med engelskt uttal (WCAG 3.1.2)."
        ),
        (
            "Dokument som kommunen länkar till eller skickar med ett utskick: vi kan inte lova"
            " att alla är gjorda så att de går att läsa med hjälpmedel."
        ),
        (
            "Papper (PDF) följer PDF/UA-1. Har ett namn tecken som våra typsnitt saknar, följer"
            " just det papperet inte standarden. Ring oss, så läser vi upp det eller skickar det"
            " på ett annat sätt."
        ),
        "Mötet i din kalender: hur det visas och läses upp avgör ditt kalenderprogram.",
    ),
    "exempt": "Vi har inte undantagit något för att det vore oskäligt betungande att rätta.",
    "tested_heading": "Så har vi testat",
    "tested": (
        (
            "Vi har skattat sidorna själva. Ett program (axe) läser dem mot WCAG 2.2 nivå AA varje"
            " gång något ändras. Samma tester öppnar ärenden och svarar på kallelser i en riktig"
            " webbläsare: med enbart tangentbord, utan JavaScript, på telefon och på en skärm som"
            " är 320 punkter bred."
        ),
        (
            "Ingen utomstående har granskat sidorna, och vi har ännu inte låtit personer som"
            " använder skärmläsare eller andra hjälpmedel prova dem."
        ),
    ),
    "assessed": "Senast bedömda och uppdaterade: {day}.",
}
_ENGLISH = {
    "language": "en",
    "other_language": "sv",
    "other_words": "På svenska",
    "skip": "To the content",
    "title": "Accessibility",
    "heading": "Accessibility statement for Samspel",
    "lead": (
        "{municipality} is responsible for these pages. Everybody should be able to use them. This"
        " page says how they meet the Swedish act on accessibility of digital public services,"
        " which shortcomings we know of, and how to tell us about more."
    ),
    "how_heading": "How accessible are the pages?",
    "how": (
        "The pages are partially compliant with the act. We aim at WCAG 2.2 level AA, which is more"
        " than the act asks for, and know of the shortcomings below."
    ),
    "report_heading": "Tell us when something doesn't work",
    "report": (
        "Contact us if you can't use a page, or if you need its content in another way. Write"
        " nothing about a child in the mail. We answer as soon as we can."
    ),
    "phone": "Call",
    "email": "Mail",
    "visit": "Visit us",
    "supervision_heading": "If you aren't content with the answer",
    "supervision": (
        "The Agency for Digital Government (Digg) sees to it that the act is followed. If you"
        " aren't content with how we handle what you have told us, you can report it to Digg."
    ),
    "supervision_link": "Report shortcomings to Digg (in Swedish)",
    "shortcomings_heading": "What isn't accessible",
    "shortcomings": (
        (
            "Pages in English: some of it is in Swedish only, such as the names of meetings,"
            " roles and schools. It isn't always marked as Swedish, so a screen reader may read"
            " it with an English voice (WCAG 3.1.2)."
        ),
        (
            "Documents that the municipality links to or sends along: we can't promise that all"
            " of them can be read with assistive technology."
        ),
        (
            "Papers (PDF) follow PDF/UA-1. If a name has a character that our fonts lack, that"
            " paper alone doesn't follow the standard. Call us, and we read it to you or send it"
            " in another way."
        ),
        (
            "The meeting in your calendar: how it is shown and read out is up to your calendar"
            " program."
        ),
    ),
    "exempt": "Nothing is left out because it would be a disproportionate burden to put right.",
    "tested_heading": "How we have tested",
    "tested": (
        (
            "We have assessed the pages ourselves. A program (axe) reads them against WCAG 2.2"
            " level AA whenever something is changed. The same tests open cases and answer"
            " invitations in a real browser: by keyboard alone, without JavaScript, on a phone and"
            " on a screen that is 320 points wide."
        ),
        (
            "Nobody from outside has audited the pages, and people who use screen readers or"
            " other assistive technology haven't tried them yet."
        ),
    ),
    "assessed": "Last assessed and updated: {day}.",
}
WORDS: dict[Language, dict[str, object]] = {"sv": dict(_SWEDISH), "en": dict(_ENGLISH)}
