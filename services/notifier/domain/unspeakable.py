"""What may stand in no mail: words that tell what it is about, names of the family, its school."""

import re
from dataclasses import dataclass
from functools import lru_cache

from babel.dates import get_day_names, get_month_names

from services.notifier.domain.writing import own_phrases

_SHORTEST_PART = 3

_WORD = re.compile(r"[^\W\d_]+(?:-[^\W\d_]+)*")


@dataclass(frozen=True, slots=True)
class Unspeakable:
    """Of one case: names of persons, and whole phrases (its school, its procedure)."""

    names: frozenset[str]
    phrases: frozenset[str]


@lru_cache(maxsize=2048)
def says_one_of(unspeakable: Unspeakable, text: str, ours: tuple[str, ...]) -> bool:
    """Whether a text holds a phrase or a name, or a part of a name.

    A part that is a word of our own (a child named Maj), or of `ours`, tells nothing.
    """
    if any(says(phrase, text) for phrase in unspeakable.names | unspeakable.phrases):
        return True
    words = _words(text)
    known = own_words().union(*map(_words, ours))
    return any(
        part in words and part not in known
        for name in unspeakable.names
        for part in _sought(name)[1]
        if len(part) >= _SHORTEST_PART
    )


def says(phrase: str, text: str) -> bool:
    """Whether a text holds a phrase, as whole words."""
    whole, parts = _sought(phrase)
    return parts <= _words(text) and _stands_in(whole, text)


@lru_cache(maxsize=1)
def own_words() -> frozenset[str]:
    """The words that the mails are made of, and those of days and months."""
    said = list(own_phrases())
    for locale in ("sv_SE", "en_GB"):
        said += get_month_names("wide", locale=locale).values()
        said += get_day_names("wide", locale=locale).values()
    return frozenset().union(*map(_words, said))


@lru_cache(maxsize=4096)
def _sought(name: str) -> tuple[str, frozenset[str]]:
    return " ".join(name.casefold().split()), _words(name)


@lru_cache(maxsize=2048)
def _words(text: str) -> frozenset[str]:
    return frozenset(_WORD.findall(text.casefold()))


def _stands_in(whole: str, text: str) -> bool:
    return re.search(rf"(?<!\w){re.escape(whole)}(?!\w)", text.casefold()) is not None
