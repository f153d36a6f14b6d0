"""An id is found by the look for traces in whatever column it stands, however it is written."""

from collections.abc import Iterator
from uuid import UUID, uuid4

import psycopg
import pytest
from psycopg.rows import scalar_row

_TABLE = """
    CREATE TABLE cases.anything (
      id uuid, ids uuid[], words text, said varchar, data jsonb, bytes bytea,
      number int, at timestamptz)
"""
_WAYS = {
    "a column of its own": ("id", "%(id)s::uuid"),
    "a list": ("ids", "ARRAY[gen_random_uuid(), %(id)s::uuid]"),
    "words": ("words", "'2026-04-12: ' || %(id)s || '-4'"),
    "capitals": ("said", "upper(%(id)s)"),
    "an address": ("words", "'https://samspel.example/r/' || %(id)s || '.x-4-5'"),
    "keys and values": ("data", "jsonb_build_object('a', gen_random_uuid(), %(id)s::text, 1)"),
    "bytes": ("bytes", "'\\xff00'::bytea || convert_to(%(id)s, 'UTF8')"),
}
# As uuid4() makes them, as uuid5() does, and some that words are cut by in more than one place.
_IDS = (
    str(uuid4()),
    "2f1a9c3e-7b60-5d21-9e44-0c8b7a6d5e4f",
    "2f1a9c3e-4b60-4d21-4e44-4c8b7a6d5e4f",
    "00000000-0000-0000-0000-000000000007",
    "ffffffff-ffff-ffff-ffff-ffffffffffff",
)


@pytest.fixture
def connection(database_url: str) -> Iterator[psycopg.Connection[int]]:
    with psycopg.connect(database_url, row_factory=scalar_row) as opened:
        opened.execute(_TABLE.encode())
        yield opened
        opened.rollback()


def found(connection: psycopg.Connection[int], *ids: str) -> int | None:
    sought = [UUID(one) for one in ids]
    query = "SELECT cases.traces(%s, 'cases.anything', 0, 200)"
    return connection.execute(query, [sought]).fetchone()


def test_an_id_is_found_in_every_kind_of_column_however_it_is_written(
    connection: psycopg.Connection[int],
) -> None:
    for column, value in _WAYS.values():
        for one in _IDS:
            row = f"INSERT INTO cases.anything ({column}) VALUES ({value})"  # noqa: S608
            connection.execute(row.encode(), {"id": one})
    for one in _IDS:
        assert found(connection, one) == len(_WAYS), one
    many = [str(uuid4()) for _ in range(50)]
    assert found(connection, *_IDS, *many) == len(_WAYS) * len(_IDS)
    assert found(connection, *many) == 0
    assert found(connection) == 0


def test_what_is_only_like_an_id_is_none_of_it(connection: psycopg.Connection[int]) -> None:
    one = _IDS[1]
    for words in (one[9:], one[:-1], one.replace("-", ""), f"x{one[9:]}", one[:8]):
        connection.execute("INSERT INTO cases.anything (words) VALUES (%s)", [words])
    assert found(connection, one) == 0
