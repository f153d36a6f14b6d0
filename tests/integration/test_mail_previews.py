"""What the mails say is published by the notifier and can be read over the API and on a page."""

import re

import pytest

from services.notifier.adapters.previews import publish_previews
from services.notifier.domain.messages import KINDS
from services.notifier.domain.samples import samples
from shared.db import Database
from shared.ids import staff_id
from tests.integration.cases_house import CasesHouse
from tests.support.mailing import POST

HEADER = "Samspel-Acting-As"
ANYBODY = str(staff_id("anders-rask"))


@pytest.fixture
def published(cases: CasesHouse) -> CasesHouse:
    """As when the notifier has started; twice, since several of its processes start."""
    database = Database(cases.database_url, role="samspel_notifier", demo=True, size=1)
    for _ in range(2):
        publish_previews(database, samples(POST))
    database.close()
    return cases


def test_the_api_shows_every_kind_in_every_language_also_to_a_person(
    published: CasesHouse,
) -> None:
    shown = published.get("mail-previews")
    assert len(shown) == len(list(samples(POST)))
    assert {(one["kind"], one["language"]) for one in shown} == {
        (kind, language) for kind in KINDS for language in ("sv", "en")
    }
    assert set(shown[0]) == {"kind", "variant", "language", "subject", "text", "html"}
    english = published.get("mail-previews?language=en")
    assert {one["language"] for one in english} == {"en"}
    acting = published.client.get("/api/v1/mail-previews", headers={HEADER: ANYBODY})
    assert acting.json() == shown
    assert published.client.get("/api/v1/mail-previews?language=de").status_code == 422
    no_token = published.client.get("/api/v1/mail-previews", headers={"Authorization": "x"})
    assert no_token.status_code == 401


def test_the_page_shows_one_mail_as_text_and_in_a_frame_that_can_do_nothing(
    published: CasesHouse,
) -> None:
    visitor = published.visitor(None, "it")
    page = visitor.get("/mallar")
    assert page.status_code == 200
    assert "Du är inbjuden till ett möte tisdagen den 16 mars 2027 kl. 13.00–14.00." in page.text
    assert '<iframe sandbox="" src="/mallar/html?sprak=sv&amp;mejl=call-family"' in page.text
    assert "frame-src 'self'" in page.headers["content-security-policy"]
    for kind in KINDS:
        assert f"mejl={kind}-" in page.text, kind
    titles = re.findall(r'<li><a href="/mallar\?[^>]*>([^<]+)</a>', page.text)
    assert all(re.search("[a-zåäö]{3}", title) and "-" not in title for title in titles)
    english = visitor.get("/mallar?sprak=en&mejl=cancel-staff-of-all")
    assert "The meeting 7KQ2 on Tuesday 16 March 2027, 13:00 is cancelled." in english.text
    mail = visitor.get("/mallar/html?mejl=nudge-family")
    policy = mail.headers["content-security-policy"]
    assert policy.startswith("sandbox; default-src 'none'")
    assert "frame-ancestors 'self'" in policy
    assert mail.headers["x-frame-options"] == "SAMEORIGIN"
    assert "Det är frivilligt att komma." in mail.text


@pytest.mark.parametrize("path", ["/mallar?mejl=nothing", "/mallar/html?mejl=nothing"])
def test_a_mail_that_there_is_not_is_a_404(published: CasesHouse, path: str) -> None:
    assert published.visitor().get(path).status_code == 404
    assert published.client.get(path, follow_redirects=False).status_code == 303


def test_before_the_notifier_has_started_the_page_says_so(cases: CasesHouse) -> None:
    page = cases.visitor().get("/mallar")
    assert page.status_code == 200
    assert "Inga mejl är publicerade än." in page.text
    assert cases.get("mail-previews") == []
