"""What is sent to every rektor, and confirmed by each (R28-R31)."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, time, timedelta
from uuid import UUID, uuid4

from services.cases.domain import wrong_values
from services.cases.domain.dispatch_refusals import (
    InYourOwnName,
    NotTheirPost,
    NotYoursToSend,
    PostNotAsked,
)
from services.cases.domain.dispatching import (
    CONFIRMING,
    SEND,
    Confirmation,
    Dispatch,
    NewFile,
    checked_files,
    comes_by_itself,
    confirmed_by,
    counted_days,
    counts_for,
    round_on,
    sent_by_hand,
    to_confirm,
    to_send,
)
from services.cases.domain.duties import REACH, PostNow, Subject, post_to_ask
from services.cases.domain.refused import NotFound, codes_in_words
from services.cases.handlers.duties import give
from services.cases.handlers.ports import Desk
from services.cases.handlers.year.rules import Round, this_round
from shared.domain.days import at
from shared.domain.procedure import DispatchRule, YearRules
from shared.domain.procedure.year import YearDay

# An installation late in the year doesn't begin with what is long past.
_CAUGHT_UP = timedelta(days=60)
_MANY = 1000  # more than anybody is asked for in their years
# Whose material and information it is (R28, R30).
_SENDING = "social_services"


@dataclass(frozen=True, slots=True)
class Send:
    """Something to send to every rektor, by hand."""

    kind: str
    title: str
    by: UUID
    files: tuple[NewFile, ...] = ()


@dataclass(frozen=True, slots=True)
class ShownDispatch:
    """What was sent, and how far it has come."""

    dispatch: Dispatch
    posts: Sequence[Confirmation]
    today: date


def send(command: Send, desk: Desk) -> UUID:
    """R28, R30: it goes to all who hold the posts asked today; who comes after finds it waiting.

    Raises Refused.
    """
    this = _this(desk)
    rule = sent_by_hand(this.rules.dispatches, command.kind)
    check_own_name(command.by, desk)
    check_in_post(command.by, "by", desk)
    _check_sends(rule, this.rules, desk)
    dispatch = _new(rule, desk.today.year, command.title, command.by, desk)
    desk.dispatches.add(dispatch, checked_files(command.files))
    _ask(rule, dispatch, _posts(rule.asked, desk), desk)
    _is_sent(rule, desk)
    details = {"dispatch": str(dispatch.id), "kind": rule.name, "by": str(command.by)}
    desk.audit.note(None, "dispatch.send", rule.rule, details)
    return dispatch.id


def sendable(desk: Desk) -> tuple[DispatchRule, ...]:
    """What who sits before the calling system may send."""
    this = this_round(desk)
    if this is None:
        return ()
    by_hand = (rule for rule in this.rules.dispatches if not comes_by_itself(rule))
    return tuple(rule for rule in by_hand if _may_send(rule, this.rules, desk))


def rules_today(desk: Desk) -> Sequence[DispatchRule]:
    this = this_round(desk)
    return () if this is None else this.rules.dispatches


def confirm(dispatch: UUID, post: str, by: UUID, desk: Desk) -> None:
    """R29, R31: whoever acts for the post says that it is done; twice changes nothing.

    Raises Refused.
    """
    subject = Subject(dispatch=dispatch)
    duties = [one for one in desk.duties.of(subject) if one.kind in CONFIRMING]
    if not duties:
        raise NotFound
    duty = next((one for one in duties if one.post == post), None)
    if duty is None:
        raise PostNotAsked("post")
    if desk.actor_person not in (None, duty.owner):
        raise NotFound
    check_own_name(by, desk)
    if by not in desk.register.staff([by], desk.today):
        raise wrong_values.UnknownPerson("by")
    if not desk.duties.acts_for(by, post, desk.today):
        raise NotTheirPost("by")
    if not duty.is_open:
        return
    desk.duties.finish(subject, [duty.kind], post=post)
    desk.duties.finish(subject, [REACH], about=duty.owner)
    details = {"dispatch": str(dispatch), "post": post, "by": str(by)}
    desk.audit.note(None, "dispatch.confirm", duty.rule, details)


def show(dispatch: UUID, desk: Desk) -> ShownDispatch:
    """One dispatch to who may see it: its sender, who is asked, the callers. Raises NotFound."""
    found = desk.dispatches.find(dispatch)
    if found is None:
        raise NotFound
    posts = desk.dispatches.confirmations(dispatch)
    person = desk.actor_person
    of_it = {found.sent_by, *(one.owner for one in posts)}
    if person is not None and person not in of_it and not _sees_all(person, desk):
        raise NotFound
    return ShownDispatch(found, posts, desk.today)


def file_of(dispatch: UUID, file: UUID, desk: Desk) -> tuple[str, str, bytes]:
    """The name, type and content of a file, to who may see what it came with. Raises NotFound."""
    files = {one.id: one for one in show(dispatch, desk).dispatch.files}
    content = desk.dispatches.content(file) if file in files else None
    if content is None:
        raise NotFound
    return files[file].name, files[file].media_type, content


def listed(after: UUID | None, limit: int, desk: Desk) -> list[ShownDispatch]:
    """Those that who sits before the calling system sees, in the order they were sent."""
    person = desk.actor_person
    only = None if person is None or _sees_all(person, desk) else person
    found = desk.dispatches.page(after, limit, only)
    return [ShownDispatch(one, desk.dispatches.confirmations(one.id), desk.today) for one in found]


def seen(ids: Collection[UUID], desk: Desk) -> frozenset[UUID]:
    """Those that who sits before the calling system may see."""
    person = desk.actor_person
    if not ids or person is None or _sees_all(person, desk):
        return frozenset(ids)
    return frozenset(ids) & {one.id for one in desk.dispatches.page(None, _MANY, person)}


def of_the_day(this: Round, desk: Desk) -> date | None:
    """R28, R31: what comes every year is asked for from its day on, once.

    The next day on which there is something to do by itself.
    """
    coming: list[date] = []
    for rule in this.rules.dispatches:
        if rule.starts is None:
            continue
        year = round_on(rule.starts, desk.today)
        coming.append(rule.starts.in_year(year + 1))
        if not is_long_past(rule.starts.in_year(year), desk):
            _comes(rule, rule.starts, year, this.rules, desk)
    return min(coming, default=None)


def is_long_past(starts_on: date, desk: Desk) -> bool:
    """Whether a day was long before Samspel kept the yearly cycle here: then nothing follows."""
    if desk.today - starts_on <= _CAUGHT_UP:
        return False
    return not desk.dispatches.has_run_since(at(starts_on, time()))


def check_own_name(by: UUID | None, desk: Desk) -> None:
    """Who sits before the calling system does nothing in another's name. Raises Refused."""
    if by is not None and desk.actor_person not in (None, by):
        raise InYourOwnName


