"""The canary search: names, schools and reasons of the load, wherever they mustn't be (X3, R41).

Everything is read as it is and in each form that a text takes on its way: encoded for a mail, an
address or JSON, packed as base64, with its letters composed or not, in capitals or small.
"""

import base64
import binascii
import json
import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from pathlib import Path
from quopri import encodestring
from types import MappingProxyType
from typing import Any
from urllib.parse import quote, unquote_to_bytes

import psycopg
import redis
from psycopg import sql

_TABLES = """
    SELECT table_schema, table_name FROM information_schema.tables
    WHERE table_type = 'BASE TABLE'
      AND table_schema NOT IN ('cases', 'information_schema', 'pg_catalog')
    ORDER BY 1, 2
"""
_OF_CASES = """
    SELECT table_schema, table_name FROM information_schema.tables
    WHERE table_type = 'BASE TABLE' AND table_schema = 'cases'
"""
_BYTES = """
    SELECT column_name FROM information_schema.columns
    WHERE table_schema = %s AND table_name = %s AND data_type = 'bytea'
"""
# A mail that came in is kept as it came for some days: its writer's words are in these.
KEPT_AS_IT_CAME = {"notifier.inbound": ("raw", "words", "sender")}
_PACKED = re.compile(rb"[A-Za-z0-9+/_-]{16,}={0,2}")
_URL_SAFE = bytes.maketrans(b"-_", b"+/")
_SHORTEST = 4
NOTHING_READ: Mapping[Path, int] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Canaries:
    """Texts that no family or school outside a test has; each of at least four letters."""

    texts: Sequence[str]

    def __post_init__(self) -> None:
        assert all(len(text) >= _SHORTEST for text in self.texts)

    def within(self, value: bytes | str) -> list[str]:
        """Those that stand in it, in any form."""
        given = value.encode("utf-8", "surrogatepass") if isinstance(value, str) else value
        seen = [_small(one) for one in _unpacked(given)]
        return [text for text in self.texts if any(f in one for f in _forms(text) for one in seen)]

    def in_database(self, url: str) -> list[str]:
        """Every table but those of the case service, every column as text and its bytes, but for
        what keeps a mail as it came."""
        found = []
        with psycopg.connect(url) as database:
            for schema, table in database.execute(_TABLES).fetchall():
                rows = database.execute(_rows_of(schema, table, database)).fetchall()
                whole = b"\n".join(map(_whole, rows))
                found += [f"{text} in {schema}.{table}" for text in self.within(whole)]
        return found

    def missing_in_cases(self, url: str) -> list[str]:
        """Those that stand nowhere in the case service's own tables: looking for them elsewhere
        would prove nothing."""
        whole = b""
        with psycopg.connect(url) as database:
            for schema, table in database.execute(_OF_CASES).fetchall():
                rows = database.execute(_rows_of(schema, table, database)).fetchall()
                whole += b"\n".join(map(_whole, rows)) + b"\n"
        return [text for text in self.texts if text not in self.within(whole)]

    def in_redis(self, url: str) -> list[str]:
        """Every key and value of every numbered database that is there at this instant."""
        found = []
        with redis.Redis.from_url(url) as first:
            numbers = [int(name[2:]) for name in first.info("keyspace")]
        for number in numbers:
            with redis.Redis.from_url(url.rsplit("/", 1)[0] + f"/{number}") as valkey:
                for key in valkey.scan_iter(count=1000):
                    value = repr(_value(valkey, key)).encode()
                    found += [f"{text} in Redis" for text in self.within(key + b" " + value)]
        return found

    def in_files(self, folder: Path, since: Mapping[Path, int] = NOTHING_READ) -> list[str]:
        """The names and what is in them; `since`: after so many bytes, which were looked at."""
        found = []
        for path in sorted(folder.rglob("*")):
            content = path.read_bytes() if path.is_file() else b""
            found += [f"{text} in {path.name}" for text in self.within(path.name)]
            found += [
                _place(text, path, content, self)
                for text in self.within(content[since.get(path, 0) :])
            ]
        return found

    def in_mail(self, content: bytes) -> list[str]:
        """As it was sent and as it is read: headers, each part, names of files."""
        mail = message_from_bytes(content, policy=default)
        which = f"a mail {mail['Message-ID'] or ''}".strip()
        read = [content, *(str(value).encode() for value in mail.values())]
        for part in mail.walk():
            read += [str(part.get_filename() or "").encode(), _content(part)]
        return [f"{text} in {which}" for text in self.within(b"\n".join(read))]


