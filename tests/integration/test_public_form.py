"""The public form «intresseanmälan»: what it asks, keeps and says (P3, P9, P17, P18)."""

from collections.abc import Mapping
from html.parser import HTMLParser
from typing import Any

from services.cases.web.brake import Brake
from tests.integration.cases_house import CasesHouse
from tests.integration.test_cases_opening import SSPF

PATH = "/intresseanmalan"
FILLED = {"who": "guardian", "phone": "070-123 45 67", "email": "", "unit": "bjorkskolan"}
PHONE, ADDRESS = "0980-31 92 99", "Torggatan 3"


def send(
    cases: CasesHouse,
    changes: Mapping[str, str] = FILLED,
    headers: Mapping[str, str] | None = None,
) -> Any:
    cases.client.headers.pop("Authorization", None)
    data = {**FILLED, "webbplats": "", **changes}
    return cases.client.post(PATH, data=data, headers=headers)


def kept(cases: CasesHouse) -> list[dict[str, Any]]:
    return cases.rows("SELECT source, phone, email, unit, coordinator::text FROM cases.inquiries")


def test_P3_the_form_needs_no_login_and_goes_to_the_coordinator(cases: CasesHouse) -> None:
    answer = send(cases)
    assert answer.status_code == 200
    assert "Ditt meddelande har nu skickats" in answer.text
    (row,) = kept(cases)
    assert row == {
        "source": "guardian",
        "phone": "070-123 45 67",
        "email": None,
        "unit": "bjorkskolan",
        "coordinator": SSPF,
    }


def test_P3_a_child_can_ask_without_saying_how_to_reach_it(cases: CasesHouse) -> None:
    assert send(cases, {"who": "child", "phone": "", "unit": ""}).status_code == 200
    assert kept(cases)[0]["source"] == "child"


def test_P18_phone_and_address_of_the_contact_centre_stand_on_every_page(
    cases: CasesHouse,
) -> None:
    pages = (cases.client.get(PATH), send(cases), send(cases, {"who": ""}))
    for page in pages:
        assert PHONE in page.text
        assert ADDRESS in page.text
    assert "Vi skickar ingen bekräftelse" in pages[0].text


def test_P18_no_confirmation_is_sent(cases: CasesHouse) -> None:
    send(cases, {"email": "kim@hemma.example"})
    (told,) = cases.rows("SELECT type, data FROM bus.events")
    assert (told["type"], told["data"]["person_id"]) == ("duty.arose", SSPF)


def test_P17_the_page_says_in_plain_words_what_it_means_and_what_not(cases: CasesHouse) -> None:
    text = cases.client.get(PATH).text
    assert "Det är frivilligt och kostar ingenting" in text
    assert "betyder inte att någon utreder dig" in text
    assert "Behövs mer stöd berättar vi hur man söker det" in text


def test_P9_the_form_has_no_field_for_words(cases: CasesHouse) -> None:
    text = cases.client.get(PATH).text
    assert "<textarea" not in text
    assert 'type="text"' not in text


def test_the_form_can_be_read_in_english(cases: CasesHouse) -> None:
    page = cases.client.get(f"{PATH}?lang=en")
    assert '<html lang="en">' in page.text
    assert "Do you want support through SSPF?" in page.text
    answer = cases.client.post(f"{PATH}?lang=en", data=FILLED)
    assert "Your message has been sent" in answer.text
    assert '<html lang="sv">' in cases.client.get(f"{PATH}?lang=fr").text


def test_what_is_wrong_is_said_at_its_field_and_nothing_is_kept(cases: CasesHouse) -> None:
    for field, value, words in (
        ("who", "", "Välj vem du är."),
        ("who", "neighbour", "Välj vem du är."),
        ("phone", "ring mig", "Skriv telefonnumret med siffror"),
        ("email", "kim@", "Skriv e-postadressen så här"),
        ("unit", "ifo", "Välj en skola i listan, eller ingen."),
    ):
        answer = send(cases, {field: value})
        assert answer.status_code == 422
        assert f'href="#{field}"' in answer.text
        assert words in answer.text
        assert "070-123 45 67" in answer.text or field == "phone"  # nothing is to be typed anew
    assert kept(cases) == []


