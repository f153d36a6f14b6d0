"""The rules of the year as they are on a day."""

from dataclasses import dataclass

from services.cases.handlers.ports import Desk
from shared.domain.procedure import Procedure, YearRules
from shared.procedures import UnknownProcedure

ARSHJUL = "arshjul"


@dataclass(frozen=True, slots=True)
class Round:
    """The version of the yearly cycle that holds today (X9)."""

    procedure: Procedure
    rules: YearRules


def this_round(desk: Desk) -> Round | None:
    """None before the routine begins, or where a municipality has no yearly cycle."""
    try:
        procedure = desk.procedures.get(ARSHJUL, desk.today)
    except UnknownProcedure:
        return None
    return None if procedure.year is None else Round(procedure, procedure.year)
