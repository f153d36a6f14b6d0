"""What the yearly evaluation refuses (R24, R25)."""

from services.cases.domain.refused import Invalid, Refused, Words


class EvaluationIsDone(Refused):
    """What has been evaluated isn't answered any more."""

    code = "evaluation-done"
    rule = "R24"
    title = Words("Utvärderingen är klar", "The evaluation is done")
    detail = Words(
        "Årets utvärdering är markerad som klar, så svaren kan inte ändras längre. Hör av dig till"
        " elevhälsochefen eller enhetschefen IFO om något viktigt saknas.",
        "This year's evaluation has been marked as done, so answers can't be changed any more. Get"
        " in touch with the head of student health or of the social services if something"
        " important is missing.",
    )


class NotOpenYet(Refused):
    """The evaluation of a year opens in its spring."""

    code = "evaluation-not-open"
    rule = "R24"
    title = Words("Utvärderingen har inte öppnat", "The evaluation has not opened")
    detail = Words(
        "Årets utvärdering öppnar {opens}. Vänta till dess.",
        "The year's evaluation opens on {opens}. Wait until then.",
    )


class AnswersForAnother(Refused):
    """Who sits before the calling system answers in their own name."""

    code = "answers-for-another"
    rule = "R25"
    title = Words("Svara i ditt eget namn", "Answer in your own name")
    detail = Words(
        "Den som svarar för en verksamhet gör det i sitt eget namn. Ange dig själv (by).",
        "Whoever answers for a unit does so in their own name. Name yourself (by).",
    )


class NotAskedToAnswer(Invalid):
    code = "not-asked-to-answer"
    rule = "R25"
    detail = Words(
        "Den posten svarar inte på årets utvärdering. Välj en av dem som gör det.",
        "That post doesn't answer this year's evaluation. Choose one of those that do.",
    )


class NotInThePost(Invalid):
    code = "not-in-the-post"
    rule = "R25"
    detail = Words(
        "Personen har inte posten i dag. Ange den som har den.",
        "This person isn't in the post today. Name whoever is.",
    )


class UnknownQuestion(Invalid):
    code = "unknown-question"
    rule = "R25"
    detail = Words(
        "Det finns ingen sådan fråga i årets utvärdering. Frågorna är: {known}.",
        "There is no such question in this year's evaluation. The questions are: {known}.",
    )


class NothingAnswered(Invalid):
    code = "nothing-answered"
    rule = "R25"
    detail = Words("Svara på minst en fråga.", "Answer one question at least.")


class NotOnTheScale(Invalid):
    code = "not-on-the-scale"
    rule = "R25"
    detail = Words("Svara med ett heltal från 1 till 5.", "Answer with a whole number, 1 to 5.")


class NotYesOrNo(Invalid):
    code = "not-yes-or-no"
    rule = "R25"
    detail = Words("Svara med true (ja) eller false (nej).", "Answer with true or false.")
    on_page = Words(
        "Svara ja eller nej.",
        "Answer yes or no.",
    )


class NotAText(Invalid):
    code = "not-a-text"
    rule = "R25"
    detail = Words(
        "Svara med högst {longest} tecken text. Radbrytningar går bra, men inga styrtecken.",
        "Answer with a text of {longest} characters at most. Line breaks are fine, control"
        " characters aren't.",
    )


class TellsAPersonalNumber(Invalid):
    code = "tells-a-personal-number"
    rule = "X3"
    detail = Words(
        "Det ser ut att stå ett personnummer i svaret. Ta bort det: Samspel behöver inget.",
        "There seems to be a personal number in the answer. Take it out: Samspel needs none.",
    )


class DoneOnAnotherDay(Invalid):
    code = "done-on-another-day"
    rule = "R24"
    detail = Words(
        "Ange en dag från och med {first} till och med i dag, {today}.",
        "Give a day from {first} to today, {today}.",
    )
