"""The forms of a personal page: what is sent is read here, and said to a handler (X13, S7, P7)."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time
from uuid import UUID

from services.cases.domain.links import FAMILY, consent_to_withdraw
from services.cases.domain.refused import Refused
from services.cases.domain.votes import Vote
from services.cases.domain.wishes import Relation
from services.cases.handlers import answers, consent_answers, counters, feeds, links, votes, wishes
from services.cases.handlers.ledger import AnswerConsent
from services.cases.handlers.links import Opened
from services.cases.handlers.meeting_ports import Wished
from services.cases.handlers.ports import Desk
from services.cases.web.forms import day_or_none
from services.cases.web.link_page import clock_time_of
from services.cases.web.link_session import Session
from shared.domain.days import STOCKHOLM, at
from shared.domain.plain_text import holds_hidden, holds_personal_number, plain
from shared.mailaddress import mail_address
from shared.register import PHONE

Form = Mapping[str, str]
_MOST_WISHES = 5
_LONGEST_NAME = 200
_ANSWERS: dict[str, answers.Answer] = {
    "accepted": "accepted", "declined": "declined", "tentative": "tentative",
}  # fmt: skip
_VOTES: dict[str, Vote] = {"yes": "yes", "if-need-be": "if-need-be", "no": "no"}


@dataclass(frozen=True, slots=True)
class Sent:
    """It was done: the words that say so, whether the second step begins or ends with it, and where
    the person goes next (the page itself, or a page below it). `wrong`: it counts all the same."""

    notice: str = ""
    wrong: Mapping[str, str | Refused] = field(default_factory=dict)
    session: Session | None = None
    leaves: bool = False
    then: str = ""


class Mend(Exception):
    """Something has to be mended: the words for it, by field. Nothing was saved."""

    def __init__(self, **wrong: str) -> None:
        super().__init__("mend")
        self.wrong = wrong


@dataclass(frozen=True, slots=True)
class Sender:
    """Who sends a form, at which link, with what in it."""

    opened: Opened
    person: UUID
    session: Session | None
    form: Form
    desk: Desk

    def said(self, name: str) -> str:
        return self.form.get(name, "").strip()


def answer(sender: Sender) -> Sent:
    said = _ANSWERS.get(sender.said("answer"))
    if said is None:
        raise Mend(answer="choose_answer")
    given = answers.GiveAnswer(sender.opened.meeting.id, sender.person, said, "by-link")
    answers.give_answer(given, sender.desk)
    return Sent("sent_answer")


def vote(sender: Sender) -> Sent:
    """About every time; which is which is said by the times themselves."""
    options = sender.desk.votes.options(sender.opened.meeting.id)
    said = {
        option.starts_at: _VOTES.get(sender.said(f"vote-{option.starts_at.isoformat()}"))
        for option in options
    }
    given = {starts_at: one for starts_at, one in said.items() if one is not None}
    if not options or len(given) < len(options):
        raise Mend(votes="choose_votes")
    votes.vote(votes.CastVotes(sender.opened.meeting.id, sender.person, given), sender.desk)
    return Sent("sent_votes")


def other_time(sender: Sender) -> Sent:
    day, clock = day_or_none(sender.said("day")), clock_time_of(sender.said("time"))
    wrong = {} if day else {"day": "day_wrong"}
    if day is None or clock is None:
        raise Mend(**(wrong | ({} if clock else {"time": "time_wrong"})))
    asked = counters.AskForTime(sender.opened.meeting.id, sender.person, _instant(day, clock))
    counters.ask_for_time(asked, sender.desk)
    return Sent("sent_time")


def code(sender: Sender) -> Sent:
    """The second step. A wrong try counts, so it isn't undone by being answered."""
    said = "".join(sign for sign in sender.said("code") if sign.isdigit() and sign.isascii())
    if len(said) != 6 or sender.opened.who(sender.person).party not in FAMILY:
        raise Mend(code="code_wrong")
    outcome = links.try_code(sender.opened, sender.person, said, sender.desk)
    if outcome != "right":
        return Sent(wrong={"code": "code_wrong" if outcome == "wrong" else "code_void"})
    generation = sender.desk.links.generation(sender.opened.file.id, sender.person)
    assert generation is not None
    session = Session(sender.opened.link.id, sender.person, generation)
    return Sent("opened", session=session)


