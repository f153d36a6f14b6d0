"""A procedure as dated data: its roles, steps, limits, consent, reminders and alerts.

Each part has a module of its own; whoever uses one finds it here. The files themselves are read by
`shared.procedures`.
"""

from shared.domain.procedure.asking import ConsentRule
from shared.domain.procedure.follow_ups import Alert, AnswerRule, Chore, InquiryRule, Reminder
from shared.domain.procedure.people import AlwaysCalled, Eligibility, Roles
from shared.domain.procedure.steps import KNOWN, Step, WindowRule
from shared.domain.procedure.values import Called, Code, Function, Many, RuleId, Text
from shared.domain.procedure.whole import Procedure, UnknownStep

__all__ = [
    "KNOWN",
    "Alert",
    "AlwaysCalled",
    "AnswerRule",
    "Called",
    "Chore",
    "Code",
    "ConsentRule",
    "Eligibility",
    "Function",
    "InquiryRule",
    "Many",
    "Procedure",
    "Reminder",
    "Roles",
    "RuleId",
    "Step",
    "Text",
    "UnknownStep",
    "WindowRule",
]
