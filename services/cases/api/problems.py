"""Every error as application/problem+json: what is wrong, by which rule; never what was sent."""

import logging
from collections.abc import Callable, Mapping, Sequence
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, Response
from psycopg_pool import PoolTimeout
from starlette.exceptions import HTTPException

from services.cases.domain.refused import (
    Invalid,
    Language,
    NotAllowed,
    NotFound,
    Refused,
    Words,
)
from shared.db import IN_THE_WAY
from shared.domain.days import STOCKHOLM
from shared.logs import places

log = logging.getLogger(__name__)

# Of a status, and of the rule that refused, if one did.
FailedPage = Callable[[Request, int, Refused | None], Response]
# What programs ask for; all else is opened by people.
_PROGRAMS = ("/api/", "/healthz", "/readyz", "/metrics", "/openapi.json", "/static/")

_TITLES = {
    400: Words("Det går inte att läsa", "It cannot be read"),
    401: Words("Inte inloggad", "Not signed in"),
    403: Words("Inte tillåtet", "Not allowed"),
    404: Words("Finns inte", "Not found"),
    405: Words("Går inte att göra här", "Not possible here"),
    409: Words("Krockar med något", "In conflict"),
    413: Words("För stort", "Too large"),
    415: Words("Fel format", "Wrong format"),
    422: Words("Uppgifterna stämmer inte", "The data is not valid"),
    500: Words("Något gick fel hos oss", "Something went wrong here"),
    503: Words("Inte redo", "Not ready"),
    504: Words("Det tog för lång tid", "It took too long"),
}
_DETAILS = {
    400: Words("Skicka giltig JSON i UTF-8.", "Send valid JSON in UTF-8."),
    401: Words(
        "Skicka API-nyckeln: Authorization: Bearer …", "Send the API token: Authorization: Bearer …"
    ),
    403: Words("Det går bara i demoläge.", "This is possible in demo mode only."),
    404: NotFound.detail,
    405: Words("Använd en annan metod, se /openapi.json.", "Use another method: /openapi.json."),
    413: Words(
        "Skicka högst 256 kB, eller för ett utskick högst 30 MB.",
        "Send at most 256 kB, or for a dispatch at most 30 MB.",
    ),
    415: Words("Skicka text i UTF-8.", "Send text in UTF-8."),
    422: Words(
        "Rätta det som står under errors och skicka igen. Inget har sparats.",
        "Mend what stands under errors and send it again. Nothing was saved.",
    ),
    500: Words(
        "Försök igen om en stund. Inget har sparats.", "Try again in a while. Nothing was saved."
    ),
    503: Words("Försök igen om en stund.", "Try again in a while."),
}
_MESSAGES = {
    "missing": Words("saknas", "is missing"),
    "extra_forbidden": Words("okänt fält", "unknown field"),
    "string_type": Words("ska vara text", "must be text"),
    "string_unicode": Words("ska vara giltig text", "must be valid text"),
    "string_too_short": Words("är för kort", "is too short"),
    "string_too_long": Words("är för lång", "is too long"),
    "string_pattern_mismatch": Words("har inte formen av en kod", "does not have a code's form"),
    "bool_type": Words("ska vara true eller false", "must be true or false"),
    "int_type": Words("ska vara ett heltal", "must be a whole number"),
    "int_parsing": Words("ska vara ett heltal", "must be a whole number"),
    "int_from_float": Words("ska vara ett heltal", "must be a whole number"),
    "greater_than_equal": Words("är för litet", "is too small"),
    "less_than_equal": Words("är för stort", "is too large"),
    "list_type": Words("ska vara en lista", "must be a list"),
    "too_long": Words("har för många delar", "has too many parts"),
    "too_short": Words("har för få delar", "has too few parts"),
    "enum": Words("är ingen av koderna", "is none of the codes"),
    "literal_error": Words("är ingen av koderna", "is none of the codes"),
    "json_invalid": Words("är inte giltig JSON", "is not valid JSON"),
    "model_attributes_type": Words("ska vara ett JSON-objekt", "must be a JSON object"),
    "dict_type": Words("ska vara ett JSON-objekt", "must be a JSON object"),
    "day_form": Words("ska vara en dag: 2027-03-01", "must be a date: 2027-03-01"),
    "date_from_datetime_parsing": Words("är ingen dag", "is no date"),
    "date_parsing": Words("är ingen dag", "is no date"),
    "datetime_parsing": Words("är ingen tid", "is no time"),
    "datetime_from_date_parsing": Words("är ingen tid", "is no time"),
    "timezone_aware": Words("ska ha tidszon", "must have an offset"),
    "instant_form": Words(
        "ska vara en tid med tidszon: 2027-03-09T13:00:00+01:00",
        "must be a time with offset: 2027-03-09T13:00:00+01:00",
    ),
    "id_form": Words("ska vara ett id (UUID)", "must be an id (UUID)"),
    "year_range": Words("ska ligga mellan 1900 och 2199", "must lie between 1900 and 2199"),
    "whole_minute": Words("ska vara en hel minut", "must be a whole minute"),
    "empty_text": Words("får inte vara tomt", "must not be empty"),
    "control_characters": Words(
        "får inte innehålla styrtecken", "must not hold control characters"
    ),
    "personal_number": Words(
        "ser ut att innehålla ett personnummer, som Samspel inte behöver: ta bort det (ett"
        " telefonnummer skrivs med bindestreck efter riktnumret)",
        "seems to hold a personal number, which Samspel doesn't need: take it out (a phone number"
        " has a hyphen after its area code)",
    ),
    "mail_address": Words(
        "är ingen e-postadress (namn@domän, utan å, ä, ö före @)",
        "is no mail address (name@domain, ASCII before the @)",
    ),
    "nothing_to_move": Words(
        "ange starts_at, minutes eller place", "give starts_at, minutes or place"
    ),
    "twice_named": Words("nämner något två gånger", "names something twice"),
    "nothing_to_change": Words("ange minst ett fält", "give at least one field"),
    "phone_form": Words(
        "ska vara ett telefonnummer: siffror, mellanslag och bindestreck",
        "must be a phone number: digits, spaces and hyphens",
    ),
    "one_of_both": Words("ange now eller advance", "give now or advance"),
    "duration_form": Words(
        "ska vara en tidsrymd i veckor, dagar eller timmar: P14D, PT12H",
        "must be a duration in weeks, days or hours: P14D, PT12H",
    ),
    "base64_form": Words("ska vara en fil i base64", "must be a file in base64"),
    "float_parsing": Words("ska vara ett tal", "must be a number"),
}
_OTHERWISE = Words("stämmer inte", "is not valid")


