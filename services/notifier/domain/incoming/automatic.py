"""Whether anybody has written a mail, or a program in their place (B7, RFC 3834)."""

import re

from services.notifier.domain.incoming.headers import Headers, words

_ANSWERS_BY_ITSELF = frozenset(
    {"x-autoreply", "x-autorespond", "x-autoreply-from", "x-mail-autoreply"}
)
_IN_BULK = frozenset({"bulk", "junk", "list"})
# As programs write it before the subject that they answer; people write of their absence too.
_SUBJECT = re.compile(
    r"\s*(automatic reply|auto(matic)?[- ]?(reply|response)|out of office( autoreply)?|autosvar"
    r"|automatiskt svar|frånvaro(assistent(en)?|meddelande|avisering))\s*(:|$)",
    re.IGNORECASE,
)


def answers_by_itself(headers: Headers) -> bool:
    """An absence, say. Nothing in it counts, not even a calendar."""
    return (
        _submitted(headers) == "auto-replied"
        or any(headers.first(name).lower() not in ("", "no") for name in _ANSWERS_BY_ITSELF)
        or _precedence(headers) == "auto_reply"
    )


def comes_from_a_program(headers: Headers) -> bool:
    """Nobody has written it; but it may carry an answer that somebody gave in their calendar."""
    return (
        _submitted(headers) not in ("", "no")
        or _precedence(headers) in _IN_BULK
        or _nobody_is_to_answer(headers)
        or bool(_SUBJECT.match(words(headers.first("subject"))))
    )


def _nobody_is_to_answer(headers: Headers) -> bool:
    """Says the envelope."""
    return headers.first("return-path").replace(" ", "") == "<>"


def _submitted(headers: Headers) -> str:
    return re.split(r"[;\s(]", headers.first("auto-submitted").lower(), maxsplit=1)[0]


def _precedence(headers: Headers) -> str:
    return headers.first("precedence").strip().lower().replace("-", "_")
