"""The documents say what is so: every test they name exists, every link leads somewhere."""

import re
import tomllib
from pathlib import Path

import pytest

from shared.ids import new_reference
from shared.version import VERSION
from tests.conftest import ROOT

DOCUMENTS = [ROOT / "README.md", ROOT / "CHANGELOG.md", *sorted((ROOT / "docs").rglob("*.md"))]


def every_test() -> set[str]:
    return {
        name
        for path in (ROOT / "tests").rglob("test_*.py")
        for name in re.findall(r"def (test_\w+)", path.read_text(encoding="utf-8"))
    }


def rules_of(document: Path) -> dict[str, str]:
    """Each rule's id with its row."""
    return {
        row.split("|")[1].strip(): row
        for row in document.read_text(encoding="utf-8").splitlines()
        if re.match(r"\| [RSPX]\d+ \|", row)
    }


EVERY_RULE = {
    f"{source}{number}"
    for source, first, last in (
        ("R", 1, 32), ("R", 40, 51), ("S", 1, 14), ("P", 1, 18), ("X", 1, 16)
    )
    for number in range(first, last + 1)
}  # fmt: skip


def test_every_obligation_names_a_test_that_exists() -> None:
    there_are = every_test()
    rules = rules_of(ROOT / "docs" / "obligations.md")
    assert set(rules) >= EVERY_RULE
    for rule, row in rules.items():
        named = set(re.findall(r"`(test_\w+)`", row))
        assert named, f"{rule} names no test"
        assert named <= there_are, f"{rule} names {named - there_are}, which isn't there"


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_every_link_inside_the_project_leads_somewhere(document: Path) -> None:
    links = re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", document.read_text(encoding="utf-8"))
    missing = [link for link in links if not (document.parent / link).exists()]
    assert not missing


def test_a_reference_says_nothing() -> None:
    """X15: four signs that can't be mistaken for each other, in no order."""
    references = [new_reference() for _ in range(200)]
    assert all(re.fullmatch(r"[2-9A-HJ-NP-Z]{4}", reference) for reference in references)
    assert references != sorted(references)
    assert len(set(references)) > 190


def test_the_version_is_the_same_everywhere() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert project["version"] == VERSION