def language_of(request: Request) -> Language:
    """Swedish, unless the caller would rather have English."""
    weights: dict[str, float] = {}
    for part in request.headers.get("accept-language", "")[:200].lower().split(","):
        tag, _, quality = part.strip().partition(";q=")
        try:
            weights.setdefault(tag.split("-")[0], float(quality or 1))
        except ValueError:
            continue
    return "en" if weights.get("en", 0) > weights.get("sv", 0) else "sv"


def problem(
    status: int,
    language: Language,
    *,
    code: str | None = None,
    title: str | None = None,
    detail: str | None = None,
    headers: Mapping[str, str] | None = None,
    **more: Any,
) -> JSONResponse:
    """An answer that says what is wrong; `more` are further members, left out when None."""
    phrase = HTTPStatus(status).phrase
    body = {
        "type": f"urn:samspel:problem:{code or phrase.lower().replace(' ', '-')}",
        "title": title or _said(_TITLES, status, language) or phrase,
        "status": status,
        "detail": detail or _said(_DETAILS, status, language) or phrase,
        **{name: value for name, value in more.items() if value is not None},
    }
    return JSONResponse(body, status, headers, media_type="application/problem+json")


def install(app: FastAPI) -> None:
    """Every way in which a request can fail ends here."""
    app.add_exception_handler(Refused, _refused)
    app.add_exception_handler(RequestValidationError, _not_valid)
    app.add_exception_handler(HTTPException, _http)
    app.add_exception_handler(PoolTimeout, _unavailable)
    for error in IN_THE_WAY:
        app.add_exception_handler(error, _unavailable)


def failed(
    request: Request,
    status: int,
    headers: Mapping[str, str] | None = None,
    refused: Refused | None = None,
    **more: Any,
) -> Response:
    """A problem; but a page to whoever reads pages, if the application has pages (X13)."""
    page: FailedPage | None = getattr(request.app.state, "failed_page", None)
    if page is not None and not request.url.path.startswith(_PROGRAMS):
        answer = page(request, status, refused)
        answer.headers.update(headers or {})
        return answer
    return problem(status, language_of(request), headers=headers, **more)


def broken(request: Request, error: Exception) -> Response:
    """What nobody has foreseen. Logged without the error's text, which could hold personal data."""
    where = " ".join(places(error.__traceback__))
    log.error("%s failed: %s at %s", request.method, type(error).__name__, where)
    return failed(request, 500)


def _refused(request: Request, refused: Exception) -> Response:
    assert isinstance(refused, Refused)
    language = language_of(request)
    detail = refused.detailed(language)
    errors = None
    status = 409
    if isinstance(refused, NotFound):
        status = 404
    if isinstance(refused, NotAllowed):
        status = 403
    if isinstance(refused, Invalid):
        status, errors = 422, [{"field": refused.field, "message": detail}]
    return failed(
        request,
        status,
        refused=refused,
        code=refused.code,
        title=refused.titled(language),
        detail=detail,
        rule=refused.cited,
        errors=errors,
        alternatives=[instant.astimezone(STOCKHOLM).isoformat() for instant in refused.offers]
        or None,
    )


def _not_valid(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)
    language = language_of(request)
    wrong = error.errors()
    if any(part["loc"][0] == "path" for part in wrong):
        return failed(request, 404)  # no id of that form exists
    if any(part["type"] == "json_invalid" for part in wrong):
        return failed(request, 400)
    errors = [
        {
            "field": _field(part["loc"], unknown=part["type"] == "extra_forbidden"),
            "message": _MESSAGES.get(part["type"], _OTHERWISE).said(language, {}),
        }
        for part in wrong[:20]
    ]
    return failed(request, 422, errors=errors)


def _field(loc: Sequence[int | str], *, unknown: bool) -> str:
    """The path of what is wrong; the name of an unknown field is input, so its place is named."""
    inside = loc[1:-1] if unknown else loc[1:]
    path = ".".join(str(part) for part in inside)
    path = path or str(loc[0])
    return f"{path} (?)" if unknown else path


def _http(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    return failed(request, error.status_code, error.headers)


def _unavailable(request: Request, error: Exception) -> Response:
    log.warning("The database doesn't answer: %s", type(error).__name__)
    return failed(request, 503, {"Retry-After": "5"})


def _said(words: Mapping[int, Words], status: int, language: Language) -> str | None:
    return words[status].said(language, {}) if status in words else None
