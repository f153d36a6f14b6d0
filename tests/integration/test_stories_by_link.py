"""A story by the links in the mails themselves: answered, opened, withdrawn (X13, P7)."""

import re

from tests.integration.cases_house import new_case
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
