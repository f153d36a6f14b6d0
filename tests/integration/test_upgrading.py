"""A database from before the year and the reports goes on: what was under way, and what is new."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from uuid import UUID, uuid4

import psycopg
import pytest
from alembic import command

from services.cases.adapters.municipality import import_register
from shared import migrations
from shared.municipality import read_register
from tests.support.facts import NOW, Facts
from tests.support.town import Town, a_town

COORDINATOR = "koordinator-sspf"
_WAITS = """
    SELECT 1 FROM pg_locks l JOIN pg_database d ON d.oid = l.database
    WHERE NOT granted AND relation = 'cases.access_log'::regclass AND datname = current_database()
"""


@pytest.fixture
def old(empty_url: str) -> Facts:
    """At revision 0003: a booked case with a task and a mail, and an inquiry somebody has."""
    command.upgrade(migrations._config(empty_url), "0003")
    facts = Facts(empty_url)
    facts.set_clock()
    facts.open_case()
    facts.book()
    facts.run(
        "INSERT INTO cases.tasks (id, case_id, key, kind, owner, rule, created_at)"
        " VALUES (%s, %s, 'k', 'file-minutes', %s, 'R15', %s)",
        uuid4(), facts.case_id, facts.people["rektor"], NOW,
    )  # fmt: skip
    facts.run(
        "INSERT INTO cases.units (code, name, kind, organisation)"
        " VALUES ('ifo', 'IFO', 'ifo', 'social_services')"
    )
    facts.run(
        "INSERT INTO cases.posts (code, role, unit) VALUES (%s, 'koordinator', 'ifo')", COORDINATOR
    )
    inquiry = uuid4()
    facts.run(
        "INSERT INTO cases.inquiries (id, procedure, source, received_at)"
        " VALUES (%s, 'sspf', 'guardian', %s)",
        inquiry, NOW,
    )  # fmt: skip
    facts.run(
        "INSERT INTO cases.tasks (id, inquiry_id, post, key, kind, due_on, rule, created_at)"
        " VALUES (%s, %s, %s, %s, 'answer-inquiry', '2027-03-04', 'P3', %s)",
        uuid4(), inquiry, COORDINATOR, f"{inquiry}/P3/answer-inquiry", NOW,
    )  # fmt: skip
    facts.run("INSERT INTO cases.daily (look, done_on) VALUES ('leavers', '2027-02-28')")
    return facts


def upgraded(old: Facts, municipality: Path) -> None:
    """As an upgrade does it: migrate, twice by chance, and then read the municipality's files."""
    migrations.upgrade(old.url)
    migrations.upgrade(old.url)
    import_register(old.url, read_register(municipality), demo=True)
    old.run("DELETE FROM clock.hand")  # a town sets its own


def test_what_was_under_way_before_this_revision_goes_on(old: Facts, municipality: Path) -> None:
    upgraded(old, municipality)
    with a_town(old.url, municipality) as town:
        town.quiet()
        case = town.get(f"cases/{old.case_id}")
        assert (case["state"], case["child"]["id"]) == ("open", str(old.people["child"]))
        assert [one["state"] for one in case["meetings"]] == ["booked"]
        assert "file-minutes" in {one["kind"] for one in case["tasks"]}
        assert [one["id"] for one in town.get("cases")["cases"]] == [str(old.case_id)]
        (duty,) = [one for one in town.get("tasks") if one["kind"] == "answer-inquiry"]
        assert duty["owner"] == holder_of(town, COORDINATOR)
        (inquiry,) = town.get("inquiries")
        town.do(f"inquiries/{inquiry['id']}/decline")
        assert "answer-inquiry" not in {one["kind"] for one in town.get("tasks")}
        town.do(f"cases/{old.case_id}/close", {"outcome": "not-needed"})
        assert town.get(f"cases/{old.case_id}")["state"] == "closed"


