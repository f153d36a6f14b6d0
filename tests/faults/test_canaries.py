"""The canary search finds what is there, in whatever form: so «nothing» means that."""

import base64
import json
from email.message import EmailMessage
from pathlib import Path
from uuid import uuid4

import psycopg
import pytest
import redis

from tests.faults.canary import Canaries

SCHOOL = "Granitängsskolan"
SEARCH = Canaries((SCHOOL, "Zeolitasson"))


@pytest.mark.parametrize(
    "value",
    [
        f"hos {SCHOOL}.",
        SCHOOL.upper(),
        json.dumps({"unit": SCHOOL}),
        "Granit%C3%A4ngsskolan",
        "Granit=C3=A4ngsskolan",
        "Granita\u0308ngsskolan",
        SCHOOL.encode("latin-1"),
        repr(SCHOOL.encode()),
        base64.b64encode(f"namnet är {SCHOOL} här".encode()),
        base64.urlsafe_b64encode(f"??>{SCHOOL}".encode()),
        b"Granit=C3=\r\n=A4ngs=\r\nskolan",
        b"\xff\xfe " + SCHOOL.upper().encode() + b" \xff",
        "SUMMARY:Granitä\r\n ngsskolan",
    ],
)
def test_X3_a_canary_is_found_in_every_form(value: str | bytes) -> None:
    assert SEARCH.within(value) == [SCHOOL]


def test_X3_nothing_is_found_where_nothing_is() -> None:
    assert SEARCH.within("Björkskolan, Granit, Zeolit, son") == []


def test_X3_a_canary_is_found_in_every_part_of_a_mail() -> None:
    for where in ("subject", "text", "calendar", "file"):
        mail = EmailMessage()
        mail["Subject"] = SCHOOL if where == "subject" else "Möte"
        mail.set_content(f"På {SCHOOL}" if where == "text" else "På plats", cte="base64")
        mail.add_attachment(
            f"X:{SCHOOL}" if where == "calendar" else "X:",
            subtype="calendar",
            filename=f"{SCHOOL}.ics" if where == "file" else "mote.ics",
        )
        assert SEARCH.in_mail(mail.as_bytes()) == [f"{SCHOOL} in a mail"], where


def test_X3_a_canary_is_found_in_tables_but_not_in_those_of_cases(registered_url: str) -> None:
    with psycopg.connect(registered_url) as database:
        database.execute("UPDATE cases.people SET name = %s", [f"Vera {SCHOOL}"])
        database.commit()
        assert SEARCH.in_database(registered_url) == []
        assert SEARCH.missing_in_cases(registered_url) == ["Zeolitasson"]
        database.execute(
            "INSERT INTO bus.events (type, source, subject, time, data)"
            " VALUES ('x', 'y', %s, now(), %s)",
            [uuid4(), json.dumps({"of": SCHOOL})],
        )
        database.commit()
    assert SEARCH.in_database(registered_url) == [f"{SCHOOL} in bus.events"]


def test_X3_a_canary_is_found_in_redis_and_in_files(broker_url: str, tmp_path: Path) -> None:
    with redis.Redis.from_url(broker_url) as valkey:
        valkey.set("harmless", 1)
        assert SEARCH.in_redis(broker_url) == []
        valkey.lpush("queue", json.dumps({"body": base64.b64encode(SCHOOL.encode()).decode()}))
    assert SEARCH.in_redis(broker_url) == [f"{SCHOOL} in Redis"]
    (tmp_path / "web.log").write_text(f"all is well\nerror: {SCHOOL}\n")
    assert SEARCH.in_files(tmp_path) == [f"{SCHOOL} in web.log, line 2"]
    (tmp_path / "web.log").write_bytes(b"all is well\nGranit=C3=\r\n=A4ngs=\r\nskolan\n")
    assert SEARCH.in_files(tmp_path) == [f"{SCHOOL} in web.log"], "over a fold"
