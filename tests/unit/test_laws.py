"""The laws of Samspel, each over generated histories of a case; and that each of them can fail."""

from datetime import date

from hypothesis import example, given, settings

from tests.unit import laws
from tests.unit.acts import Act
from tests.unit.histories import History, histories, live
from tests.unit.laws import Law
from tests.unit.orders import Order, orders, same_in_any_order

# A law that lives each history four times is held against fewer of them, but for at night.
OF_MANY_WORLDS = {"default": "half"}.get(name := settings.get_current_profile_name(), name)
# Nearly of age: what was signed ahead as an adult is taken back, and so is the child's own word.
TAKEN_BACK_AHEAD = History(
    procedure="sspf",
    known_on=date(2027, 3, 1),
    age=6514,
    acts=(Act("sign-all", 0, 0), Act("hold", 0, 0), Act("sign-all", 0, 0), Act("withdraw", 2, 0)),
    custodians=1,
    full=frozenset(range(16)),
)


def holds(law: Law, history: History, *, with_mail: bool = False) -> None:
    live(history, law, with_mail=with_mail)


@given(histories())
def test_X1_R9_R10_no_meeting_lies_outside_its_window(history: History) -> None:
    holds(laws.never_outside_its_window(), history)


@given(histories())
def test_X1_R9_R10_every_window_is_exact(history: History) -> None:
    holds(laws.the_windows_are_exact(), history)


@given(histories())
def test_a_plan_is_the_same_in_whatever_order_the_facts_are_read(history: History) -> None:
    holds(laws.the_order_in_which_facts_are_read_makes_no_difference(), history)


@given(histories())
def test_X1_no_meeting_is_on_a_day_off(history: History) -> None:
    holds(laws.never_on_a_day_off(), history)


@example(TAKEN_BACK_AHEAD)
@given(histories())
def test_R3_P7_X8_no_meeting_stands_without_the_consent_it_needs(history: History) -> None:
    holds(laws.never_without_the_consent_it_needs(), history)


@given(histories())
def test_S1_P8_nobody_is_on_a_meeting_whom_the_consent_does_not_cover(history: History) -> None:
    holds(laws.never_with_someone_it_does_not_cover(), history)


@given(histories())
def test_S3_P4_no_step_has_a_time_before_what_it_waits_for(history: History) -> None:
    holds(laws.never_before_what_it_waits_for(), history)


@given(histories())
def test_no_time_is_asked_for_that_is_known_to_be_taken(history: History) -> None:
    holds(laws.never_a_time_that_is_known_to_be_taken(), history)


@given(histories())
def test_X12_guardians_who_never_meet_are_on_no_meeting_together(history: History) -> None:
    holds(laws.never_two_guardians_who_never_meet(), history)


@given(histories())
def test_a_second_look_changes_nothing(history: History) -> None:
    holds(laws.a_second_look_changes_nothing(), history)


@given(histories())
def test_what_is_off_reminds_nobody(history: History) -> None:
    holds(laws.what_is_off_reminds_nobody(), history)


@given(histories())
def test_P7_X5_no_message_leaves_after_a_withdrawal_was_answered(history: History) -> None:
    law = laws.never_a_message_after_a_withdrawal_was_answered()
    holds(law, history, with_mail=True)


@given(histories())
def test_X6_X11_nobody_protected_and_no_child_gets_a_mail(history: History) -> None:
    holds(laws.never_a_mail_to_somebody_protected(), history, with_mail=True)


@given(histories())
def test_P7_Q5_whoever_was_invited_hears_that_it_is_off(history: History) -> None:
    law = laws.whoever_was_invited_hears_that_it_is_off()
    law(live(history, lambda _: None, with_mail=True))


@settings(max_examples=settings.get_profile(OF_MANY_WORLDS).max_examples)
@given(histories(ages=(10, 16, 19)), orders)
def test_any_order_of_changes_and_of_looks_gives_the_same_calendar(
    history: History, order: Order
) -> None:
    same_in_any_order(history, order)
