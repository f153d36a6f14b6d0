"""Who may be mailed, and who is told by hand (X6, X7, X11)."""

from dataclasses import replace
from datetime import date

import pytest

from services.notifier.domain.mailing import Contact
from services.notifier.domain.recipients import (
    ByHand,
    ForbiddenRecipient,
    Mailable,
    mailable,
    reach,
    recipients,
)
from tests.support.cases import CHILD, FATHER, MOTHER, REKTOR
from tests.support.mailing import CONTACTS, MEETING, PROCEDURE, contact, mailing

TODAY = date(2027, 3, 2)
YOUTH = contact("jag@ungdom.example", "child", birth_date=date(2012, 3, 2))


@pytest.mark.parametrize(
    ("who", "day", "rule"),
    [
        (contact("mor@hem.example"), "2027-03-02", None),
        (contact("mor@hem.example", protected=True), "2027-03-02", "X6"),
        (contact("mor@hem.example", no_mail=True), "2027-03-02", "X7"),
        (contact(None), "2027-03-02", "X7"),
        (contact("inte en adress"), "2027-03-02", "X7"),
        (contact("mör@hem.example"), "2027-03-02", "X7"),
        (contact("a@hem.example\r\nBcc: b@x.example"), "2027-03-02", "X7"),
        (contact("rektor@skola.example", "staff"), "2027-03-02", None),
        (contact("x@y.example", "journalist"), "2027-03-02", "X6"),  # an unknown kind of person
        (YOUTH, "2027-03-01", "X11"),  # the day before the 15th birthday
        (YOUTH, "2027-03-02", None),
        (replace(YOUTH, email=None), "2027-03-02", "X11"),
        (replace(YOUTH, birth_date=None), "2027-03-02", "X11"),
        (replace(YOUTH, birth_date=date(2012, 2, 29)), "2027-02-27", "X11"),
        (replace(YOUTH, birth_date=date(2012, 2, 29)), "2027-02-28", None),
    ],
)
def test_a_recipient_is_somebody_who_may_be_mailed(
    who: Contact, day: str, rule: str | None
) -> None:
    on = date.fromisoformat(day)
    found = mailable(who, on)
    assert (found.rule if isinstance(found, ByHand) else None) == rule
    if rule is not None:
        with pytest.raises(ForbiddenRecipient):
            Mailable(who, on)


def test_a_youths_address_that_is_a_guardians_is_not_the_youths_own() -> None:
    known = mailing(contacts={CHILD: replace(YOUTH, email="Mor@hem.example")})
    assert reach(known, CHILD, TODAY) == ByHand("X11")


def test_somebody_unknown_counts_as_protected() -> None:
    assert reach(replace(mailing(), contacts={}), MOTHER, TODAY) == ByHand("X6")


def test_without_a_known_procedure_nobody_is_called() -> None:
    found = recipients(mailing(), MEETING, None, TODAY)
    assert (found.mailboxes, found.by_hand) == ({}, {})


def test_a_mailbox_is_one_whoever_writes_it_how() -> None:
    known = mailing(contacts={FATHER: contact("MOR@Hem.Example")})
    found = recipients(known, MEETING, PROCEDURE, TODAY)
    assert found.mailboxes["mor@hem.example"] == (MOTHER, FATHER)
    assert found.by_hand == {CHILD: "X11"}


def test_nobodys_mail_has_a_place_if_anybody_is_protected_or_unknown() -> None:
    assert mailing().place_for_all(MEETING) is not None
    hidden = {REKTOR: replace(CONTACTS[REKTOR], protected=True)}
    assert mailing(contacts=hidden).place_for_all(MEETING) is None
    assert replace(mailing(), contacts={MOTHER: CONTACTS[MOTHER]}).place_for_all(MEETING) is None
