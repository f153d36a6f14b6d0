"""The address that people use: it leads here, and is encrypted."""

import socket
import ssl
from collections.abc import Iterator
from ipaddress import ip_address
from urllib.parse import urlsplit

import httpx2

from samspel.doctor.certificates import lasts
from samspel.doctor.findings import Finding, fail, ok
from shared.clock import system_now

_SECONDS = 8.0


def check_website(url: str) -> Iterator[Finding]:
    """Asked from this machine, which may see another way to it than people do."""
    if not url:
        yield fail("SAMSPEL_PUBLIC_URL saknas.", "Sätt den: https://samspel.kommunen.example")
        return
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        yield fail(
            "SAMSPEL_PUBLIC_URL är ingen webbadress.",
            "Skriv den som https://samspel.kommunen.example",
        )
        return
    if parts.scheme == "http" and not _is_here(parts.hostname):
        yield fail(
            "SAMSPEL_PUBLIC_URL är utan kryptering.",
            "Sätt en proxy med certifikat framför webben, och använd https://.",
        )
    yield _answers(url)
    if parts.scheme == "https":
        yield _certificate(parts.hostname, parts.port or 443)


def _answers(url: str) -> Finding:
    try:
        answer = httpx2.get(f"{url.rstrip('/')}/healthz", timeout=_SECONDS)
    except httpx2.HTTPError as error:
        return fail(
            f"SAMSPEL_PUBLIC_URL går inte att nå ({type(error).__name__}).",
            "Se efter DNS, proxyn, certifikatet, och att webben är igång.",
        )
    if answer.status_code != 200 or '"status":"ok"' not in answer.text.replace(" ", ""):
        return fail(
            f"Något annat än Samspel svarar på SAMSPEL_PUBLIC_URL ({answer.status_code}).",
            "Se efter vart proxyn leder.",
        )
    return ok("Webben svarar på SAMSPEL_PUBLIC_URL.")


def _certificate(host: str, port: int) -> Finding:
    context = ssl.create_default_context()
    try:
        with (
            socket.create_connection((host, port), timeout=_SECONDS) as plain,
            context.wrap_socket(plain, server_hostname=host) as encrypted,
        ):
            return lasts(encrypted.getpeercert(), system_now())
    except ssl.SSLError:
        return fail("Certifikatet gäller inte för adressen.", "Byt det i proxyn.")
    except OSError as error:
        return fail(f"Certifikatet går inte att hämta ({type(error).__name__}).", "Se ovan.")


def _is_here(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False
