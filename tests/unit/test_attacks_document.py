"""docs/attacks.md says what is so: each row has a test, and every test that it names exists."""

import re

import pytest

from tests.conftest import ROOT
from tests.unit.test_docs import every_test

DOCUMENT = (ROOT / "docs" / "attacks.md").read_text(encoding="utf-8")
ROWS = [row for row in DOCUMENT.splitlines() if re.match(r"\| (?!attack \|)[^-]", row)]


def test_every_attack_names_a_test_that_exists() -> None:
    there_are = every_test()
    for row in ROWS:
        _, attack, happens, shown_by, _ = re.split(r"(?<!\\)\|", row)
        named = set(re.findall(r"`(test_\w+)`", shown_by))
        assert happens.strip(), f"{attack}: what happens?"
        assert named, f"{attack} names no test"
        assert named <= there_are, f"{attack} names {named - there_are}, which isn't there"


@pytest.mark.parametrize(
    "word",
    [
        # Mail and calendar
        "CRLF", "encoded word", "commas", "quoted local parts", "IDN", "SMTPUTF8", "Bare CR",
        "U+0085", "U+2028", "NUL", "CN with quotes", "Templates", "HTML", "Lone-dot",
        "forged REPLY", "forged bounce", "lower SEQUENCE", "RRULE bombs", "Loops", "10 MB",
        # Platform
        "pickled", "unknown type", "Log injection", "bodies of refusals", "same moment",
        "idempotency key", "samordningsnummer", "turn of a century", "year 9999", "zone", "ud800",
        "NFC", "NFD", "SSRF",
    ],
)  # fmt: skip
def test_no_attack_is_left_out(word: str) -> None:
    assert any(word in row for row in ROWS), word
