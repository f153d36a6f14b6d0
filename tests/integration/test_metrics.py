"""What Prometheus is told: how the machinery is, and nothing of any case or person."""

import httpx2 as httpx
import pytest
from prometheus_client.parser import text_string_to_metric_families

from services.cases.domain.operations import Kept
from tests.integration.cases_house import METRICS_TOKEN, OWNER, TOKEN, CasesHouse

HOUR = 3600


def scraped(house: CasesHouse, token: str | None = METRICS_TOKEN) -> httpx.Response:
    authorization = {"Authorization": f"Bearer {token}" if token else ""}
    return house.client.get("/metrics", headers=authorization)


def values(house: CasesHouse) -> dict[tuple[str, tuple[str, ...]], float]:
    """Each sample by its name and what its labels say."""
    answer = scraped(house)
    assert answer.status_code == 200, answer.text
    return {
        (sample.name.removeprefix("samspel_"), tuple(sample.labels.values())): sample.value
        for family in text_string_to_metric_families(answer.text)
        for sample in family.samples
    }


def test_only_who_shows_the_token_for_it_is_answered(cases_alone: CasesHouse) -> None:
    for token in (None, TOKEN, "another-token-that-is-as-long-as-that"):
        answer = scraped(cases_alone, token)
        assert answer.status_code == 401
        assert "samspel_" not in answer.text
    answer = scraped(cases_alone)
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("text/plain")


def test_what_waits_is_told_with_its_age_whichever_process_is_asked(
    cases_alone: CasesHouse,
) -> None:
    cases_alone.execute(
        "INSERT INTO bus.heartbeats VALUES"
        " ('cases', clock_timestamp()), ('scheduler', clock_timestamp() - interval '1 hour')"
    )
    cases_alone.set_clock("2027-03-01T08:00:00+01:00")
    cases_alone.signed_case()
    cases_alone.execute(
        "UPDATE bus.deliveries SET state = 'set-aside', error = 'KeyError' WHERE event_id ="
        " (SELECT max(event_id) FROM bus.deliveries WHERE subscriber = 'scheduler')"
    )
    cases_alone.set_clock("2027-03-01T09:00:00+01:00")
    told = values(cases_alone)
    assert told["heartbeat_age_seconds", ("cases",)] < 60
    assert told["heartbeat_age_seconds", ("scheduler",)] == pytest.approx(HOUR, abs=60)
    assert told["heartbeat_age_seconds", ("notifier",)] == float("inf")
    assert told["events_waiting", ("scheduler",)] > 0
    assert told["event_oldest_age_seconds", ("scheduler",)] == HOUR
    assert told["event_oldest_age_seconds", ("cases",)] == 0
    assert told["events_set_aside", ("scheduler",)] == 1
    assert told["events_set_aside", ("cases",)] == 0
    assert told["messages", ("unknown",)] == 0
    assert told["mail_paused_seconds", ()] == told["mail_held_seconds", ()] == 0
    assert told["inbound_quarantined", ()] == 0
    assert told["events_published_total", ()] > 0


def test_X3_a_route_is_told_by_its_template_and_nothing_of_a_case_or_a_person_is(
    cases_alone: CasesHouse,
) -> None:
    case = cases_alone.signed_case()
    cases_alone.booked(case)
    cases_alone.get(f"cases/{case['id']}")
    cases_alone.client.get("/r/a-link-that-somebody-has-guessed")
    cases_alone.client.get("/alva/kim-exempel")
    cases_alone.client.request("ALVA", "/healthz")
    told, text = values(cases_alone), scraped(cases_alone).text
    assert told["http_requests_total", ("GET", "/api/v1/cases/{case_id}", "2xx")] > 0
    assert told["http_requests_total", ("GET", "none", "4xx")] > 0
    assert told["http_request_seconds_count", ("POST", "/api/v1/cases")] > 0
    for kept in (case["reference"], case["id"], OWNER, "guessed", "lva", "kim", "Anna", "@"):
        assert kept not in text


def test_S10_how_limits_are_kept_is_a_share_and_never_about_fewer_than_five() -> None:
    assert Kept("R9", 4, 0).share is None
    assert Kept("R9", 2, 2).share is None
    assert Kept("R9", 4, 1).share == 0.8
    assert Kept("R9", 2, 1_000).share == 0.0