def check_in_post(person: UUID, field: str, desk: Desk) -> None:
    """Somebody of the staff who holds a post today. Raises Invalid."""
    staff = desk.register.staff([person], desk.today)
    if person not in staff:
        raise wrong_values.UnknownPerson(field)
    if not staff[person].posts:
        raise wrong_values.WithoutPost(field)


def _is_sent(rule: DispatchRule, desk: Desk) -> None:
    """R28: what asks for it in this round is done; so is a round before that never had it."""
    if rule.starts is None:
        return
    year = counts_for(rule.starts, desk.today)
    for duty in desk.duties.open_of_kind(SEND):
        of_year = duty.subject.year
        if duty.details.get("dispatch") == rule.name and of_year is not None and of_year <= year:
            desk.tasks.finish_one(duty.id)


def _comes(rule: DispatchRule, starts: YearDay, year: int, rules: YearRules, desk: Desk) -> None:
    if not comes_by_itself(rule):
        first, after = counted_days(starts, year)
        is_sent = desk.dispatches.was_sent(rule.name, at(first, time()), at(after, time()))
        post = _sender(rule, rules, desk)
        if post is not None and not is_sent:
            give(to_send(rule, year, post.code, desk.days, desk.today), desk)
        return
    posts = _posts(rule.asked, desk)
    dispatch = _new(rule, year, rule.title, None, desk)
    if posts and desk.dispatches.add(dispatch, ()):
        _ask(rule, dispatch, posts, desk)
        details = {"dispatch": str(dispatch.id), "kind": rule.name}
        desk.audit.note(None, "dispatch.send", rule.rule, details)


def _check_sends(rule: DispatchRule, rules: YearRules, desk: Desk) -> None:
    if not _may_send(rule, rules, desk):
        raise NotYoursToSend(rule=rule.rule, callers=codes_in_words(rules.callers))


def _may_send(rule: DispatchRule, rules: YearRules, desk: Desk) -> bool:
    """Of people: social services, those who call, and the post whose duty it is."""
    person = desk.actor_person
    if person is None:
        return True
    roles = {*rules.callers, *filter(None, [rule.sent_by])}
    if any(post.acting == person for post in _posts(roles, desk)):
        return True
    staff = desk.register.staff([person], desk.today).get(person)
    return staff is not None and any(post.organisation == _SENDING for post in staff.posts)


def _sender(rule: DispatchRule, rules: YearRules, desk: Desk) -> PostNow | None:
    """R28: the post whose duty it is; where there is none, one of those that call (ours).

    The last of the callers is asked first: the texts name the social services' after the school's.
    """
    for role in (rule.sent_by, *reversed(rules.callers)):
        posts = () if role is None else desk.duties.posts_of(role, desk.today)
        if (post := post_to_ask(posts, None)) is not None:
            return post
    return None


def _new(rule: DispatchRule, year: int, title: str, by: UUID | None, desk: Desk) -> Dispatch:
    due_on = confirmed_by(rule, desk.today, desk.days)
    return Dispatch(uuid4(), rule.name, year, title, rule.rule, due_on, by, desk.now)


def _ask(rule: DispatchRule, dispatch: Dispatch, posts: Iterable[PostNow], desk: Desk) -> None:
    for post in posts:
        give(to_confirm(rule, dispatch, post.code, desk.days), desk)


def _posts(roles: Iterable[str], desk: Desk) -> list[PostNow]:
    return [post for role in roles for post in desk.duties.posts_of(role, desk.today)]


def _sees_all(person: UUID, desk: Desk) -> bool:
    """The callers see how every dispatch goes, and so does the post that sends them."""
    this = this_round(desk)
    if this is None:
        return False
    senders = {rule.sent_by for rule in this.rules.dispatches if rule.sent_by is not None}
    return any(post.acting == person for post in _posts({*this.rules.callers, *senders}, desk))


def _this(desk: Desk) -> Round:
    this = this_round(desk)
    if this is None:  # the municipality doesn't use the yearly cycle
        raise NotFound
    return this
