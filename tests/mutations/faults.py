"""The faults: one patch of the real code each, with what they are to be caught by."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from samspel.simulate.municipality import HOLDERS
from samspel.simulate.script import Fault, Script, Step
from services.notifier.domain.messages import Kind
from tests.mutations import renewing, sending, working
from tests.mutations.scenes import a_case, scene, step
from tests.mutations.sending import Patches

WITH_AN_ADULT_SOON, GUARDIAN_IS_STAFF, USUAL, PROTECTED = 8, 529, 25, 76
KURATOR = tuple(HOLDERS).index("kurator")


@dataclass(frozen=True, slots=True)
class Mutation:
    """`scripts` are lived until one breaks; `sql` is done to the database first. `after`: not
    before so many steps."""

    name: str
    patches: Patches
    scripts: Sequence[Script]
    caught_by: frozenset[int]
    sql: str = ""
    after: int = 0


def _troubles(*names: str, early: bool = False) -> Fault:
    return Fault(troubles=names, early=early)


def _signed_with(fault: Fault, *more: Step) -> Script:
    return scene(
        step("open", 0, USUAL),
        step("sign", 0, 0, hour=10),
        step("sign", 0, 0, fault, hour=11),
        *more,
    )


_EARLY_RACE = step("read", 14, 1, _troubles("no-before-354", "no-before-354", early=True))
_TWO_CASES = scene(
    step("open", 0, USUAL), replace(step("open", 0, USUAL, hour=10), case=1),
    step("sign", 0, 0, hour=11), step("sign", 0, 0, hour=12),
    replace(step("sign", 0, 0, hour=13), case=1), replace(step("sign", 0, 0, hour=14), case=1),
)  # fmt: skip
_NO_DOUBLE = "ALTER TABLE cases.engagements DROP CONSTRAINT nobody_double_booked"
_NO_LAYER_BELOW = "DROP TRIGGER recipient_may_be_mailed ON notifier.messages"
_RESTORED = tuple(a_case(step("restore", days, 3), pick=USUAL) for days in (6, 4, 2))
_HOLIDAYS = tuple(
    scene(
        step("open", days, USUAL, Fault(asleep=True)),
        step("sign", days, 0, hour=10),
        step("sign", days, 0, hour=11),
    )
    for days in (259, 269)  # so that the first day that would do is a red one
)
_CRASHES = tuple(
    _signed_with(Fault(crash="statement", count=count)) for count in (120, 116, 124, 128, 112, 132)
)


def _is(*numbers: int) -> frozenset[int]:
    return frozenset(numbers)


MUTATIONS: tuple[Mutation, ...] = (
    Mutation("the gate doesn't look at the fence", sending.without_fence,
             (_signed_with(_troubles("stalls-before-354")),), _is(2)),
    Mutation("the clearance is skipped", sending.without_clearance,
             (_signed_with(_troubles("no-before-354")),), _is(4)),
    Mutation("a withdrawal is ignored for reminders", sending.reminders_without_consent,
             (a_case(_EARLY_RACE, pick=USUAL),), _is(4)),
    Mutation("no CANCEL leaves", sending.no_cancel,
             (a_case(step("cancel", 1), pick=USUAL),), _is(4)),
    Mutation("renewed consent revives old mail", sending.old_mail_revived,
             (_signed_with(_troubles("no-before-354"), step("ask-again", 1), step("sign", 2)),),
             _is(4), after=4),
    Mutation("a dead worker's messages are never taken up", sending.never_recovered,
             (_signed_with(_troubles("crash-in-content")),), _is(1)),
    Mutation("an unknown message is repeated again and again", sending.repeated_for_ever,
             (_signed_with(_troubles("lost-answer", "lost-answer", "lost-answer", "lost-answer",
                                     "lost-answer", "lost-answer", "lost-answer", "lost-answer",
                                     "lost-answer", "lost-answer", "lost-answer", "lost-answer")),),
             _is(2)),
    Mutation("a mail that failed is told to nobody", sending.nobody_told,
             (_signed_with(_troubles("nobody")),), _is(1)),
    Mutation("held mail goes by itself", sending.held_goes_by_itself, _RESTORED, _is(9)),
    Mutation("a SEQUENCE is used again", sending.sequence_reused,
             (a_case(step("move", 1, 3), pick=USUAL),), _is(2, 12)),
    Mutation("a CANCEL has a UID of its own", sending.cancel_with_another_uid,
             (a_case(step("cancel", 1), pick=USUAL),), _is(1, 4, 12)),
    Mutation("each call is followed by a change of nothing", sending.changed_for_nothing,
             (a_case(step("address", 1, 1), pick=USUAL),), _is(2)),
    Mutation("calendar mail keeps the quiet hours", sending.calendar_waits,
             (a_case(step("cancel", 1, hour=21), pick=USUAL),), _is(1, 4)),
    Mutation("each reminder is stopped as without consent",
             sending.stopped_as(Kind.REMINDER, "no-consent"),
             (a_case(step("read", 14, 1), pick=USUAL),), _is(1)),
    Mutation("each alert is stopped as another's duty",
             sending.stopped_as(Kind.ALERT, "duty-passed-on"),
             (scene(step("open", 0, USUAL), step("read", 20)),), _is(1)),
    Mutation("a window closes nine days late", working.window_too_wide,
             (scene(step("open", 0, USUAL), step("sign", 12), step("sign", 12, hour=10)),),
             _is(1, 10)),  # the alert about the limit comes nine days late, too
    Mutation("holidays count as working days", working.no_holidays, _HOLIDAYS, _is(10, 11)),
    Mutation("a birthday is forgotten", working.birthday_forgotten,
             (a_case(step("read", 80, 1), pick=WITH_AN_ADULT_SOON),), _is(18)),
    Mutation("October is forgotten", working.october_forgotten,
             (scene(step("tasks", 120, 0, Fault(asleep=True))),), _is(11)),
    Mutation("an event is rung for, but not stored", working.rung_but_not_stored,
             (a_case(pick=USUAL),), _is(1)),
    Mutation("an event is marked before its effect", working.marked_before_the_effect,
             _CRASHES, _is(1)),
    Mutation("a moved address is forgotten", working.moved_address_not_heard_of,
             (a_case(step("address", 1, 1), pick=USUAL),), _is(1)),
    Mutation("two owners of one booking", working.two_owners_of_a_booking, (_TWO_CASES,), _is(16),
             _NO_DOUBLE),
    Mutation("a report's mail goes to a guardian", sending.report_to_a_family,
             (a_case(step("report-alone", 1, 3), pick=GUARDIAN_IS_STAFF),), _is(5),
             _NO_LAYER_BELOW),
    Mutation("each mail has another one's content", sending.contents_rotated, (a_case(pick=USUAL),),
             _is(6)),
    Mutation("no reminder leaves", working.no_reminder, (a_case(step("read", 14, 1), pick=USUAL),),
             _is(1)),
    Mutation("nobody is told of a duty", working.no_duty_mail, (scene(step("report-alone", 1, 3)),),
             _is(1)),
    Mutation("nobody is called to the year's meetings", working.nobody_called_to_the_year,
             (scene(step("tasks", 21)),), _is(1)),
    Mutation("a reminder is two messages", working.two_reminders,
             (a_case(step("read", 14, 1), pick=USUAL),), _is(2)),
    Mutation("no key of a call is kept", working.no_key_kept,
             tuple(scene(step("report-alone", 1, 3, Fault(crash="after-commit", count=count)))
                   for count in (0, 1, 2)), _is(15)),
    Mutation("a dead address is written to", sending.dead_is_written_to,
             (a_case(step("bounce", 1), step("move", 2, 3), pick=USUAL),), _is(6)),
    Mutation("the access log is skipped", working.nothing_logged,
             (a_case(step("read", 1, 9), pick=USUAL),), _is(17)),
    Mutation("everybody sees every case", working.everybody_sees,
             (a_case(step("read", 1, 14), pick=USUAL),), _is(17)),
    Mutation("somebody taken off a case reads it", working.seen_is_seen_for_ever,
             (a_case(step("add-person", 1, 0), step("read", 2, KURATOR),
                     step("remove-person", 3, 2), step("read", 4, KURATOR), pick=USUAL),),
             _is(17), after=6),
    Mutation("who leads a case doesn't see it", working.nobody_sees,
             (scene(step("open", 0, USUAL), step("read", 1, 9)),), _is(17)),
    Mutation("a retry is written anew", sending.written_anew,
             (_signed_with(_troubles("lost-answer")),), _is(3)),
    Mutation("a name stands in a subject", sending.names("Fågelsångskanarie"),
             (a_case(pick=USUAL),), _is(13)),
    Mutation("a school stands in a subject", sending.names("Bokskolan"),
             (a_case(pick=USUAL),), _is(13)),
    Mutation("a reason stands in a subject", sending.names("skolk"),
             (a_case(pick=USUAL),), _is(13)),
    Mutation("a mail goes to the address of before", sending.old_address_used,
             (_signed_with(_troubles(*["moved-before-354"] * 6)),), _is(7)),
    Mutation("a mail tells the time of before", sending.old_time_told,
             (_signed_with(_troubles(*["shifted-before-354"] * 6)),), _is(7)),
    Mutation("a step is looked up in another procedure", sending.anothers_ground,
             (scene(step("open", 0, USUAL), step("sign", 0, 0, hour=10), step("book", 1)),),
             _is(4)),
    Mutation("an organisation that no consent names is told", sending.everybody_covered,
             (scene(step("open", 0, USUAL), step("sign-some", 0, 0, hour=10),
                    step("sign-some", 0, 0, hour=11)),), _is(4, 6)),
    Mutation("somebody protected is mailed", sending.protected_mailed,
             (a_case(pick=PROTECTED),), _is(6), _NO_LAYER_BELOW),
    Mutation("a child under 15 is mailed", sending.child_mailed, (a_case(pick=USUAL),), _is(6),
             _NO_LAYER_BELOW),
    Mutation("a call breaks", working.a_call_breaks, (a_case(step("move", 1, 3), pick=USUAL),),
             _is(15)),
    Mutation("a call is refused half done", working.refused_half_done, (a_case(pick=USUAL),),
             _is(15)),
    Mutation("an event that comes again asks once more", working.again_is_once_more,
             (_signed_with(Fault(again=True), step("cancel", 1, 0, Fault(again=True))),), _is(8)),
    Mutation("the day is taken in UTC", working.days_in_utc,
             (a_case(step("read", 30, 1), pick=USUAL),), _is(1)),
    Mutation("a lease of an event never ends", working.events_leased_for_ever, _CRASHES, _is(1)),
    Mutation("a lease of a message never ends", working.messages_leased_for_ever,
             (_signed_with(_troubles("crash-before-354")),), _is(1)),
    Mutation("the lease of a mail in its content isn't renewed", renewing.content_not_renewed,
             (_signed_with(_troubles("stalls-after-dot")),), _is(2)),
    Mutation("the alerts of a limit are forgotten", working.limits_forgotten,
             (scene(step("open", 0, USUAL), step("read", 20)),), _is(1)),
    Mutation("what both have to do stays open for one", working.done_for_one_alone,
             (scene(step("hold-year", 40)),), _is(1)),
)  # fmt: skip
