"""What Prometheus is told: how the machinery is, and nothing of any case or person."""

import json
from datetime import timedelta

import httpx2 as httpx
import pytest
from prometheus_client.parser import text_string_to_metric_families

from services.cases.api.watched import area_of
from services.cases.domain.operations import Kept, told_of
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
    assert told["heartbeat_age_seconds", ("inbound",)] == float("inf")
    assert told["events_waiting", ("scheduler",)] > 0
    assert told["event_oldest_age_seconds", ("scheduler",)] == HOUR
    assert told["event_oldest_age_seconds", ("cases",)] == 0
    assert told["events_set_aside", ("scheduler",)] == 1
    assert told["events_set_aside", ("cases",)] == 0
    assert told["messages", ("unknown",)] == 0
    assert told["mail_paused_seconds", ()] == told["mail_held_seconds", ()] == 0
    assert told["inbound_quarantined", ()] == 0
    assert told["events_published_total", ()] > 0


def test_a_sign_of_life_from_before_the_clock_was_set_back_is_none(cases_alone: CasesHouse) -> None:
    cases_alone.execute(
        "INSERT INTO bus.heartbeats VALUES ('cases', clock_timestamp() + interval '2 hours'),"
        " ('scheduler', clock_timestamp() + interval '30 seconds')"
    )
    told = values(cases_alone)
    assert told["heartbeat_age_seconds", ("cases",)] == float("inf")
    assert told["heartbeat_age_seconds", ("scheduler",)] == 0


def test_what_was_sent_again_after_an_attempt_without_an_answer_is_counted(
    cases_alone: CasesHouse,
) -> None:
    cases_alone.set_clock("2027-03-10T08:00:00+01:00")
    cases_alone.execute("SET session_replication_role = replica")  # they are of nobody's
    for began, doubts, day in ((1, 1, 9), (2, 1, 9), (2, 2, 9), (2, 0, 9), (2, 1, 8)):
        cases_alone.execute(
            "INSERT INTO notifier.messages (id, key, kind, ground, case_id, person_id, party,"
            " mailbox, address, language, rule, payload, message_id, due_at, useful_until,"
            " created_at, began, doubts, state) SELECT id, id, 'call', 'none', id, id, 'staff',"
            " 'a@b.example', 'a@b.example', 'sv', 'R1', '{}', id, at, at, at, %s, %s, 'accepted'"
            " FROM (SELECT gen_random_uuid() AS id, make_timestamptz(2027, 3, %s, 12, 0, 0) AS at)",
            began, doubts, day,
        )  # fmt: skip
    assert values(cases_alone)["messages_repeated", ()] == 2


def test_how_old_the_newest_backup_is_is_told_and_without_one_it_is_infinite(
    cases_alone: CasesHouse,
) -> None:
    note = "INSERT INTO cases.audit (at, actor, action) VALUES (clock_timestamp() - %s, 'x', %s)"
    cases_alone.execute(note, timedelta(days=8), "backup.made")
    cases_alone.execute(note, timedelta(), "rules.change")
    assert values(cases_alone)["backup_age_seconds", ()] == float("inf")
    cases_alone.execute(note, timedelta(hours=30), "backup.made")
    assert values(cases_alone)["backup_age_seconds", ()] == pytest.approx(30 * HOUR, abs=60)


def test_how_long_ago_it_was_looked_for_what_is_to_go_is_told(cases_alone: CasesHouse) -> None:
    assert values(cases_alone)["retention_age_seconds", ()] == float("inf")
    cases_alone.execute(
        "INSERT INTO cases.daily (look, done_on) VALUES ('retention', '2027-02-27')"
    )
    assert values(cases_alone)["retention_age_seconds", ()] == 56 * HOUR


