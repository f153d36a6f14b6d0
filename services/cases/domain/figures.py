"""What the figures of some cases say, as tables on a paper: how many, in time or late, how long."""

from collections.abc import Sequence
from dataclasses import dataclass

from services.cases.domain.evaluation_summary import OfProcedure
from shared.domain.lead_times import CONSENT, FIRST_MEETING, Spread
from shared.domain.procedure import KNOWN, Procedure

TOO_FEW = "färre än fem"


@dataclass(frozen=True, slots=True)
class Table:
    """A heading, the head of each column and the rows under it; without rows `empty` stands."""

    heading: str
    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    empty: str


def figures(cases: Sequence[OfProcedure]) -> tuple[Table, ...]:
    """Small numbers aren't told: they could point at a child."""
    return _counts(cases), _limits(cases), _lead_times(cases)


def number(value: float | None) -> str:
    """«3,8», «12»."""
    return "–" if value is None else f"{value:g}".replace(".", ",")


def _counts(cases: Sequence[OfProcedure]) -> Table:
    rows = ((one.procedure.title, _shown(one.cases)) for one in cases)
    return Table(
        "Ärenden", ("Rutin", "Ärenden som blev kända"), tuple(rows), "Inga ärenden blev kända."
    )


def _limits(cases: Sequence[OfProcedure]) -> Table:
    rows = (
        (one.procedure.title, kept.title, _shown(kept.met), _shown(kept.missed))
        for one in cases
        for kept in one.limits
    )
    return Table(
        "Möten inom sin tidsgräns",
        ("Rutin", "Möte", "I tid", "För sent"),
        tuple(rows),
        "Inga tidsgränser har löpt ut.",
    )


def _lead_times(cases: Sequence[OfProcedure]) -> Table:
    rows = (
        (one.procedure.title, _between(spread, one.procedure), *_days(spread))
        for one in cases
        for spread in one.lead_times
    )
    return Table(
        "Hur lång tid det tog",
        ("Rutin", "Från – till", "Ärenden", "Hälften inom, dagar", "Nio av tio inom, dagar"),
        tuple(rows),
        "Det finns inget att mäta än.",
    )


def _days(spread: Spread) -> tuple[str, str, str]:
    if spread.count is None:
        return TOO_FEW, "–", "–"
    return str(spread.count), number(spread.median_days), str(spread.p90_days)


def _between(spread: Spread, procedure: Procedure) -> str:
    return f"{_moment(spread.since, procedure)} – {_moment(spread.step, procedure)}"


def _moment(code: str, procedure: Procedure) -> str:
    """«ärendet blev känt», «alla samtycken», «Första mötet»."""
    named = {
        KNOWN: "ärendet blev känt",
        CONSENT: "alla samtycken",
        FIRST_MEETING: "något möte hölls",
    }
    titles = {step.name: step.title for step in procedure.steps}
    return named.get(code) or titles.get(code, code)


def _shown(count: int | None) -> str:
    return TOO_FEW if count is None else str(count)