def wish(sender: Sender) -> Sent:
    """S7: not known not to be protected, so they are told of it by a person (X6)."""
    name = plain(sender.said("name"))
    email, phone = sender.said("email"), sender.said("phone")
    if wrong := _wrong_in_wish(sender.said("relation"), name, email, phone):
        raise Mend(**wrong)
    relation = Relation(sender.said("relation"))
    wished = Wished(sender.person, name, relation, email or None, phone or None)
    if not _is_wished_already(sender, wished):
        wishes.wish(sender.opened.file.id, wished, sender.desk)
    return Sent("sent_wish")


def make_feed(sender: Sender) -> Sent:
    feeds.make_feed(sender.person, sender.desk)
    return Sent("made_feed")


def end_feed(sender: Sender) -> Sent:
    feeds.revoke_feed(sender.person, sender.desk)
    return Sent("ended_feed")


def withdraw(sender: Sender) -> Sent:
    """P7, X14: at once; what it did is said on a page of its own."""
    if sender.said("sure") != "yes":
        raise Mend(sure="withdraw_tick_wrong")
    consent = consent_to_withdraw(sender.opened.file.facts, sender.person)
    if consent is not None:
        given = AnswerConsent(sender.opened.file.id, consent.id)
        consent_answers.withdraw(given, sender.desk)
    return Sent(then="tillbaka")


def leave(_: Sender) -> Sent:
    return Sent("left", leaves=True)


# What can be sent, by the last part of its address; some only after the second step.
OPEN: dict[str, Callable[[Sender], Sent]] = {
    "svar": answer, "tider": vote, "annan-tid": other_time, "kod": code,
}  # fmt: skip
SECOND_STEP: dict[str, Callable[[Sender], Sent]] = {
    "onskemal": wish, "kalender": make_feed, "utan-kalender": end_feed, "samtycke": withdraw,
    "mindre": leave,
}  # fmt: skip
EVERY_FORM = OPEN | SECOND_STEP
OF_THE_TIME = ("svar", "tider", "annan-tid")  # about the meeting as it was when the page was read


def _wrong_in_wish(relation: str, name: str, email: str, phone: str) -> dict[str, str]:
    wrong: dict[str, str] = {}
    if not name or len(name) > _LONGEST_NAME or holds_hidden(name):
        wrong["name"] = "name_wrong"
    if relation not in list(Relation):
        wrong["relation"] = "relation_wrong"
    if email and not _is_address(email):
        wrong["email"] = "email_wrong"
    if phone and not PHONE.fullmatch(phone):
        wrong["phone"] = "phone_wrong"
    for asked, said in (("name", name), ("email", email), ("phone", phone)):
        if asked not in wrong and holds_personal_number(said):
            wrong[asked] = "personal_number"
    return wrong


def _is_wished_already(sender: Sender, wished: Wished) -> bool:
    """The same once more is once; and not more than a few before any is answered."""
    waiting = sender.desk.wishes.waiting(sender.opened.file.id, sender.person)
    if (wished.name, wished.relation) in waiting:
        return True
    if len(waiting) >= _MOST_WISHES:
        raise Mend(name="too_many")
    return False


def _instant(day: date, clock: time) -> datetime:
    if not 1900 <= day.year < 2200:
        raise Mend(day="day_wrong")
    return at(day, clock.replace(second=0, microsecond=0, tzinfo=None)).astimezone(STOCKHOLM)


def _is_address(text: str) -> bool:
    try:
        mail_address(text)
    except ValueError:
        return False
    return True