def test_R20_the_year_begins_with_the_first_day_after_it(old: Facts, municipality: Path) -> None:
    """R20: this year and two more are opened beside the case, which stays the only case."""
    upgraded(old, municipality)
    with a_town(old.url, municipality, year=True) as town:
        town.quiet()
        assert [one["year"] for one in town.get("years") if not one["preliminary"]][-3:] == [
            2027, 2028, 2029,
        ]  # fmt: skip
        assert [one["state"] for one in town.get("years/2027")["meetings"]] == ["planned"] * 2
        assert [one["id"] for one in town.get("cases")["cases"]] == [str(old.case_id)]


def test_R41_in_an_upgraded_database_too_no_family_is_put_on_a_matter_of_the_staff(
    old: Facts, municipality: Path
) -> None:
    """R41: the database refuses it, and that a case becomes something else, whoever tries."""
    upgraded(old, municipality)
    mother = old.people["mother"]
    matter = old.open_matter("year", "arshjul", "rektor", "therapist")
    with pytest.raises(psycopg.errors.CheckViolation):
        add_guardian(old, matter, mother)
    with pytest.raises(psycopg.errors.CheckViolation):
        old.run("UPDATE cases.cases SET about = 'child' WHERE id = %s", matter)


def test_F14_the_migration_of_what_goes_lets_those_pass_who_wait_for_it(empty_url: str) -> None:
    """Whoever has looked at a case (access_log) and then writes an event waits for the index on
    events, while the constraint of access_log waits for them."""
    command.upgrade(migrations._config(empty_url), "0006")
    with (
        psycopg.connect(empty_url) as looking,
        psycopg.connect(empty_url, autocommit=True) as watching,
        ThreadPoolExecutor(1) as migrating,
    ):
        looking.execute("INSERT INTO cases.access_log (at, actor, what) VALUES (now(), 'x', 'x')")
        done = migrating.submit(migrations.upgrade, empty_url)
        while not watching.execute(_WAITS).fetchone():
            assert not done.done()
            watching.execute("SELECT pg_sleep(0.01)")
        looking.execute("SET lock_timeout = '20s'")
        looking.execute(
            "INSERT INTO bus.events (type, source, subject, time, data)"
            " VALUES ('x', 'x', gen_random_uuid(), now(), '{}')"
        )
        assert not done.done()
        looking.commit()
        done.result(timeout=20)


def test_a_key_from_before_the_areas_keeps_the_register_alone(empty_url: str) -> None:
    """One for events alone, which nothing answers, has ended; one that was taken back stays so."""
    command.upgrade(migrations._config(empty_url), "0005")
    facts = Facts(empty_url)
    before = {
        "reads": ["read"], "writes": ["write"], "both": ["read", "write"],
        "all": ["read", "write", "events"], "events": ["events"], "gone": ["read", "events"],
    }  # fmt: skip
    for name, scopes in before.items():
        facts.run(
            "INSERT INTO cases.api_tokens (id, name, hash, scopes, made_at, made_by, revoked_at)"
            " VALUES (%s, %s, %s, %s, %s, 'x', %s)",
            uuid4(), name, name.encode(), scopes, NOW, NOW if name == "gone" else None,
        )  # fmt: skip
    migrations.upgrade(empty_url)
    migrations.upgrade(empty_url)
    with psycopg.connect(empty_url) as connection:
        after = connection.execute(
            "SELECT name, scopes, revoked_at IS NOT NULL FROM cases.api_tokens ORDER BY name"
        ).fetchall()
    both = ["register:read", "register:write"]
    assert after == [
        ("all", both, False),
        ("both", both, False),
        ("events", ["register:read"], True),
        ("gone", ["register:read"], True),
        ("reads", ["register:read"], False),
        ("writes", ["register:write"], False),
    ]
    with pytest.raises(psycopg.errors.CheckViolation):
        facts.run("UPDATE cases.api_tokens SET scopes = ARRAY['read']")


def add_guardian(facts: Facts, matter: UUID, person: UUID) -> None:
    facts.run(
        "INSERT INTO cases.participants (case_id, person_id, party, custody, added_at)"
        " VALUES (%s, %s, 'guardian', true, %s)",
        matter, person, NOW,
    )  # fmt: skip


def holder_of(town: Town, post: str) -> str:
    (row,) = town.rows(
        "SELECT person_id FROM cases.holders WHERE post = %s AND last_day IS NULL", post
    )
    return str(row["person_id"])
