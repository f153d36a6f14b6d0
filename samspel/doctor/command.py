"""Which checks there are, and what each is given of the environment."""

from collections.abc import Iterator, Mapping

from samspel.doctor import municipality as municipal
from samspel.doctor.broker import check_broker
from samspel.doctor.database import check_database
from samspel.doctor.examining import examined
from samspel.doctor.findings import Check
from samspel.doctor.machine import check_machine
from samspel.doctor.mail_in import check_mail_in
from samspel.doctor.mail_out import check_mail_out
from samspel.doctor.names import Names, check_names
from samspel.doctor.resolving import Resolver
from samspel.doctor.running import check_running
from samspel.doctor.settings import check_secrets, check_settings
from samspel.doctor.website import check_website
from services.notifier.domain.mailserver import MailServer, MailServerError
from shared.clock import system_now
from shared.domain.days import local_date

MONTHS = 12


def examine(
    given: Mapping[str, str],
    *,
    selector: str | None = None,
    months: int = MONTHS,
    names: Names | None = None,
) -> Iterator[tuple[str, bool]]:
    """Each line, and whether it belongs to something that fails. `selector`: of DKIM."""
    yield from examined(list(_checks(given, selector, months, names or Resolver())))


def _checks(
    given: Mapping[str, str], selector: str | None, months: int, names: Names
) -> Iterator[Check]:
    database, folder = given.get("SAMSPEL_DATABASE_URL", ""), given.get("SAMSPEL_MUNICIPALITY", "")
    known = municipal.read(folder)
    mail = known.mail if known else None
    planned = known is not None and known.retention is not None
    relay, fetched = _relay(given), bool(given.get("SAMSPEL_IMAP_URL"))
    demo = given.get("SAMSPEL_DEMO", "0").lower() in ("1", "true", "yes", "on")
    today = local_date(system_now())
    yield Check("Inställningar", lambda: check_settings(given))
    yield Check("Hemligheter", lambda: check_secrets(given))
    yield Check("Maskinen", lambda: check_machine(given, planned=planned))
    yield Check("PostgreSQL", lambda: check_database(database))
    yield Check("Valkey", lambda: check_broker(given.get("SAMSPEL_BROKER_URL", "")))
    yield Check(
        "Kommunens mapp", lambda: municipal.check_municipality(folder, months, today, database)
    )
    yield Check("Mejl ut", lambda: check_mail_out(mail))
    yield Check("DNS", lambda: check_names(mail, relay, selector, names, fetched=fetched))
    yield Check("Mejl in", check_mail_in)
    yield Check("Webben", lambda: check_website(given.get("SAMSPEL_PUBLIC_URL", "")))
    yield Check("Driften", lambda: check_running(database, demo=demo))


def _relay(given: Mapping[str, str]) -> str | None:
    try:
        return MailServer.from_url(given.get("SAMSPEL_SMTP_URL", "")).host
    except MailServerError:
        return None
