"""A story by the links in the mails themselves: answered, opened, withdrawn (X13, P7)."""

import re

from tests.integration.cases_house import guardian, new_case
from tests.support.town import Town

_LINK = re.compile(r"http://samspel\.example(/r/[a-z2-7]{42})")


def link_in_mail(town: Town, address: str) -> str:
    """The newest that somebody was sent."""
    mail = town.mail_to(address)
    text = mail.get_body(("plain",))
    assert text is not None
    found = _LINK.search(text.get_content())
    assert found is not None, text.get_content()
    return found[1]


def test_X13_the_link_in_the_mail_is_the_recipient_s_own_and_ends_with_the_consent(
    town: Town,
) -> None:
    case = town.do("cases", new_case())
    for consent in case["consents"]:
        town.do(f"cases/{case['id']}/consents/{consent['id']}/sign")
    kim, robin = (link_in_mail(town, f"{who}.exempel@hemma.example") for who in ("kim", "robin"))
    assert kim != robin
    page = town.client.get(kim)
    assert "Kan du komma?" in page.text
    staff = link_in_mail(town, "anna.lindqvist@exempelkommun.example")
    assert "Logga in för att se mer." in town.client.get(staff).text
    town.do(f"cases/{case['id']}/consents/{case['consents'][0]['id']}/withdraw")
    for link in (kim, robin):
        gone = town.client.get(link)
        assert (gone.status_code, "Länken gäller inte längre" in gone.text) == (404, True)
    assert "Mötet är inställt." in town.client.get(staff).text


def test_Q2_whoever_stays_at_a_shared_mailbox_gets_a_link_of_their_own(town: Town) -> None:
    """The one in the mail was of one of the two; it ends with who leaves, or is taken back."""
    shared = "familjen@hemma.example"
    both = [guardian(name, email=shared) for name in ("Kim Exempel", "Robin Exempel")]
    case = town.do("cases", new_case(guardians=both))
    for consent in case["consents"]:
        town.do(f"cases/{case['id']}/consents/{consent['id']}/sign")
    before = len(town.mails())
    old = link_in_mail(town, shared)
    whose = sorted(one["id"] for one in case["guardians"])
    town.do(f"cases/{case['id']}/people/{whose[0]}", {"email": "egen@hemma.example"})
    own, new = (link_in_mail(town, box) for box in ("egen@hemma.example", shared))
    assert len({old, own, new}) == 3
    statuses = [town.client.get(link).status_code for link in (old, own, new)]
    assert statuses == [404, 200, 200]
    updated = town.mail_to(shared)
    assert "Uppdaterad inbjudan" in updated["Subject"]
    kinds = sorted((mail.kind, mail.to) for mail in town.mails()[before:])
    assert kinds == [("REQUEST 0", "egen@hemma.example"), ("REQUEST 0", shared)]
    town.do(f"cases/{case['id']}/people/{whose[1]}/revoke-links")
    newest = link_in_mail(town, shared)
    assert [town.client.get(link).status_code for link in (new, newest)] == [404, 200]
    assert len(town.mails()) == before + 3
