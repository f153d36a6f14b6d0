"""One mail of every kind and variant, about people and a meeting that don't exist.

For people who want to see what is sent (`samspel mails`, the page of the mails' words), and for
the tests. They are made into mails by the same functions as all others.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from uuid import UUID, uuid5

from services.notifier.domain.mail import Post, mail_bytes
from services.notifier.domain.messages import (
    AlertWords,
    CalendarPart,
    DigestWords,
    DutyWords,
    Kind,
    MeetingWords,
    Message,
    OfYear,
    ProposalWords,
    Said,
    Saying,
)
from services.notifier.domain.words import Page, Words, words_for
from services.notifier.domain.writing import LANGUAGES
from shared.bus.events import AlertedFunction
from shared.domain.days import STOCKHOLM

_IDS = UUID("0b0c1f0e-7c55-5a38-9a0e-3f1c6ad31f70")
_NOBODYS_SECRET = b"so that no link and no address for answers is a real one"
MEETING = uuid5(_IDS, "meeting")
_STARTS = datetime(2027, 3, 16, 13, tzinfo=STOCKHOLM)
_HOUR = timedelta(hours=1)
_MADE = datetime(2027, 3, 2, 9, 30, tzinfo=STOCKHOLM)
_ANSWER_BY = date(2027, 3, 10)
_REFERENCE = "7KQ2"
_PLACE = "Kommunhuset, Torggatan 3"
_LONG_PLACE = "Möteslokalen Ängsblomman, Östra Ågatan 123 B, våning 4, ingång från gården åt väster"
_LONG_NAME = "Övre Åsådalens och Ärlingsbäckens gemensamma nämnd för utbildning och omsorg"
_CALLERS = ("Karin Bergqvist", "Jonas Ekdahl")
_AGENDAS = {
    "sv": ("Uppföljning av föregående möte", "Behovsanalys", "Syfte och mål"),
    "en": ("Follow-up of the last meeting", "Analysis of needs", "Purpose and goals"),
}
_FAMILY = ("guardian", "kim@hemma.example")
_STAFF = ("staff", "maja.holm@exempelkommun.example")


@dataclass(frozen=True, slots=True)
class Sample:
    """One mail: what it is for, in which variant, to whom; `link_id` is of its recipient's link.

    `tasks` are the pages of those that it is about, by id, and their days.
    """

    kind: Kind
    variant: str
    message: Message
    link_id: UUID | None
    post: Post
    tasks: tuple[tuple[UUID, date | None], ...] = ()

    @property
    def pages(self) -> tuple[Page, ...]:
        return tuple(Page(self.post.page(page), day) for page, day in self.tasks)

    @property
    def link(self) -> str | None:
        if self.kind == Kind.DIGEST:
            return self.post.start_page
        return self.post.link(self.link_id)

    @property
    def language(self) -> str:
        return self.message.language

    @property
    def name(self) -> str:
        """The same every time, and the same for everybody."""
        return f"{self.kind}-{self.variant}-{self.language}"

    @property
    def words(self) -> Words:
        return words_for(self.message, self.post.house, self.link, self.pages)

    @property
    def content(self) -> bytes:
        return mail_bytes(self.message, self.post, self.link, self.pages)


def samples(post: Post, languages: tuple[str, ...] = LANGUAGES) -> Iterator[Sample]:
    """All of them; `post` says which municipality writes. Their links and tokens open nothing."""
    for language in languages:
        kit = _Kit(replace(post, secret=_NOBODYS_SECRET), language)
        yield from _invitations(kit)
        yield from _of_the_year(kit)
        yield from _changes(kit)
        yield from _cancellations(kit)
        yield from _asking(kit)
        yield from _duties(kit)
        yield from _digests(kit)


@dataclass(frozen=True, slots=True)
class _Kit:
    """What the samples of one language are made with."""

    post: Post
    language: str

    @property
    def last_day(self) -> CalendarPart:
        """The day of a limit as an object for the calendar (O14)."""
        return replace(_part(), token=self.post.limit_token(2027, _STAFF[1]))

    def about(self, kind: Kind, variant: str, words: Saying, *, linked: bool = True) -> Sample:
        """To staff if the variant says so, or the kind is for nobody else; else to a family."""
        duty = not isinstance(words, MeetingWords | ProposalWords)
        party, mailbox = _STAFF if duty or variant.startswith("staff") else _FAMILY
        key = f"sample/{kind}/{variant}/{self.language}"
        person = uuid5(_IDS, mailbox)
        message = Message(
            key=key,
            kind=kind,
            ground="duty" if duty else "object" if kind is Kind.CANCEL else "consent",
            case_id=uuid5(_IDS, "case"),
            meeting_id=None if duty else MEETING,
            person_id=person,
            party=party,
            mailbox=mailbox,
            address=mailbox,
            language=self.language,
            rule="R8",
            told=None if duty else 0,
            words=words,
            message_id=self.post.message_id(key),
            due_at=_MADE,
            useful_until=_STARTS,
            created_at=_MADE,
        )
        link = uuid5(_IDS, f"link/{mailbox}") if linked and not duty else None
        return Sample(kind, variant, message, link, self.post)

    def meeting(
        self,
        kind: Kind,
        variant: str,
        calendar: CalendarPart | None = None,
        *,
        place: str | None = _PLACE,
        undecided: bool = False,
        answer_by: date | None = None,
        wished: Said | None = None,
        moved: bool = False,
        linked: bool = True,
        of_year: OfYear | None = None,
    ) -> Sample:
        staff = variant.startswith("staff")
        token = self.post.invitation_token(MEETING, (_STAFF if staff else _FAMILY)[1])
        starts = _STARTS + timedelta(days=1) if moved else _STARTS
        words = MeetingWords(
            said=Said(starts, starts + _HOUR, place, undecided),
            token=token,
            reference=_REFERENCE if staff else None,
            calendar=None if calendar is None else replace(calendar, token=token),
            answer_by=answer_by,
            wished=wished,
            of_year=of_year,
        )
        return self.about(kind, variant, words, linked=linked)

    def duty(
        self, kind: Kind, variant: str, words: AlertWords | DutyWords, *days: date | None
    ) -> Sample:
        """`days`: of the tasks among these that can be done on a page."""
        sample = self.about(kind, variant, words)
        if kind == Kind.ALERT and not days:
            return sample
        of_no_case = replace(sample.message, case_id=None, task_id=uuid5(_IDS, "task"))
        tasks = ((uuid5(_IDS, f"page/{turn}"), day) for turn, day in enumerate(days))
        return replace(sample, message=of_no_case, tasks=tuple(tasks))

    def digest(self, variant: str, words: DigestWords) -> Sample:
        sample = self.about(Kind.DIGEST, variant, words)
        of_a_week = replace(sample.message, case_id=None, digest_id=uuid5(_IDS, "digest"))
        return replace(sample, message=of_a_week)


def _part(sequence: int = 0, *, minutes: int = 0, **said: bool) -> CalendarPart:
    """A revision, `minutes` after the first; the token is the recipient's."""
    return CalendarPart("", sequence, _MADE + timedelta(minutes=minutes), _MADE, **said)


