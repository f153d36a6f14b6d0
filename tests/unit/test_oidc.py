"""Sign-in by an identity service: what it says counts only if all of it is right."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from services.cases.adapters.oidc import IdentityService
from services.cases.domain.identity import Identity, NotSignedIn, OidcClient
from shared.clock import system_now
from tests.support.identity import (
    CLIENT_ID,
    CLIENT_SECRET,
    IdentityProvider,
    an_identity_provider,
)

BACK = "http://127.0.0.1:8000/oidc/svar"
VERIFIER = "v" * 48
HOUR = 3600


@pytest.fixture
def provider() -> Iterator[IdentityProvider]:
    with an_identity_provider() as made:
        yield made


def client(provider: IdentityProvider, **more: Any) -> OidcClient:
    return OidcClient(provider.url, CLIENT_ID, CLIENT_SECRET, loopback=True, **more)


def service(provider: IdentityProvider, **more: Any) -> IdentityService:
    return IdentityService(client(provider, **more))


def signed_in(provider: IdentityProvider, at: IdentityService) -> Identity:
    """The whole way: to the service with the browser, and back with a code."""
    sent = provider.sign_in(at.address("state-1", "nonce-1", VERIFIER, BACK))
    return at.who(sent["code"], "nonce-1", VERIFIER, BACK, system_now())


def refusal(provider: IdentityProvider, at: IdentityService | None = None) -> str:
    with pytest.raises(NotSignedIn) as refused:
        signed_in(provider, at or service(provider))
    return refused.value.code


def now_and(seconds: float) -> int:
    return int((system_now() + timedelta(seconds=seconds)).timestamp())


@pytest.mark.parametrize(
    ("alg", "kid", "key"),
    [("RS256", "first", "rsa"), ("PS256", "first", "rsa"), ("ES256", "curve", "ec")],
)
def test_who_has_signed_in_is_named_by_the_token(
    provider: IdentityProvider, alg: str, kid: str, key: str
) -> None:
    provider.header, provider.key = {"alg": alg, "kid": kid}, key
    found = signed_in(provider, service(provider))
    assert found == Identity(provider.url, "4711", "anna.lindqvist@exempelkommun.example")
    assert found.key == f"{provider.url} 4711"


def test_the_browser_is_sent_with_a_challenge_and_without_the_verifier(
    provider: IdentityProvider,
) -> None:
    address = service(provider).address("state-1", "nonce-1", VERIFIER, BACK)
    assert address.startswith(f"{provider.url}/authorize?response_type=code&")
    assert "code_challenge_method=S256" in address
    assert VERIFIER not in address
    assert CLIENT_SECRET not in address


@pytest.mark.parametrize(
    ("header", "key", "why"),
    [
        ({"alg": "none"}, "rsa", "bad-token"),
        ({"alg": "HS256", "kid": "first"}, "rsa", "bad-token"),
        ({"alg": "RS384", "kid": "first"}, "rsa", "bad-token"),
        ({"alg": "RS256", "kid": "first"}, "other", "bad-token"),  # another's key of that name
        ({"alg": "RS256", "kid": "unheard-of"}, "rsa", "unknown-key"),
    ],
)
def test_a_token_is_signed_by_the_services_own_key(
    provider: IdentityProvider, header: dict[str, Any], key: str, why: str
) -> None:
    provider.header, provider.key = header, key
    assert refusal(provider) == why


@pytest.mark.parametrize(
    ("claims", "why"),
    [
        ({"iss": "https://login.annan.example"}, "wrong-issuer"),
        ({"iss": None}, "wrong-issuer"),
        ({"aud": "another-program"}, "wrong-audience"),
        ({"aud": None}, "wrong-audience"),
        ({"aud": [CLIENT_ID, "another-program"]}, "wrong-party"),
        ({"azp": "another-program"}, "wrong-party"),
        ({"nonce": "nonce-of-another"}, "wrong-nonce"),
        ({"nonce": None}, "wrong-nonce"),
        ({"exp": now_and(-120)}, "expired"),
        ({"exp": None}, "expired"),
        ({"exp": "tomorrow"}, "expired"),
        ({"exp": 1e300}, "expired"),
        ({"iat": now_and(HOUR)}, "wrong-time"),
        ({"iat": now_and(-HOUR)}, "wrong-time"),
        ({"nbf": now_and(HOUR)}, "wrong-time"),
        ({"sub": None}, "no-subject"),
        ({"sub": ""}, "no-subject"),
        ({"sub": "x" * 256}, "no-subject"),
        ({"email": None}, "no-claim"),
        ({"email": ["anna.lindqvist@exempelkommun.example"]}, "no-claim"),
        ({"email_verified": False}, "not-verified"),
        ({"email_verified": None}, "not-verified"),
        ({"email_verified": "true"}, "not-verified"),
    ],
)
def test_a_token_is_for_us_now_and_for_this_one_sign_in(
    provider: IdentityProvider, claims: dict[str, Any], why: str
) -> None:
    provider.claims = claims
    assert refusal(provider) == why


def test_two_clocks_may_differ_by_a_minute(provider: IdentityProvider) -> None:
    provider.claims = {"exp": now_and(-30), "iat": now_and(30)}
    assert signed_in(provider, service(provider)).subject == "4711"


def test_the_municipality_decides_which_claim_names_somebody(provider: IdentityProvider) -> None:
    provider.claims = {"preferred_username": "anna", "email_verified": False}
    at = service(provider, claim="preferred_username")
    assert signed_in(provider, at).named == "anna"
    assert signed_in(provider, service(provider, verified=False)).named.startswith("anna.")


def test_a_code_is_good_for_one_time(provider: IdentityProvider) -> None:
    at = service(provider)
    sent = provider.sign_in(at.address("state-1", "nonce-1", VERIFIER, BACK))
    at.who(sent["code"], "nonce-1", VERIFIER, BACK, system_now())
    with pytest.raises(NotSignedIn, match="service-400"):
        at.who(sent["code"], "nonce-1", VERIFIER, BACK, system_now())


def test_a_code_that_somebody_else_asked_for_is_worth_nothing(provider: IdentityProvider) -> None:
    at = service(provider)
    sent = provider.sign_in(at.address("state-1", "nonce-1", VERIFIER, BACK))
    with pytest.raises(NotSignedIn, match="service-400"):
        at.who(sent["code"], "nonce-1", "w" * 48, BACK, system_now())


def test_new_keys_are_fetched_when_a_token_has_one_and_once_a_minute_at_most(
    provider: IdentityProvider,
) -> None:
    seconds = [0.0]
    at = IdentityService(client(provider), clock=lambda: seconds[0])
    signed_in(provider, at)
    assert provider.asked.count("/keys") == 1
    provider.shown, provider.key = ["new"], "new"
    provider.header = {"alg": "RS256", "kid": "second"}
    assert refusal(provider, at) == "unknown-key"
    seconds[0] = 61
    assert signed_in(provider, at).subject == "4711"
    provider.header = {"alg": "RS256", "kid": "made-up"}
    for _ in range(5):
        assert refusal(provider, at) == "unknown-key"
    assert provider.asked.count("/keys") == 2


def test_what_is_known_of_the_service_is_kept_for_an_hour(provider: IdentityProvider) -> None:
    seconds = [0.0]
    at = IdentityService(client(provider), clock=lambda: seconds[0])
    signed_in(provider, at)
    signed_in(provider, at)
    assert provider.asked.count("/.well-known/openid-configuration") == 1
    seconds[0] = HOUR
    signed_in(provider, at)
    assert provider.asked.count("/.well-known/openid-configuration") == 2


@pytest.mark.parametrize(
    ("about", "why"),
    [
        ({"issuer": "https://login.annan.example"}, "wrong-issuer"),
        ({"token_endpoint": "http://login.annan.example/token"}, "wrong-address"),
        ({"jwks_uri": "file:///etc/passwd"}, "wrong-address"),
        ({"authorization_endpoint": None}, "wrong-address"),
    ],
)
def test_the_service_is_the_one_that_was_set_and_is_asked_over_https_alone(
    provider: IdentityProvider, about: dict[str, Any], why: str
) -> None:
    provider.about = about
    assert refusal(provider) == why


@pytest.mark.parametrize(("status", "why"), [(302, "service-302"), (500, "service-500")])
def test_no_redirect_is_followed(provider: IdentityProvider, status: int, why: str) -> None:
    provider.status = status
    assert refusal(provider) == why
    assert "/elsewhere" not in provider.asked


def test_an_answer_is_read_so_far_and_no_further(provider: IdentityProvider) -> None:
    provider.about = {"padding": "x" * 300_000}
    assert refusal(provider) == "too-much"


def test_a_service_that_is_away_is_a_refusal(provider: IdentityProvider) -> None:
    at = IdentityService(OidcClient("http://127.0.0.1:9", "samspel", "s", loopback=True))
    with pytest.raises(NotSignedIn, match="service-away"):
        at.address("state-1", "nonce-1", VERIFIER, BACK)


def test_an_answer_that_says_whose_it_is_is_this_services(provider: IdentityProvider) -> None:
    at = service(provider)
    at.check_sender(None)
    at.check_sender(provider.url)
    with pytest.raises(NotSignedIn, match="wrong-issuer"):
        at.check_sender("https://login.annan.example")
    provider.about = {"authorization_response_iss_parameter_supported": True}
    with pytest.raises(NotSignedIn, match="wrong-issuer"):
        service(provider).check_sender(None)


@pytest.mark.parametrize(
    ("issuer", "loopback"),
    [
        ("http://login.exempelkommun.example", True),
        ("http://127.0.0.1:8080", False),
        ("login.exempelkommun.example", True),
        ("https://", True),
        ("https://somebody@login.exempelkommun.example", True),
        ("https://login.exempelkommun.example/?tenant=1", True),
    ],
)
def test_an_issuer_is_reached_encrypted(issuer: str, loopback: bool) -> None:
    with pytest.raises(ValueError, match=r"https://|neither"):
        OidcClient(issuer, "samspel", "s", loopback=loopback)


def test_the_secret_stands_in_no_text_about_the_client() -> None:
    made = OidcClient("https://login.exempelkommun.example", "samspel", CLIENT_SECRET)
    assert CLIENT_SECRET not in repr(made)