def test_what_was_written_is_escaped(cases: CasesHouse) -> None:
    answer = send(cases, {"phone": '"><script>alert(1)</script>'})
    assert "<script" not in answer.text


def test_a_program_that_fills_in_the_hidden_field_is_answered_and_not_heard(
    cases: CasesHouse,
) -> None:
    assert "Ditt meddelande har nu skickats" in send(cases, {"webbplats": "https://x.example"}).text
    assert kept(cases) == []


def test_no_other_site_sends_the_form(cases: CasesHouse) -> None:
    for name, value, status in (
        ("Sec-Fetch-Site", "cross-site", 403),
        ("Sec-Fetch-Site", "same-site", 403),
        ("Origin", "https://elsewhere.example", 403),
        ("Origin", "null", 403),
        ("Sec-Fetch-Site", "same-origin", 200),
        ("Origin", "http://testserver", 200),
        ("Origin", "http://samspel.example", 200),
    ):
        answer = send(cases, headers={name: value})
        assert answer.status_code == status, (name, value)
        assert ("Någonting gick fel" in answer.text) == (status != 200)
    assert len(kept(cases)) == 3


def test_who_sends_too_often_has_to_wait_and_is_told_where_to_ring(cases: CasesHouse) -> None:
    answers = [send(cases) for _ in range(11)]
    assert [answer.status_code for answer in answers] == [200] * 10 + [429]
    assert "Någonting gick fel" in answers[-1].text
    assert PHONE in answers[-1].text
    assert len(kept(cases)) == 10


def test_P3_where_it_cant_be_kept_the_page_says_that_something_went_wrong(
    cases: CasesHouse,
) -> None:
    cases.execute("ALTER TABLE cases.inquiries RENAME TO elsewhere")
    answer = send(cases)
    assert answer.status_code == 503
    assert "Någonting gick fel" in answer.text


def test_the_page_needs_nothing_from_outside(cases: CasesHouse) -> None:
    page = cases.client.get(PATH)
    assert "default-src 'none'" in page.headers["content-security-policy"]
    assert "<script" not in page.text
    assert "style=" not in page.text
    assert "http" not in page.text


def test_every_field_has_a_label_and_every_hint_is_there(cases: CasesHouse) -> None:
    for page in (
        cases.client.get(PATH),
        send(cases, {"phone": "x", "email": "x", "who": "", "unit": "x"}),
    ):
        found = Fields()
        found.feed(page.text)
        assert found.unlabelled() == set()
        assert found.described <= found.ids


def test_the_form_is_not_asked_for_in_a_municipality_without_sspf(cases: CasesHouse) -> None:
    cases.set_clock("2019-12-31T12:00:00+01:00")
    assert cases.client.get(PATH).status_code == 404


def test_the_brake_counts_a_household_of_ipv6_as_one_and_keeps_no_address() -> None:
    brake = Brake(each=2, together=5)
    same = [f"2001:db8::{number}" for number in (1, 2, 3)]
    assert [brake.lets_pass(one) for one in same] == [True, True, False]
    assert brake.lets_pass("2001:db8:0:1::1")
    assert brake.lets_pass("192.0.2.1")
    assert brake.lets_pass("192.0.2.2")
    assert not brake.lets_pass("192.0.2.3")  # of all together it is enough
    assert "192.0.2" not in repr(vars(brake))


class Fields(HTMLParser):
    """The fields of a page, their labels, and what describes them."""

    def __init__(self) -> None:
        super().__init__()
        self.ids: set[str] = set()
        self.described: set[str] = set()
        self._fields: set[str] = set()
        self._labels: set[str] = set()
        self._in_label = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = dict(attrs)
        self.ids.add(values.get("id") or "")
        self.described |= set((values.get("aria-describedby") or "").split())
        if tag == "label":
            self._in_label = True
            self._labels.add(values.get("for") or "")
        if tag in ("input", "select") and not self._in_label:
            self._fields.add(values.get("id") or "?")

    def handle_endtag(self, tag: str) -> None:
        if tag == "label":
            self._in_label = False

    def unlabelled(self) -> set[str]:
        return self._fields - self._labels
