"""The pages that anybody opens, by link or without one."""

import pytest

from tests.browser.reading import axe_says, cut_off
from tests.browser.stage import Stage


@pytest.mark.parametrize("path", ["/orosanmalan", "/intresseanmalan", "/tillganglighet"])
@pytest.mark.parametrize("language", ["sv", "en"])
def test_a_public_page_is_read_by_everybody(stage: Stage, path: str, language: str) -> None:
    page = stage.visitor()
    page.goto(f"{path}?lang={language}")
    assert not axe_says(page)
    assert not cut_off(page)
