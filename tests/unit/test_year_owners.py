"""Whose each duty of the year and of the reports is, as the routine's headings say (R32)."""

from datetime import date

from shared.domain.procedure import ReportRules, YearRules
from shared.procedures import load_procedures

ON = date(2027, 3, 1)


def the_year() -> YearRules:
    rules = load_procedures(None).get("arshjul", ON).year
    assert rules is not None
    return rules


def the_reports() -> ReportRules:
    rules = load_procedures(None).get("anmalan", ON).reports
    assert rules is not None
    return rules


def test_R32_each_duty_of_the_year_has_its_owner() -> None:
    """R32: «Rektor», «Avdelningschef IFO/Bistånd» and the two that call."""
    rules = the_year()
    parents = rules.parent_meetings
    assert parents is not None
    owners = {one.rule: (one.sent_by, one.asked) for one in rules.dispatches}
    assert rules.callers == ("elevhalsochef", "enhetschef_ifo")  # R21
    assert (parents.owner, parents.invited) == ("rektor", "avdelningschef_ifo")  # R26, R27
    assert owners["R28"] == ("avdelningschef_ifo", ("rektor",))  # R28, R29
    assert owners["R31"] == (None, ("rektor",))


def test_R32_what_follows_from_a_report_is_of_the_unit_manager() -> None:
    """R32: «Enhetschef IFO/Bistånd» receives, answers, meets and is there to be consulted."""
    rules = the_reports()
    assert rules.receiver == "enhetschef_ifo"
    assert (rules.written_rule, rules.receipt_rule) == ("R42", "R43")
    assert (rules.answer_rule, rules.consultation_rule, rules.meeting_rule) == ("R45", "R47", "R51")
