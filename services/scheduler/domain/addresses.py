"""Which network addresses a calendar may be read from: those of the public internet only."""

from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address, ip_network

_TRANSLATED = IPv6Network("64:ff9b::/96")  # an IPv4 address behind NAT64 (RFC 6052)
# All that has been given out (RFC 4291, 2.4): outside it lie IPv4 addresses in older disguises
# (::127.0.0.1, ::ffff:0:127.0.0.1), site-local ones, and ground that nobody has.
_GIVEN_OUT = IPv6Network("2000::/3")
# A cloud's own service on public ground; and what Python counts as public in some versions.
_NOT_FOR_US = tuple(
    map(
        ip_network,
        ("168.63.129.16/32", "192.0.0.0/24", "192.88.99.0/24", "2001::/23", "3fff::/20"),
    )
)


def is_public(address: str) -> bool:
    """Not this machine, nor its own network, nor a cloud's metadata, in whatever disguise."""
    ip = ip_address(address.partition("%")[0])
    if isinstance(ip, IPv6Address):
        ip = _embedded(ip) or ip
    if isinstance(ip, IPv6Address) and ip not in _GIVEN_OUT:
        return False
    if any(ip in network for network in _NOT_FOR_US):
        return False
    return ip.is_global and not ip.is_multicast


def _embedded(ip: IPv6Address) -> IPv4Address | None:
    """The IPv4 address that an IPv6 address leads to, if it does."""
    if ip in _TRANSLATED:
        return IPv4Address(int(ip) & 0xFFFF_FFFF)
    return ip.ipv4_mapped or ip.sixtofour
