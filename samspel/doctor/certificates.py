"""How long a server's certificate lasts."""

import ssl
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from samspel.doctor.findings import Finding, fail, ok, warn

_SOON, _VERY_SOON = timedelta(days=21), timedelta(days=3)


def lasts(certificate: Mapping[str, Any] | None, now: datetime) -> Finding:
    """`certificate`: as `ssl` tells of one that it has found valid."""
    until = (certificate or {}).get("notAfter")
    if not isinstance(until, str):
        return warn("Certifikatets sista dag går inte att läsa.", "Se efter den på servern.")
    left = datetime.fromtimestamp(ssl.cert_time_to_seconds(until), UTC) - now
    said = f"Certifikatet gäller i {left.days} dagar till."
    if left < _VERY_SOON:
        return fail(said, "Förnya det nu: sedan går inget fram.")
    return (
        warn(said, "Förnya det, och se varför det inte sker av sig självt.")
        if left < _SOON
        else ok(said)
    )
