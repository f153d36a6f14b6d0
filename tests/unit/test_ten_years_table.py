"""The table of ten years' dates says what the rules give (R20, R24)."""

from tests.conftest import ROOT
from tests.support.ten_years_table import HEAD, rows


def test_R20_R24_the_table_of_ten_years_says_what_the_rules_give() -> None:
    """R20, R24: the dates were checked by hand once, and are the same still."""
    page = (ROOT / "docs" / "ten-years.md").read_text(encoding="utf-8")
    table = [line for line in page.splitlines() if line.startswith("|")]
    assert table == [*HEAD, *rows()]
