"""The clock of demo mode over HTTP: what it takes, and that it starts by itself."""

from typing import Any

import pytest

from tests.integration.cases_house import CasesHouse

NOW = "2027-03-01T08:00:00+01:00"


@pytest.mark.parametrize(
    ("field", "value"),
    [
        *[("advance", wrong) for wrong in (1, 0.5, True, "", "P", "PT", "1", "01:00", "1 day")],
        *[("advance", wrong) for wrong in ("-P1D", "P-1D", "P1Y", "P1M", "P1DT", "p1d", " P1D")],
        *[("advance", wrong) for wrong in ("P1W2D", "P99999D", "P99999999999D", ["P1D"])],
        *[("now", wrong) for wrong in (1804766400, True, "2027-03-02", "2027-03-02T08:00", "now")],
        *[("now", wrong) for wrong in ("2027-02-30T08:00:00Z", "2027-02-28T08:00:00Z")],
        *[("now", wrong) for wrong in ("2040-01-01T00:00:00Z", "9999-12-31T23:59:59Z")],
        ("now (?)", None),
    ],
)
def test_what_is_no_time_or_duration_is_refused_by_field(
    cases: CasesHouse, field: str, value: Any
) -> None:
    body = {"new": "hemligt"} if field == "now (?)" else {field: value}
    named = "body (?)" if field == "now (?)" else field
    answer = cases.client.post("/api/v1/clock", json=body)
    assert answer.status_code == 422, answer.text
    assert named in [error["field"] for error in answer.json()["errors"]]
    assert cases.get("clock") == {"now": NOW}


@pytest.mark.parametrize("body", [{}, {"now": NOW, "advance": "P1D"}, [], None, {"now": None}])
def test_either_a_time_or_a_duration_is_given(cases: CasesHouse, body: Any) -> None:
    answer = cases.client.post("/api/v1/clock", json=body)
    assert answer.status_code == 422
    assert [error["field"] for error in answer.json()["errors"]] == ["body"]


@pytest.mark.parametrize(
    ("body", "then"),
    [
        ({"advance": "P14D"}, "2027-03-15T08:00:00+01:00"),
        ({"advance": "P2W"}, "2027-03-15T08:00:00+01:00"),
        ({"advance": "P0D"}, NOW),
        ({"advance": "PT90M"}, "2027-03-01T09:30:00+01:00"),
        ({"advance": "P1DT2H3M4S"}, "2027-03-02T10:03:04+01:00"),
        ({"advance": "P28D"}, "2027-03-29T08:00:00+02:00"),
        ({"now": "2027-03-02T08:00:05Z"}, "2027-03-02T09:00:05+01:00"),
        ({"now": "2038-12-31T08:00:00+01:00"}, "2038-12-31T08:00:00+01:00"),
    ],
)
def test_the_clock_goes_to_a_time_or_on_by_a_duration(
    cases: CasesHouse, body: dict[str, str], then: str
) -> None:
    assert cases.post("clock", body) == {"now": then}


def test_a_clock_that_nobody_has_started_follows_real_time_until_it_is_moved(
    cases: CasesHouse,
) -> None:
    cases.execute("DELETE FROM clock.hand")
    before = cases.get("clock")["now"]
    cases.post("clock", {"advance": "P1D"})
    moved = cases.get("clock")["now"]
    assert moved > before
    assert cases.get("clock")["now"] == moved
