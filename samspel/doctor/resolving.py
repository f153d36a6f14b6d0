"""DNS as this machine asks it."""

import dns.exception
import dns.rdatatype
import dns.resolver

from samspel.doctor.names import NoAnswer

_SECONDS = 5.0
_NONE = (dns.resolver.NXDOMAIN, dns.resolver.NoAnswer)


class Resolver:
    """Implements names.Names."""

    def texts(self, name: str) -> list[str]:
        return [
            b"".join(one.strings).decode("ascii", "replace") for one in self._found(name, "TXT")
        ]

    def mail_hosts(self, name: str) -> list[str]:
        """Not the «null MX» of a domain that takes no mail (RFC 7505)."""
        found = sorted(self._found(name, "MX"), key=lambda one: one.preference)
        hosts = [one.exchange.to_text(omit_final_dot=True) for one in found]
        return [host for host in hosts if host not in ("", "@", ".")]

    def addresses(self, name: str) -> list[str]:
        return [one.address for kind in ("A", "AAAA") for one in self._found(name, kind)]

    def _found(self, name: str, kind: str) -> list:  # type: ignore[type-arg]
        try:
            return list(dns.resolver.resolve(name, kind, lifetime=_SECONDS))
        except _NONE:
            return []
        except dns.exception.DNSException:
            raise NoAnswer from None
