"""The figures as a table: on the terminal, as Markdown, and in docs/performance.md."""

from collections.abc import Mapping, Sequence
from typing import Any

from rich.console import Console
from rich.table import Table

from tests.bench.chart import chart
from tests.bench.figures import Figure, Side
from tests.bench.machine import in_words
from tests.bench.pages import PageFigure, pages_markdown
from tests.conftest import ROOT

BEGIN, END = "<!-- bench: begin -->", "<!-- bench: end -->"
PAGES_BEGIN, PAGES_END = "<!-- pages: begin -->", "<!-- pages: end -->"
PAGE, CHART = ROOT / "docs" / "performance.md", ROOT / "docs" / "performance.svg"
_COLUMNS = (
    "what", "Samspel", "beside it", "value", "at least", "aim", "reached", "CPU ms each",
    "CPU ratio",
)  # fmt: skip


def show(console: Console, figures: Sequence[Figure], about: Mapping[str, Any]) -> None:
    table = Table(*_COLUMNS)
    for one in figures:
        table.add_row(*_cells(one))
    console.print(table)
    console.print(in_words(about))
    for one in figures:
        if one.note:
            console.print(f"{one.what}: {one.note}")


def markdown(figures: Sequence[Figure], about: Mapping[str, Any]) -> str:
    lines = [
        "| " + " | ".join(_COLUMNS) + " |",
        "|---|---|---|--:|--:|--:|---|--:|--:|",
        *("| " + " | ".join(_cells(one)) + " |" for one in figures),
        "",
        *(f"- {one.what}: {one.note}" for one in figures if one.note),
        "",
        in_words(about) + ".",
    ]
    return "\n".join(lines)


def write(
    figures: Sequence[Figure], of_pages: Sequence[PageFigure], about: Mapping[str, Any]
) -> None:
    """The tables and the chart into docs/. ValueError for figures that nobody could repeat."""
    if str(about["commit"]).endswith("-dirty"):
        raise ValueError("figures of a changed tree aren't published: commit, and run again")
    if about["quick"]:
        raise ValueError("--quick measures so little that its figures say nothing")
    page = PAGE.read_text(encoding="utf-8")
    whole = f"![The figures as a chart](performance.svg)\n\n{markdown(figures, about)}"
    page = _between(BEGIN, whole, END, page)
    page = _between(PAGES_BEGIN, pages_markdown(of_pages), PAGES_END, page)
    PAGE.write_text(page, encoding="utf-8")
    CHART.write_text(chart(figures), encoding="utf-8")


def _between(begin: str, text: str, end: str, page: str) -> str:
    before, _, rest = page.partition(begin)
    return f"{before}{begin}\n{text}\n{end}{rest.partition(end)[2]}"


def _cells(one: Figure) -> tuple[str, ...]:
    return (
        one.what,
        _side(one.ours, one.unit),
        f"{one.bare.name}: {_side(one.bare, one.unit)}" if one.bare else "–",
        number(one.value),
        number(one.wanted.least) if one.wanted else "–",
        number(one.wanted.aim) if one.wanted else "–",
        one.reached or "–",
        "–" if one.ours.cpu_each is None else number(one.ours.cpu_each),
        "–" if one.cpu_ratio is None else number(one.cpu_ratio),
    )


def _side(side: Side, unit: str) -> str:
    """What stands for it, with the least and the most of the rounds."""
    return f"{number(side.value)} {unit} ({number(min(side.values))}–{number(max(side.values))})"


def number(value: float) -> str:
    """With as many digits as mean something."""
    if abs(value) >= 100:
        return f"{value:,.0f}"
    return f"{value:.1f}" if abs(value) >= 10 else f"{value:.3g}"