def test_X3_what_was_asked_for_is_told_by_its_area_and_nothing_of_a_case_or_a_person_is(
    cases_alone: CasesHouse,
) -> None:
    case = cases_alone.signed_case()
    cases_alone.booked(case)
    cases_alone.get(f"cases/{case['id']}")
    cases_alone.client.get("/r/a-link-that-somebody-has-guessed")
    cases_alone.client.get("/alva/kim-exempel")
    cases_alone.client.request("ALVA", "/healthz")
    told, text = values(cases_alone), scraped(cases_alone).text
    assert told["http_requests_total", ("api", "GET", "2xx")] > 0
    assert told["http_requests_total", ("links", "GET", "4xx")] > 0
    assert told["http_requests_total", ("none", "GET", "4xx")] > 0
    assert told["http_request_seconds_count", ("api", "POST")] > 0
    assert "_created" not in text
    areas = {"api", "links", "feeds", "pages", "static", "watching", "none"}
    assert {labels[0] for name, labels in told if name == "http_requests_total"} <= areas
    for kept in (case["reference"], case["id"], OWNER, "guessed", "lva", "kim", "Anna", "@"):
        assert kept not in text


def test_S10_how_limits_are_kept_is_a_share_and_never_about_fewer_than_five() -> None:
    assert Kept("R9", 4, 0).share is None
    assert Kept("R9", 2, 2).share is None
    assert Kept("R9", 4, 1).share == 0.8
    assert Kept("R9", 2, 1_000).share == 0.0
    assert Kept("R9", 5, 1).share == Kept("R9", 100, 25).share == 0.8
    assert Kept("R9", 999, 1).share == 0.95


def test_S10_a_share_stays_until_five_more_are_decided_so_no_childs_outcome_is_read_off() -> None:
    told = told_of({}, [Kept("R9", 4, 1), Kept("R1", 4, 0)])
    assert told == {"R9": Kept("R9", 4, 1)}
    for met, missed in ((5, 1), (4, 2), (8, 1), (4, 5), (3, 1), (1, 0)):
        assert told_of(told, [Kept("R9", met, missed)]) == told
    assert told_of(told, [Kept("R9", 9, 1)]) == {"R9": Kept("R9", 9, 1)}
    assert told_of({"R9": Kept("R9", 8, 1)}, [Kept("R9", 4, 0)]) == {}
    assert told_of(told, []) == {}


def test_S10_limits_are_counted_once_a_day(cases_alone: CasesHouse) -> None:
    """On days that no other test asks on, since they share a web process."""
    cases_alone.set_clock("2027-04-07T08:00:00+02:00")
    case = cases_alone.signed_case()
    decided = [{"step": "x", "state": "met", "rule": "S10"}] * 5

    def share_when(windows: list[dict[str, str]]) -> float | None:
        cases_alone.execute(
            "INSERT INTO scheduler.plans (case_id, windows) VALUES (%s, %s)"
            " ON CONFLICT (case_id) DO UPDATE SET windows = excluded.windows",
            case["id"], json.dumps(windows),
        )  # fmt: skip
        return values(cases_alone).get(("windows_kept_ratio", ("S10",)))

    assert share_when(decided) == 1.0
    missed = [one | {"state": "missed"} for one in decided]
    assert share_when(decided + missed) == 1.0
    cases_alone.set_clock("2027-04-08T00:01:00+02:00")
    assert share_when(decided + missed) == 0.5


@pytest.mark.parametrize(
    ("route", "asked", "area"),
    [
        ("/r/{token}/samtycke", "/r/a/samtycke", "links"), ("/u/{token}", "/u/a", "links"),
        ("/f/{token}", "/f/a", "feeds"), ("/orosanmalan", "/orosanmalan", "pages"),
        ("/api/v1/reports", "/api/v1/reports", "api"), ("/", "/", "pages"),
        ("/readyz", "/readyz", "watching"), ("/static", "/static/a.css", "static"),
        ("none", "/api/v1/kim", "none"), ("none", "*", "none"),
    ],
)  # fmt: skip
def test_X3_withdrawals_and_reports_are_not_told_apart_from_all_else(
    route: str, asked: str, area: str
) -> None:
    assert area_of(route, asked) == area
