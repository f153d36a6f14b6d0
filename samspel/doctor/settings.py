"""The settings: whether each service can be started with them, and whether secrets are secret."""

from collections.abc import Iterator, Mapping

from pydantic_settings import BaseSettings

from samspel.doctor.findings import Finding, fail, ok, warn
from services.cases.settings import Settings as CasesSettings
from services.notifier.settings import InboundSettings
from services.notifier.settings import Settings as NotifierSettings
from services.scheduler.settings import Settings as SchedulerSettings
from shared.settings import FromEnvironment, SettingsError, WatchSettings

_SECRETS = {
    "SAMSPEL_SECRET_KEY": 32,
    "SAMSPEL_API_TOKEN": 16,
    "SAMSPEL_METRICS_TOKEN": 16,
}
_FEWEST_CHARACTERS = 10  # that differ: else it is a word or a key pressed many times
_SEE = "Se docs/settings.md."


def check_settings(given: Mapping[str, str]) -> Iterator[Finding]:
    """The sender's are for the machine that sends."""
    for name, kind in (("cases", CasesSettings), ("scheduler", SchedulerSettings)):
        yield from _readable(name, kind)
    if given.get("SAMSPEL_SMTP_URL"):
        yield from _readable("notifier", NotifierSettings)
    else:
        yield warn(
            "notifier: SAMSPEL_SMTP_URL är inte satt här.",
            "Kör samspel doctor också där notifier körs.",
        )
    yield from _readable("inbound", InboundSettings)
    yield from _readable("logg och spår", WatchSettings)
    if given.get("SAMSPEL_DEMO", "0").lower() in ("1", "true", "yes", "on"):
        yield warn("Demoläge: klockan kan flyttas.", "Använd aldrig demoläge med riktiga personer.")


def check_secrets(given: Mapping[str, str]) -> Iterator[Finding]:
    """Their length, and whether two are the same; never they themselves."""
    for name, shortest in _SECRETS.items():
        yield _secret(name, given.get(name, ""), shortest)
    set_ones = [given[name] for name in _SECRETS if given.get(name)]
    if len(set(set_ones)) < len(set_ones):
        yield fail("Två av hemligheterna är likadana.", "Gör en egen för var: openssl rand -hex 32")


def _secret(name: str, value: str, shortest: int) -> Finding:
    make = f"Gör en ny: openssl rand -hex {shortest}"
    if not value:
        if name == "SAMSPEL_METRICS_TOKEN":
            return warn(
                f"{name} är inte satt: inga mätvärden lämnas ut.",
                "Sätt den och låt Prometheus läsa /metrics. Se docs/monitoring.md.",
            )
        return fail(f"{name} saknas.", make)
    if len(value) < shortest:
        return fail(f"{name} är för kort: {len(value)} tecken, minst {shortest}.", make)
    if len(set(value)) < _FEWEST_CHARACTERS:
        return fail(f"{name} går att gissa: för få olika tecken.", make)
    return ok(f"{name} är lång nog.")


def _readable(name: str, kind: type[FromEnvironment]) -> Iterator[Finding]:
    """What is wrong with one is quoted as the service says it in its log, in English."""
    assert issubclass(kind, BaseSettings)
    try:
        kind.read()
    except SettingsError as error:
        for setting, reason in error.wrong:
            if reason:
                said = f"{setting or 'inställningarna'} stämmer inte"
                yield fail(f"{name}: {said} («{reason}»).", f"Rätta det. {_SEE}")
            else:
                yield fail(f"{name}: {setting} saknas.", f"Sätt den. {_SEE}")
        return
    yield ok(f"Inställningarna för {name} går att läsa.")
