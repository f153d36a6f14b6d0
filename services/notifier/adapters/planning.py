"""How PostgreSQL is kept to the index that a statement was written for, also on a crowded morning.

Its statistics mostly come from an hour in which nothing waits. By these it expects that hardly any
message is due, or on its way, and takes any partial index of such messages for a short cut: it
would read all that waits, for each domain, mailbox or mail anew. Two things keep it from that.

- Messages that are known by their ids (or by the mail that carries them) are asked for their state
  as `state || ''`: no index of states can be used for it, so each is looked up by what is known.
- What lies in the order that is asked for is read within `along_its_index`.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from psycopg import Connection
from psycopg.rows import DictRow

# Plans that are ruled out cost so much on paper that PostgreSQL 17 would compile them.
_SORTING = """
    SELECT set_config('enable_sort', %(on)s, true),
           set_config('enable_incremental_sort', %(on)s, true), set_config('jit', 'off', true)
"""


@contextmanager
def along_its_index(connection: Connection[DictRow]) -> Iterator[None]:
    """Statements in here take the way on which nothing has to be sorted, wherever there is one."""
    connection.execute(_SORTING, {"on": "off"})
    yield
    connection.execute(_SORTING, {"on": "on"})  # an error has ended the transaction, and this too
