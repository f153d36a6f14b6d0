"""A change in the municipality's files reaches people's mailboxes and calendars at once."""

from dataclasses import replace
from pathlib import Path

from services.cases.adapters.municipality import import_register
from shared.municipality import read_register
from tests.support.story import open_a_case
from tests.support.town import Town

OLD, NEW = "anna.lindqvist@exempelkommun.example", "anna@exempelkommun.example"


def test_a_new_address_is_invited_and_the_old_mailbox_gets_a_cancellation(
    town: Town, municipality: Path
) -> None:
    case = open_a_case(town)
    for consent in case["consents"]:
        town.do(f"cases/{case['id']}/consents/{consent['id']}/sign")
    before = len(town.mails())
    files = read_register(municipality)
    people = tuple(
        replace(person, email=NEW) if person.email == OLD else person for person in files.people
    )
    import_register(town.database_url, replace(files, people=people), demo=True)
    town.quiet()
    told = [(mail.kind.split()[0], mail.to) for mail in town.mails()[before:]]
    assert sorted(told) == [("CANCEL", OLD), ("REQUEST", NEW)]
