"""Whether SPF lets an address send for a domain (RFC 7208), as far as a check needs it.

Macros, `exists` and `ptr` are taken as saying nothing: then the answer is no, which is only a hint.
"""

from ipaddress import ip_address, ip_network
from typing import Protocol

_MOST_LOOKUPS = 10


class BrokenSpf(Exception):
    """A record that nobody can use; the message says why."""


class Names(Protocol):
    """What SPF asks of DNS."""

    def texts(self, name: str) -> list[str]: ...
    def mail_hosts(self, name: str) -> list[str]: ...
    def addresses(self, name: str) -> list[str]: ...


def record(text: str) -> bool:
    return text.lower().split(" ")[0] == "v=spf1"


def passes(domain: str, address: str, names: Names) -> bool:
    """Raises BrokenSpf."""
    return _Reading(address, names).passes(domain)


class _Reading:
    """One question, which may take no more than ten look-ups."""

    def __init__(self, address: str, names: Names) -> None:
        self._address = ip_address(address)
        self._names = names
        self._lookups = 0

    def passes(self, domain: str) -> bool:
        found = [text for text in self._names.texts(domain) if record(text)]
        if len(found) != 1:
            raise BrokenSpf(f"{domain} har {len(found)} SPF-poster")
        terms = found[0].lower().split()[1:]
        for term in terms:
            if "=" not in term and self._matches(term.lstrip("+-~?"), domain):
                return term[0] not in "-~?"
        leads = [term.partition("=")[2] for term in terms if term.startswith("redirect=")]
        if not leads:
            return False
        self._look_up()
        return self.passes(leads[0])

    def _matches(self, term: str, domain: str) -> bool:
        kind, _, said = term.partition(":")
        kind, _, width = kind.partition("/")
        if kind == "all":
            return True
        if kind in ("ip4", "ip6"):
            return self._is_in(said)
        if "%" in said or kind not in ("a", "mx", "include"):
            return False
        self._look_up()
        if kind == "include":
            return self.passes(said)
        host, _, narrow = said.partition("/")
        hosts = [host or domain]
        if kind == "mx":
            hosts = self._names.mail_hosts(host or domain)
        width = (narrow or width).partition("/")[0]
        found = [address for one in hosts for address in self._names.addresses(one)]
        return any(
            self._is_in(f"{one}/{width}" if width and ":" not in one else one) for one in found
        )

    def _is_in(self, network: str) -> bool:
        try:
            return self._address in ip_network(network, strict=False)
        except ValueError:
            raise BrokenSpf(f"«{network}» är inget nät") from None

    def _look_up(self) -> None:
        self._lookups += 1
        if self._lookups > _MOST_LOOKUPS:
            raise BrokenSpf(f"den kräver mer än {_MOST_LOOKUPS} uppslag")