def _place(text: str, path: Path, content: bytes, search: Canaries) -> str:
    """The first line, where it stands in one: what is folded, or packed over lines, is in none."""
    for number, line in enumerate(content.splitlines(), 1):
        if text in search.within(line):
            return f"{text} in {path.name}, line {number}"
    return f"{text} in {path.name}"


def _rows_of(schema: str, table: str, database: "psycopg.Connection[Any]") -> sql.Composed:
    whole, kept = sql.Identifier(schema, table), KEPT_AS_IT_CAME.get(f"{schema}.{table}", ())
    columns = [row[0] for row in database.execute(_BYTES, [schema, table]).fetchall()]
    raw = [sql.SQL("t.{}").format(sql.Identifier(one)) for one in columns if one not in kept]
    text = sql.SQL("(to_jsonb(t) - {}::text[])::text").format(sql.Literal(list(kept)))
    return sql.SQL("SELECT {} FROM {} t").format(sql.SQL(", ").join([text, *raw]), whole)


def _whole(row: tuple[Any, ...]) -> bytes:
    parts = [one.encode() if isinstance(one, str) else bytes(one or b"") for one in row]
    return b"\n".join(parts)


def _value(valkey: "redis.Redis", key: bytes) -> Any:
    kind = valkey.type(key)
    if kind == b"list":
        return valkey.lrange(key, 0, -1)
    if kind == b"hash":
        return valkey.hgetall(key)
    if kind == b"set":
        return valkey.smembers(key)
    if kind == b"zset":
        return valkey.zrange(key, 0, -1)
    return valkey.get(key) if kind == b"string" else kind


def _content(part: EmailMessage) -> bytes:
    content = part.get_payload(decode=True)
    return content if isinstance(content, bytes) else b""


def _unpacked(value: bytes) -> Iterator[bytes]:
    """As it is, folded lines put together again, and what is packed in it: base64 and %-codes."""
    yield value
    unfolded = re.sub(rb"=?\r?\n[ \t]?", b"", value)
    if unfolded != value:
        yield unfolded
    if b"%" in value:
        yield unquote_to_bytes(value)
    packed = {*_PACKED.findall(value), *_PACKED.findall(unfolded)}
    yield b"\n".join(_decoded(one) for one in packed)


def _decoded(packed: bytes) -> bytes:
    text = packed.translate(_URL_SAFE).rstrip(b"=")
    try:
        return base64.b64decode(text + b"=" * (-len(text) % 4))
    except binascii.Error:
        return b""


def _forms(text: str) -> set[bytes]:
    """How it is written: composed or not, in Latin-1, for mail, an address, JSON, Python."""
    found = set()
    for form in (unicodedata.normalize("NFC", text), unicodedata.normalize("NFD", text)):
        plain = form.encode()
        found |= {plain, quote(form).encode(), json.dumps(form)[1:-1].encode()}
        found |= {encodestring(plain).rstrip(b"=\n"), encodestring(plain, header=True)}
        found.add(repr(plain)[2:-1].encode())
    found.add(text.encode("latin-1", "ignore"))
    return {_small(one) for one in found}


def _small(value: bytes) -> bytes:
    """In small letters, also those beyond ASCII; what isn't UTF-8 stays as it is."""
    return value.decode("utf-8", "surrogateescape").lower().encode("utf-8", "surrogateescape")