def _invitations(kit: _Kit) -> Iterator[Sample]:
    first = _part()
    for who in ("family", "staff"):
        yield kit.meeting(Kind.CALL, who, first, answer_by=_ANSWER_BY)
        yield kit.meeting(Kind.CALL, f"{who}-no-place", first, place=None)
        yield kit.meeting(Kind.CALL, f"{who}-no-link", first, place=None, linked=False)
        yield kit.meeting(Kind.CALL, f"{who}-place-undecided", first, place=None, undecided=True)
        yield kit.meeting(Kind.REMINDER, who)
        yield kit.meeting(Kind.REMINDER, f"{who}-no-link", place=None, linked=False)
    yield kit.meeting(Kind.CALL, "family-shared-mailbox", first)
    yield kit.meeting(Kind.CALL, "family-invited-again", _part(3, minutes=9), answer_by=_ANSWER_BY)
    house = replace(kit.post.house, name=_LONG_NAME)
    long = replace(kit, post=replace(kit.post, house=house))
    yield long.meeting(Kind.CALL, "family-long-names", first, place=_LONG_PLACE)


def _of_the_year(kit: _Kit) -> Iterator[Sample]:
    """R20-R23: staff alone, with the agenda and who calls."""
    agenda = _AGENDAS[kit.language]
    told, called = OfYear(agenda), OfYear(agenda, _CALLERS)
    moved = _part(1, minutes=5, new_time=True, asks_anew=True)
    by = _ANSWER_BY
    yield kit.meeting(Kind.CALL, "staff-year", _part(), answer_by=by, of_year=called)
    yield kit.meeting(
        Kind.CHANGE, "staff-year-moved", moved, moved=True, answer_by=by, of_year=called
    )
    yield kit.meeting(Kind.REMINDER, "staff-year", of_year=told)
    yield kit.meeting(Kind.NUDGE, "staff-year", answer_by=by, of_year=told)


def _changes(kit: _Kit) -> Iterator[Sample]:
    moved = _part(1, minutes=5, new_time=True, asks_anew=True)
    at = _part(1, minutes=5, new_place=True, asks_anew=True)
    for who in ("family", "staff"):
        yield kit.meeting(Kind.CHANGE, f"{who}-moved", moved, moved=True, answer_by=_ANSWER_BY)
        yield kit.meeting(Kind.CHANGE, f"{who}-new-place", at, place=_LONG_PLACE)
        yield kit.meeting(Kind.CHANGE, f"{who}-details", _part(minutes=5))
    yield kit.meeting(Kind.CHANGE, "family-moved-no-link", moved, moved=True, linked=False)


