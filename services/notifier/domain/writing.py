"""Fills the templates in a recipient's language: one set of templates, a catalogue a language.

The templates speak English; `locale/<language>/LC_MESSAGES/mail.po` says the same in another
language. A mail's first paragraph is its subject; its text and its HTML have the same paragraphs.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from io import BytesIO
from pathlib import Path

from babel.messages import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.support import NullTranslations, Translations
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from services.notifier.domain.safe_text import one_line

LANGUAGES = ("sv", "en")
# Where the recipient's own links will stand, one after the other: a control character for each,
# which no value can hold. Not those that end a line.
MARKS = "".join(map(chr, (*range(9), *range(14, 32))))
LINK = MARKS[0]
# And where a meeting's own values will: what is written is then the same for many meetings.
VALUES = {
    name: chr(0x90 + number)
    for number, name in enumerate(
        ("day", "when", "starts", "wished", "answer_by", "place", "reference")
    )
}
_NO_VALUES = dict.fromkeys(map(ord, VALUES.values()))
ITEM = "– "  # what a line of a list begins with

TEMPLATES = Path(__file__).parent.parent / "templates"
CATALOGUES = Path(__file__).parent.parent / "locale"
_SPOKEN_IN_TEMPLATES = "en"
_FILLED_IN = re.compile(r"%\(\w+\)s")


@dataclass(frozen=True, slots=True)
class Written:
    """A template filled: its first paragraph, which is one line, and the others, line by line."""

    subject: str
    paragraphs: tuple[tuple[str, ...], ...]

    @property
    def text(self) -> str:
        return "\n\n".join("\n".join(lines) for lines in self.paragraphs) + "\n"


def written(name: str, language: str, values: Mapping[str, object]) -> Written:
    """`link` among the values: LINK where there will be one, else None; of `pages` each has its
    mark, and so may those of VALUES. Raises UnsafeText."""
    filled = _environment(language).get_template(f"{name}.txt").render(values)
    (subject,), *paragraphs = _paragraphs(filled)
    one_line(subject.translate(_NO_VALUES))
    return Written(subject, tuple(paragraphs))


def as_html(said: Written, language: str, municipality: str) -> str:
    """The same paragraphs in our one frame; a link is a button, and stands there bare as well."""
    marks = frozenset(MARKS)
    return (
        _environment(language, html=True)
        .get_template("frame.html")
        .render(
            language=language,
            municipality=municipality,
            subject=said.subject,
            paragraphs=[
                {
                    "lines": [
                        one for one in lines if one not in marks and not one.startswith(ITEM)
                    ],
                    "items": [one.removeprefix(ITEM) for one in lines if one.startswith(ITEM)],
                    "link": next((one for one in lines if one in marks), None),
                }
                for lines in said.paragraphs
            ],
        )
    )


def own_phrases() -> Iterator[str]:
    """All that the templates say in any language, and what the frame is made of."""
    yield (TEMPLATES / "frame.html").read_text(encoding="utf-8")
    for language in LANGUAGES:
        for message in catalogue(language):
            yield from (_FILLED_IN.sub(" ", str(said)) for said in (message.id, message.string))


def catalogue(language: str) -> Catalog:
    """A language's words for what the templates say; none for the one that they speak."""
    if language == _SPOKEN_IN_TEMPLATES:
        return Catalog(locale=language)
    with (CATALOGUES / language / "LC_MESSAGES" / "mail.po").open("rb") as file:
        return read_po(file, locale=language, abort_invalid=True)


def _paragraphs(filled: str) -> Iterator[tuple[str, ...]]:
    """What blank lines divide; how a template is laid out besides doesn't show."""
    for paragraph in re.split(r"\n[ \t]*\n", filled):
        if lines := tuple(line.strip(" \t") for line in paragraph.split("\n") if line.strip(" \t")):
            yield lines


@cache
def _environment(language: str, *, html: bool = False) -> Environment:
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES),
        extensions=["jinja2.ext.i18n"],
        undefined=StrictUndefined,
        autoescape=html,  # noqa: S701 - else it is plain text
        auto_reload=False,  # else every include looks whether its file has changed
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.install_gettext_translations(_translations(language), newstyle=True)  # type: ignore[attr-defined]
    return environment


@cache
def _translations(language: str) -> NullTranslations:
    if language == _SPOKEN_IN_TEMPLATES:
        return NullTranslations()
    compiled = BytesIO()
    write_mo(compiled, catalogue(language))
    compiled.seek(0)
    return Translations(compiled)
