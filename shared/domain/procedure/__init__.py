"""A procedure as dated data: its roles, steps, limits, consent, reminders and alerts.

Each part has a module of its own; whoever uses one finds it here. The files themselves are read by
`shared.procedures`.
"""

from shared.domain.procedure.asking import ConsentRule
from shared.domain.procedure.follow_ups import Alert, AnswerRule, Chore, InquiryRule, Reminder
from shared.domain.procedure.people import AlwaysCalled, Eligibility, Roles
from shared.domain.procedure.steps import KNOWN, About, MonthRule, Step, WindowRule
from shared.domain.procedure.values import Called, Code, Function, Many, RuleId, Text, Titled
from shared.domain.procedure.whole import AsksNobody, Procedure, UnknownStep
from shared.domain.procedure.year import (
    DispatchRule,
    EvaluationRule,
    Group,
    ParentMeetingRule,
    Question,
    ReportRules,
    StageRule,
    YearDay,
    YearRules,
)

__all__ = [
    "KNOWN",
    "About",
    "Alert",
    "AlwaysCalled",
    "AnswerRule",
    "AsksNobody",
    "Called",
    "Chore",
    "Code",
    "ConsentRule",
    "DispatchRule",
    "Eligibility",
    "EvaluationRule",
    "Function",
    "Group",
    "InquiryRule",
    "Many",
    "MonthRule",
    "ParentMeetingRule",
    "Procedure",
    "Question",
    "Reminder",
    "ReportRules",
    "Roles",
    "RuleId",
    "StageRule",
    "Step",
    "Text",
    "Titled",
    "UnknownStep",
    "WindowRule",
    "YearDay",
    "YearRules",
]
