"""What eyes alone see: words that are whole, room around a box, figures that can be read."""

import pytest

from services.cases.web.staff.room import LANGUAGE_COOKIE
from tests.browser.reading import cut_off
from tests.browser.stage import Stage
from tests.support.chromium import BASE
from tests.support.signing_in import COOKIE, begin_session

PHONE = {"width": 390, "height": 844}
# The words of the list that stand on more than one line.
BROKEN = """[...document.querySelectorAll('.stacks th')].flatMap(cell => {
  const walk = document.createTreeWalker(cell, NodeFilter.SHOW_TEXT), found = [];
  for (let text = walk.nextNode(); text; text = walk.nextNode())
    for (const word of text.data.matchAll(/\\S+/g)) {
      const range = document.createRange();
      range.setStart(text, word.index);
      range.setEnd(text, word.index + word[0].length);
      const lines = new Set([...range.getClientRects()].map(one => Math.round(one.top)));
      if (lines.size > 1) found.push(word[0]);
    }
  return found;
})"""
APART = """document.querySelector('.mend').getBoundingClientRect().top
  - document.querySelector('h1').getBoundingClientRect().bottom"""
HEIGHTS = """[...document.querySelectorAll('.strip text')]
  .map(one => one.getBoundingClientRect().height).filter(height => height > 0)"""


@pytest.mark.parametrize("width", [390, 960, 1120, 1280])
def test_R20_the_list_of_a_year_breaks_no_word_and_stays_in_its_column(
    stage: Stage, width: int
) -> None:
    page = stage.staff("anna-lindqvist", size={"width": width, "height": 900})
    page.goto(f"{BASE}/arshjul/2027")
    assert page.evaluate(BROKEN) == []
    assert cut_off(page) == []
    table, column = page.locator(".stacks"), page.locator("section", has=page.locator(".stacks"))
    assert table.evaluate("one => one.offsetWidth") <= column.evaluate("one => one.offsetWidth")


def test_the_settings_on_a_phone_are_read_and_stand_apart(stage: Stage) -> None:
    """The months of a school year, and what to mend below the heading."""
    session = begin_session(stage.town.database_url, None, roles=("administrator",))
    page = stage.visitor_with(f"{COOKIE}={session}", f"{LANGUAGE_COOKIE}=sv", size=PHONE)
    page.goto(f"{BASE}/installningar/lasar")
    heights = page.evaluate(HEIGHTS)
    assert len(heights) >= 12
    assert min(heights) >= 12
    page.goto(f"{BASE}/installningar/lasar/nytt")
    page.get_by_role("button", name="Visa vad som ändras").click()
    assert page.evaluate(APART) >= 12
