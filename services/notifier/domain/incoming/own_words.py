"""Which words are somebody's own in a mail that brings our invitation back (B6, B8).

In doubt they are: a task for nothing harms less than somebody who wrote and was never read.
"""

import re
from collections.abc import Iterable

from services.notifier.domain.incoming.headers import Headers, words
from services.notifier.domain.incoming.opening import Leaf

# «Re», «Sv», «VB», «AW» …: as programs put it before the subject that they answer or pass on.
_ANSWERS = re.compile(r"\s*(re|sv|vs|aw|antw|fwd?|vb|wg|tr|rv)\s*:", re.IGNORECASE)
_PREFIXED = re.compile(r"\s*[^\s:]{1,20}\s?:")
# «Den tis 2 mars 2027 kl 09:00 skrev Exempelkommun <moten@…>:»
_ATTRIBUTION = re.compile(r".{0,200}\d.{0,200}\b(skrev|wrote|schrieb)\b.{0,200}:", re.IGNORECASE)
_FOLDED = re.compile(r"\r?\n[ \t]")


def are_beside(calendars: Iterable[Leaf], headers: Headers) -> bool:
    """Whether the text of a mail is another thing than its calendars in words.

    An alternative to a calendar is what a program made of it, but for a mail that answers another
    or passes it on: there people write above.
    """
    return (
        all(leaf.alternative is None for leaf in calendars)
        or any(headers.first(name) for name in ("in-reply-to", "references"))
        or bool(_ANSWERS.match(words(headers.first("subject"))))
    )


def own_text(text: str) -> str:
    """Without what is quoted line by line, and the line that says whom it quotes."""
    lines = (line.strip() for line in text.split("\n"))
    kept = (line for line in lines if not line.startswith(">"))
    return "\n".join(line for line in kept if not _ATTRIBUTION.fullmatch(line)).strip()


def own_subject(subject: str, files: str) -> str:
    """Empty for a subject that a program has put together, or that the calendar files say too."""
    lines = _FOLDED.sub("", files).replace("\\", "").splitlines()
    in_a_file = any(line.strip().endswith(f":{subject}") for line in lines)
    return "" if in_a_file or _PREFIXED.match(subject) else subject
