"""The routines on the narrowest screen, in both languages, with all that folds out."""

import pytest
from playwright.sync_api import Page

from services.cases.web.staff.room import LANGUAGE_COOKIE
from tests.browser.reading import cut_off
from tests.browser.stage import Stage
from tests.support.chromium import BASE, NARROWEST
from tests.support.signing_in import COOKIE, begin_session

# Saved once; the files under it have become others.
LEFT_OUT = """
    INSERT INTO cases.rule_changes (id, kind, name, valid_from, content, made_at, made_by)
    VALUES (gen_random_uuid(), 'procedure', 'samverkansmote', '2027-02-01',
            'steps.gone.within.days = 30', now(), 'account:x')
    RETURNING id
"""


@pytest.mark.parametrize("language", ["sv", "en"])
def test_no_routine_is_wider_than_the_narrowest_screen(stage: Stage, language: str) -> None:
    """WCAG 1.4.10: the long words of a rule, unfolded, and of what the loader says."""
    if not stage.town.rows("SELECT FROM cases.rule_changes"):
        stage.town.rows(LEFT_OUT)
    page = administrator(stage, language)
    said = []
    for name in ("samverkansmote", "spindelmote", "sspf", "arshjul", "anmalan"):
        page.goto(f"{BASE}/installningar/rutiner/{name}")
        page.evaluate("document.querySelectorAll('details').forEach(one => one.open = true)")
        said += cut_off(page)
    assert not said, "\n".join(said)


def administrator(stage: Stage, language: str) -> Page:
    session = begin_session(stage.town.database_url, None, roles=("administrator",))
    cookies = (f"{COOKIE}={session}", f"{LANGUAGE_COOKIE}={language}")
    return stage.visitor_with(*cookies, size=NARROWEST)
