"""One set of templates, a catalogue for each other language: nothing missing, nothing unused."""

import re

import pytest
from babel.messages.extract import extract_from_dir

from services.notifier.domain.samples import samples
from services.notifier.domain.unspeakable import own_words
from services.notifier.domain.writing import CATALOGUES, LANGUAGES, TEMPLATES, catalogue
from shared.domain.telling_words import says_forbidden_word
from tests.support.mailing import POST

OTHERS = [language for language in LANGUAGES if language != "en"]
_PLACEHOLDER = re.compile(r"%\((\w+)\)s")
_MARKUP = ("**.txt", "jinja2"), ("**.html", "jinja2")


def said_by_templates() -> set[str]:
    options = {"**": {"trim_blocks": "true", "lstrip_blocks": "true"}}
    return {str(found[2]) for found in extract_from_dir(str(TEMPLATES), list(_MARKUP), options)}


@pytest.mark.parametrize("language", OTHERS)
def test_a_catalogue_holds_what_the_templates_say_and_nothing_else(language: str) -> None:
    messages = {str(one.id): one for one in catalogue(language) if one.id}
    assert set(messages) == said_by_templates()
    assert not catalogue(language).obsolete
    for one in messages.values():
        assert one.string, one.id
        assert not one.fuzzy, one.id
        filled_in = [set(_PLACEHOLDER.findall(str(text))) for text in (one.id, one.string)]
        assert filled_in[0] == filled_in[1], one.id


def test_there_are_catalogues_for_the_other_languages_alone() -> None:
    assert sorted(folder.name for folder in CATALOGUES.iterdir()) == sorted(OTHERS)


def test_every_language_fills_every_template() -> None:
    """By the samples, which are of every kind and in every language."""
    made = {language: set() for language in LANGUAGES}  # type: dict[str, set[str]]
    for sample in samples(POST):
        words = sample.words
        assert words.subject, sample.name
        assert "%(" not in words.subject + words.text + words.description
        assert "\x00" not in words.text + words.html + words.description
        made[sample.language].add(f"{sample.kind}-{sample.variant}")
    assert made["sv"] == made["en"]


def test_no_sentence_of_ours_holds_a_word_that_tells() -> None:
    for language in OTHERS:
        for one in catalogue(language):
            assert not says_forbidden_word(f"{one.id} {one.string}"), one.id


def test_our_own_words_are_known_in_every_language() -> None:
    """A guardian named Maj or Will is no reason to hold back a mail that says so anyway."""
    assert {"möte", "meeting", "maj", "may", "påminnelse", "reminder"} <= own_words()
    assert not {"answer_by", "named", "alva"} & own_words()
