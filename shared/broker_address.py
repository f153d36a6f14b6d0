"""Where the broker is, and how it is spoken to: one reading of the setting, for all who connect.

In clear (`redis://`), or over TLS with a certificate that is checked (`rediss://`). Celery and the
client of Redis read such URLs differently, down to speaking in clear where TLS was asked for: so
what is neither is refused, and how TLS is spoken is told to both in the same words.
"""

import ssl
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self
from urllib.parse import SplitResult, parse_qsl, urlsplit

_CA = "ssl_ca_certs"
_HOW = (
    "must be redis://:password@host:6379/0, or rediss:// for TLS (with an authority of your own"
    " rediss://…/0?ssl_ca_certs=/file.pem); other signs in the password as %40, %3A, %2F, %3B"
)


@dataclass(frozen=True, slots=True)
class BrokerAddress:
    """`url` without what it says about TLS; `tls`: how it is spoken, nothing if in clear."""

    url: str = field(repr=False)
    tls: dict[str, Any]

    @classmethod
    def read(cls, said: str) -> Self:
        """Raises ValueError in one line, without the password."""
        try:
            parts = urlsplit(said)
            told = dict(parse_qsl(parts.query, strict_parsing=bool(parts.query)))
            whole = _is_whole(parts) and ";" not in said
        except ValueError:
            raise ValueError(_HOW) from None
        clear = said.startswith("redis://") and not told
        if not whole or not (clear or (said.startswith("rediss://") and told.keys() <= {_CA})):
            raise ValueError(_HOW)
        url = said.partition("?")[0]
        return cls(url, {} if clear else _tls(told.get(_CA)))


def _is_whole(parts: SplitResult) -> bool:
    """Raises ValueError for a port that is none."""
    database = parts.path.removeprefix("/")
    return (
        bool(parts.hostname)
        and (parts.port is None or parts.port > 0)
        and (not database or database.isdecimal())
        and not parts.fragment
    )


def _tls(authority: str | None) -> dict[str, Any]:
    checked: dict[str, Any] = {"ssl_cert_reqs": "required", "ssl_check_hostname": True}
    if authority is None:
        return checked
    if not Path(authority).is_file():
        raise ValueError(f"{_CA}: the file doesn't exist")
    try:
        ssl.create_default_context(cafile=authority)
    except OSError:
        raise ValueError(f"{_CA}: the file holds no certificate in PEM format") from None
    return checked | {_CA: authority}
