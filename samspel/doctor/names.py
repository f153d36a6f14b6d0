"""What DNS says of the domain that mail comes from: SPF, DKIM, DMARC, and where answers go."""

from collections.abc import Iterator
from typing import Protocol

from samspel.doctor.findings import Finding, fail, ok, warn
from samspel.doctor.spf import BrokenSpf, passes, record
from services.notifier.domain.mailserver import is_loopback
from shared.municipality import Mail

_SEE = "Se docs/installing.md, «DNS and the relay»."


class NoAnswer(Exception):
    """No name server answered, which says nothing of what there is."""


class Names(Protocol):
    """DNS. What there isn't is empty; raises NoAnswer."""

    def texts(self, name: str) -> list[str]: ...
    def mail_hosts(self, name: str) -> list[str]: ...
    def addresses(self, name: str) -> list[str]: ...


def check_names(
    mail: Mail | None, relay: str | None, selector: str | None, names: Names, *, fetched: bool
) -> Iterator[Finding]:
    """`relay`: the mail server's host; `fetched`: answers come from a mailbox, not by MX."""
    if mail is None:
        yield warn("Kommunens mapp går inte att läsa.", "Rätta den först.")
        return
    try:
        yield _spf(mail.domain, relay, names)
        yield _dkim(mail.domain, selector, names)
        yield _dmarc(mail.domain, names)
        yield from _ways_back(mail, names, fetched=fetched)
    except NoAnswer:
        yield warn("Ingen namnserver svarar.", "Kör kontrollen där DNS går att fråga.")


def _spf(domain: str, relay: str | None, names: Names) -> Finding:
    found = [text for text in names.texts(domain) if record(text)]
    if not found:
        return warn(
            f"{domain} har ingen SPF-post.", f"Lägg till mejlservern: v=spf1 … -all. {_SEE}"
        )
    if len(found) > 1:
        return fail(
            f"{domain} har {len(found)} SPF-poster.", "Slå ihop dem till en: flera är ogiltigt."
        )
    if relay is None or is_loopback(relay):
        return ok(f"{domain} har en SPF-post.")
    try:
        addresses = names.addresses(relay)
        if addresses and all(passes(domain, address, names) for address in addresses):
            return ok(f"SPF för {domain} tillåter {relay}.")
    except BrokenSpf as reason:
        return fail(f"SPF-posten för {domain} är ogiltig: {reason}.", f"Rätta den. {_SEE}")
    return warn(
        f"SPF för {domain} nämner inte {relay}.",
        "Lägg till den, om det är den som skickar vidare till mottagarna. Skickar den från andra"
        " adresser är det dem som SPF ska tillåta.",
    )


def _dkim(domain: str, selector: str | None, names: Names) -> Finding:
    if selector is None:
        return warn(
            "DKIM är inte kontrollerat.",
            "Ange mejlserverns selektor: samspel doctor --dkim SELEKTOR",
        )
    place = f"{selector}._domainkey.{domain}"
    keys = [text for text in names.texts(place) if "p=" in text.replace(" ", "")]
    if any(text.replace(" ", "").rpartition("p=")[2].rstrip(";") for text in keys):
        return ok(f"DKIM-nyckeln {place} finns.")
    return fail(
        f"DKIM-nyckeln {place} finns inte.", "Låt mejlservern signera, och lägg in nyckeln."
    )


def _dmarc(domain: str, names: Names) -> Finding:
    """The domain's own, or the one of a domain above it."""
    labels = domain.split(".")
    for first in range(len(labels) - 1):
        above = ".".join(labels[first:])
        for text in names.texts(f"_dmarc.{above}"):
            if text.replace(" ", "").lower().startswith("v=dmarc1"):
                return _policy(above, text, below=first > 0)
    return warn(f"{domain} har ingen DMARC-post.", "Lägg till en: v=DMARC1; p=quarantine; rua=…")


def _policy(domain: str, text: str, *, below: bool) -> Finding:
    said = dict(
        part.split("=", 1) for part in text.replace(" ", "").lower().split(";") if "=" in part
    )
    policy = said.get("sp", said.get("p")) if below else said.get("p")
    if policy in ("quarantine", "reject"):
        return ok(f"DMARC för {domain} gäller (p={policy}).")
    return warn(
        f"DMARC för {domain} stoppar inget (p={policy or '?'}).",
        "Höj till p=quarantine när rapporterna visar att Samspels mejl är signerade.",
    )


def _ways_back(mail: Mail, names: Names, *, fetched: bool) -> Iterator[Finding]:
    domains = [one.rpartition("@")[2] for one in (mail.reply_pattern, mail.bounce_pattern)]
    for domain in dict.fromkeys(domains):
        hosts = names.mail_hosts(domain)
        if hosts:
            yield ok(f"Svar till {domain} går till {', '.join(hosts)}.")
        elif fetched:
            yield warn(f"{domain} har ingen MX-post.", "Se efter att svar når brevlådan ändå.")
        else:
            yield fail(
                f"{domain} har ingen MX-post: svar och studsar kommer inte fram.",
                f"Lägg till en som leder till Samspel eller er mejlserver. {_SEE}",
            )
