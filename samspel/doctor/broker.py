"""Valkey or Redis: the doorbell."""

from collections.abc import Iterator

import redis

from samspel.doctor.findings import Finding, fail, ok, warn
from shared.broker_address import BrokerAddress
from shared.queue import plain_client

_SECONDS = 5.0
_OLDEST = 7


def check_broker(url: str) -> Iterator[Finding]:
    """It answers, is new enough, lets itself be written to, and never throws a key away."""
    if not url:
        yield fail("SAMSPEL_BROKER_URL saknas.", "Sätt den: redis://värd:6379/0")
        return
    try:
        with plain_client(BrokerAddress.read(url), seconds=_SECONDS) as server:
            known = server.info()
            yield _version(known)
            server.set("samspel:doctor", "1", px=1000)
            yield ok("Det går att skriva.")
    except ValueError:
        yield fail(
            "SAMSPEL_BROKER_URL är ingen adress som Samspel kan använda.",
            "Skriv den som redis://värd:6379/0, eller med TLS som rediss://värd:6379/0 (med egen"
            " utfärdare rediss://värd:6379/0?ssl_ca_certs=/fil.pem, en fil som finns).",
        )
        return
    except redis.AuthenticationError:
        yield fail("Lösenordet tas inte emot.", "Rätta SAMSPEL_BROKER_URL.")
        return
    except redis.RedisError as error:
        yield fail(
            f"Servern svarar inte som den ska ({type(error).__name__}).",
            "Se efter att den är igång, nås härifrån, har minne kvar och, med rediss://, ett"
            " certifikat som gäller för dess namn. Inget går förlorat medan den är borta.",
        )
        return
    yield _policy(str(known.get("maxmemory_policy", "")))


def _version(known: dict[str, object]) -> Finding:
    version = str(known.get("valkey_version") or known.get("redis_version") or "0")
    name = "Valkey" if "valkey_version" in known else "Redis"
    if int(version.partition(".")[0]) < _OLDEST:
        return fail(f"{name} {version} är för gammal.", f"Använd version {_OLDEST} eller senare.")
    return ok(f"{name} {version} svarar.")


def _policy(policy: str) -> Finding:
    if policy == "noeviction":
        return ok("Inget kastas när minnet tar slut (noeviction).")
    return warn(
        f"maxmemory-policy är «{policy or 'okänd'}».",
        "Sätt maxmemory-policy till noeviction: annars kan en väckning försvinna, och arbetet blir"
        " några sekunder senare.",
    )
