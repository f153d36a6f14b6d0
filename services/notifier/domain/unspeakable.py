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
    phrases, parts = _all_sought(unspeakable)
    folded = _folded(text)
    if any(whole in folded and says(phrase, text) for phrase, whole in phrases):
        return True
    there = [part for part in parts if part in folded]
    if not there:
        return False
    # Only where one of them stands it may be a word: a word goes over no blank.
    pieces = folded.split()
    near = " ".join([piece for part in there for piece in pieces if part in piece])
    return not parts.intersection(_WORD.findall(near)) <= own_words().union(*map(_words, ours))


def says(phrase: str, text: str) -> bool:
    """Whether a text holds a phrase, as whole words."""
    whole = _whole(phrase)
    # What isn't even among the letters isn't sought among the words.
    return whole in _folded(text) and _words(phrase) <= _words(text) and _stands_in(whole, text)


@lru_cache(maxsize=1)
def own_words() -> frozenset[str]:
    """The words that the mails are made of, and those of days and months."""
    said = list(own_phrases())
    for locale in ("sv_SE", "en_GB"):
        said += get_month_names("wide", locale=locale).values()
        said += get_day_names("wide", locale=locale).values()
    return frozenset().union(*map(_words, said))


@lru_cache(maxsize=256)
def _all_sought(
    unspeakable: Unspeakable,
) -> tuple[tuple[tuple[str, str], ...], frozenset[str]]:
    """Of one case: phrases, each with how it would stand in a folded text, and parts of names."""
    phrases = unspeakable.names | unspeakable.phrases
    words = frozenset().union(*(_WORD.findall(name.casefold()) for name in unspeakable.names))
    return (
        tuple((phrase, _whole(phrase)) for phrase in phrases),
        frozenset(part for part in words if len(part) >= _SHORTEST_PART),
    )


def _whole(phrase: str) -> str:
    return " ".join(phrase.casefold().split())


@lru_cache(maxsize=2048)
def _words(text: str) -> frozenset[str]:
    return frozenset(_WORD.findall(text.casefold()))


@lru_cache(maxsize=64)
def _folded(text: str) -> str:
    """Asked for again and again while one mail is looked at."""
    return text.casefold()


def _stands_in(whole: str, text: str) -> bool:
    return re.search(rf"(?<!\w){re.escape(whole)}(?!\w)", _folded(text)) is not None
