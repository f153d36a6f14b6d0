"""The HTML of every mail: for any eye and any reader, and with nothing to fetch."""

import re
from html.parser import HTMLParser

import pytest

from services.notifier.domain.messages import Kind
from services.notifier.domain.samples import samples
from tests.support.mailing import POST

SAMPLES = list(samples(POST))


class Page(HTMLParser):
    """The elements of a page with their attributes, and its text."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.said: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.said.append(data)

    def all(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.elements if name == tag]


def test_the_html_is_read_in_its_language_with_a_landmark_a_title_and_a_heading() -> None:
    for sample in SAMPLES:
        page = Page(sample.words.html)
        (root,), (heading,), (title,) = page.all("html"), page.all("h1"), page.all("title")
        assert root["lang"] == sample.language
        (main,) = (one for one in page.all("div") if one.get("role") == "main")
        assert main["lang"] == sample.language  # what a webmail keeps of the page
        assert heading is not None
        assert title is not None
        assert sample.words.html.count(sample.words.subject) == 2
        assert sample.post.house.name in " ".join(page.said)


def test_the_html_says_what_the_text_says() -> None:
    for sample in SAMPLES:
        shown = " ".join(" ".join(Page(sample.words.html).said).split())
        for line in sample.words.text.splitlines():
            assert line.removeprefix("– ") in shown, (sample.name, line)


def test_a_link_is_a_button_with_words_and_stands_there_bare_as_well() -> None:
    for sample in SAMPLES:
        page = Page(sample.words.html)
        links = page.all("a")
        if sample.link and sample.kind != Kind.CANCEL:
            assert [one["href"] for one in links] == [sample.link, sample.link]
            assert sample.link in page.said
            words = {"sv": "Öppna din personliga länk", "en": "Open your personal link"}
            assert words[sample.language] in page.said


def test_the_html_fetches_nothing_and_follows_nobody() -> None:
    for sample in SAMPLES:
        page = Page(sample.words.html)
        assert {tag for tag, _ in page.elements} <= {
            "html", "head", "meta", "title", "style", "body", "div", "p", "h1", "a", "br",
            "ul", "li",
        }  # fmt: skip
        assert not re.search(r"url\(|@import|src=|onload", sample.words.html)


@pytest.mark.parametrize(
    ("colour", "ground"),
    [
        ("#1b1b1b", "#ffffff"), ("#4a4a4a", "#ffffff"), ("#ffffff", "#0b4f79"),
        ("#0b4f79", "#ffffff"), ("#f1f3f3", "#171b1c"), ("#c9d1d2", "#171b1c"),
        ("#0d1b24", "#a8d4ee"), ("#a8d4ee", "#171b1c"),
    ],
)  # fmt: skip
def test_the_colours_can_be_told_apart_by_light_and_by_dark(colour: str, ground: str) -> None:
    """WCAG 1.4.3: 4.5 to 1; these are all that stand in the frame."""
    html = SAMPLES[0].words.html
    assert colour in html
    assert ground in html
    lighter, darker = sorted((luminance(colour), luminance(ground)), reverse=True)
    assert (lighter + 0.05) / (darker + 0.05) >= 4.5


def luminance(colour: str) -> float:
    def linear(part: str) -> float:
        share = int(part, 16) / 255
        return share / 12.92 if share <= 0.03928 else float(((share + 0.055) / 1.055) ** 2.4)

    red, green, blue = (linear(colour[at : at + 2]) for at in (1, 3, 5))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def test_the_text_is_as_large_as_people_have_it() -> None:
    sizes = {int(size) for size in re.findall(r"font(?:-size)?:(\d+)px", SAMPLES[0].words.html)}
    assert min(sizes) >= 16
