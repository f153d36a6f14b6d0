"""Faults of leases, in a worker whose mail server answers the final dot long after a lease."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from unittest.mock import patch

from samspel.simulate.courier import Courier, Taken
from services.notifier.adapters import claims
from services.notifier.domain.messages import Sending
from services.notifier.domain.outcomes import Accepted


@contextmanager
def content_not_renewed() -> Iterator[None]:
    """Only what isn't in its content yet keeps its lease."""
    renew = claims._RENEW.replace("state IN ('claimed', 'data')", "state = 'claimed'")
    assert renew != claims._RENEW
    with slow_answers(), patch.object(claims, "_RENEW", renew):
        yield


@contextmanager
def slow_answers() -> Iterator[None]:
    """Whatever trouble comes in a content is this one. The worker is alive and renews, so that
    nobody has a doubt, and nobody else takes it up."""

    def in_content(self: Any, one: Sending, content: bytes, _: str) -> None:
        self.take(Taken(one, content, answered=True))
        self.real_time_passes()
        self.claims.renew([one])
        self.claims.recover()
        self.real_time_passes()
        others = self.claims.claim(10)
        self._mark((one, Accepted()))
        self._send(others)

    with patch.object(Courier, "_in_content", in_content):
        yield
