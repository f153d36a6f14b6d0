"""A desk for a unit of work: every port over the unit's connection."""

from functools import partial

from services.cases.adapters.audit import SqlAudit
from services.cases.adapters.cases import SqlCases
from services.cases.adapters.counters import SqlCounters
from services.cases.adapters.digests import SqlDigests
from services.cases.adapters.dispatches import SqlDispatches
from services.cases.adapters.drafts import SqlDrafts
from services.cases.adapters.duties import SqlDuties
from services.cases.adapters.evaluations import SqlEvaluations
from services.cases.adapters.family import SqlFamily
from services.cases.adapters.feeds import SqlFeeds
from services.cases.adapters.glass import SqlGlasses
from services.cases.adapters.inquiries import SqlInquiries
from services.cases.adapters.ledger import SqlLedger
from services.cases.adapters.links import LinkTerms, SqlLinks
from services.cases.adapters.mails import SqlMails
from services.cases.adapters.meetings import SqlMeetings
from services.cases.adapters.municipality import SqlFiles
from services.cases.adapters.overviews import SqlOverviews
from services.cases.adapters.ownership import SqlOwnership
from services.cases.adapters.parent_meetings import SqlParentMeetings
from services.cases.adapters.readings import SqlReadings
from services.cases.adapters.register import SqlRegister
from services.cases.adapters.register_files import SqlImportDrafts
from services.cases.adapters.reports import SqlReports
from services.cases.adapters.rule_changes import SqlRuleChanges
from services.cases.adapters.sight import SqlSights
from services.cases.adapters.staffing import SqlStaffing
from services.cases.adapters.tasks import SqlMessages, SqlTasks
from services.cases.adapters.tokens import SqlApiTokens
from services.cases.adapters.votes import SqlVotes
from services.cases.adapters.wishes import SqlWishes
from services.cases.adapters.year_views import SqlYearViews
from services.cases.adapters.years import SqlYears
from services.cases.handlers.ports import Desk
from shared.bus.publishing import publish
from shared.db import Unit
from shared.domain.days import SchoolYears, WorkingDays
from shared.domain.hours import OfficeHours
from shared.procedures import Procedures


def desk_for(
    unit: Unit,
    actor: str,
    municipality: str,
    procedures: Procedures,
    days: WorkingDays,
    hours: OfficeHours,
    school_years: SchoolYears,
    links: LinkTerms,
) -> Desk:
    connection, now = unit.connection, unit.now
    return Desk(
        now=now,
        actor=actor,
        municipality=municipality,
        procedures=procedures,
        days=days,
        hours=hours,
        school_years=school_years,
        register=SqlRegister(connection),
        staffing=SqlStaffing(connection),
        ownership=SqlOwnership(connection),
        inquiries=SqlInquiries(connection, now),
        drafts=SqlDrafts(connection, now),
        duties=SqlDuties(connection, now),
        glasses=SqlGlasses(connection, now),
        readings=SqlReadings(connection),
        years=SqlYears(connection, now),
        year_views=SqlYearViews(connection),
        evaluations=SqlEvaluations(connection, now),
        dispatches=SqlDispatches(connection, now),
        parent_meetings=SqlParentMeetings(connection, now),
        reports=SqlReports(connection, now),
        cases=SqlCases(connection, now),
        ledger=SqlLedger(connection, now),
        family=SqlFamily(connection, now),
        meetings=SqlMeetings(connection, now),
        votes=SqlVotes(connection),
        wishes=SqlWishes(connection, now),
        links=SqlLinks(connection, now, links),
        counters=SqlCounters(connection, now),
        feeds=SqlFeeds(connection, now),
        mails=SqlMails(connection),
        tasks=SqlTasks(connection, now),
        messages=SqlMessages(connection),
        audit=SqlAudit(connection, now, actor),
        digests=SqlDigests(connection, now),
        files=SqlFiles(connection, now, sent=True),
        import_drafts=SqlImportDrafts(connection, now, actor),
        rule_changes=SqlRuleChanges(connection, now, actor),
        tokens=SqlApiTokens(connection, now, actor),
        overviews=SqlOverviews(connection),
        sights=SqlSights(connection),
        publish=partial(publish, unit),
        together=connection.pipeline,
    )