def _cancellations(kit: _Kit) -> Iterator[Sample]:
    for who in ("family", "staff"):
        yield kit.meeting(Kind.CANCEL, f"{who}-of-all", _part(2, minutes=7, of_all=True))
        yield kit.meeting(Kind.CANCEL, f"{who}-of-one", _part(2, minutes=7))


def _asking(kit: _Kit) -> Iterator[Sample]:
    later = _STARTS + timedelta(days=2, hours=-3)
    for who in ("family", "staff"):
        yield kit.meeting(Kind.NUDGE, who, answer_by=_ANSWER_BY)
        yield kit.meeting(Kind.NUDGE, f"{who}-no-link", linked=False)
        wished = Said(later, later + _HOUR)
        yield kit.meeting(Kind.COUNTER_DECLINED, who, _part(minutes=8), wished=wished)
        proposal = ProposalWords(
            times=(_STARTS, later, _STARTS + timedelta(days=3, minutes=30)),
            minutes=60,
            token=kit.post.invitation_token(MEETING, (_STAFF if who == "staff" else _FAMILY)[1]),
            reference=_REFERENCE if who == "staff" else None,
            answer_by=_ANSWER_BY,
        )
        yield kit.about(Kind.PROPOSAL, who, proposal)
        yield kit.about(Kind.PROPOSAL, f"{who}-no-link", proposal, linked=False)


def _duties(kit: _Kit) -> Iterator[Sample]:
    limit = date(2027, 3, 15)
    alerts: dict[str, tuple[AlertedFunction, str]] = {
        "near": ("process_owner", "limit-near"),
        "passed": ("process_owner", "limit-passed"),
        "manager": ("manager", "limit-passed"),
        "late": ("owner", "task-late"),
    }
    for variant, (to, about) in alerts.items():
        yield kit.duty(Kind.ALERT, variant, AlertWords(to, about, limit))
    yield kit.duty(Kind.ALERT, "late-with-a-page", AlertWords("owner", "task-late", limit), limit)
    yield kit.duty(Kind.TASK, "new", DutyWords())
    yield kit.duty(Kind.TASK, "with-a-day", DutyWords(due_on=limit))
    yield kit.duty(Kind.TASK, "with-a-page", DutyWords(due_on=limit), limit)
    yield kit.duty(Kind.TASK, "reminder", DutyWords(due_on=limit, reminds=True))
    yield kit.duty(Kind.TASK, "reminder-late", DutyWords(due_on=limit, late=True, reminds=True))
    yield kit.duty(Kind.TASK, "reminder-no-day", DutyWords(reminds=True), None)
    yield kit.duty(Kind.TASK, "last-day", DutyWords(due_on=limit, calendar=kit.last_day))
    gone = replace(kit.last_day, sequence=1, of_all=True)
    yield kit.duty(Kind.TASK, "last-day-over", DutyWords(limit, over=True, calendar=gone))
    yield kit.duty(Kind.TASK, "several", DutyWords(due_on=limit, count=3))
    yield kit.duty(Kind.TASK, "several-pages", DutyWords(due_on=limit, count=4), limit, None)
    yield kit.duty(Kind.TASK, "several-late", DutyWords(due_on=limit, count=2, late=True))
    yield kit.duty(Kind.TASK, "several-no-day", DutyWords(count=2))
    yield kit.duty(Kind.TASK, "several-no-day-pages", DutyWords(count=2), None, None)
    yield kit.duty(Kind.TASK, "several-no-day-manager", DutyWords(count=2, of_staff=True))
    managers = DutyWords(due_on=limit, count=4, late=True, of_staff=True)
    yield kit.duty(Kind.TASK, "several-manager", managers)
    yield kit.duty(Kind.RECEIPT, "new", DutyWords())
    yield kit.duty(Kind.RECEIPT, "with-a-day", DutyWords(on=date(2027, 3, 2)))
    yield kit.duty(Kind.DISPATCH, "new", DutyWords())
    to_confirm = date(2027, 8, 31)
    yield kit.duty(Kind.DISPATCH, "with-a-day", DutyWords(due_on=to_confirm))
    yield kit.duty(Kind.DISPATCH, "with-a-page", DutyWords(due_on=to_confirm), to_confirm)


def _digests(kit: _Kit) -> Iterator[Sample]:
    tasks = (("book", 1), ("follow-up", 2), ("contact", 1), ("papers", 1), ("other", 3))
    full = DigestWords(
        counted_at=datetime(2027, 3, 1, 7, tzinfo=STOCKHOLM),
        passed=1,
        this_week=3,
        next_week=2,
        tasks=tasks,
        unanswered=4,
        undelivered=1,
    )
    yield kit.digest("week", full)
    yield kit.digest("week-manager", replace(full, tasks=tasks[:1], staff_late=2, staff_coming=5))
    yield kit.digest("week-little", DigestWords(counted_at=full.counted_at, next_week=1))
