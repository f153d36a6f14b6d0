"""The port to the evaluations and their answers (R24, R25)."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, Protocol
from uuid import UUID

from services.cases.domain.evaluating import AskedPost, YearEvaluation
from services.cases.domain.evaluation_summary import OfRole, YearMeeting


class Evaluations(Protocol):
    """One evaluation for each year, with one answer of each post, in one transaction."""

    def find(self, year: int) -> YearEvaluation | None: ...
    def still_open(self) -> Sequence[YearEvaluation]:
        """Those that aren't done, whatever their years, in their order."""

    def take(self, year: int) -> YearEvaluation | None:
        """As find, locked until the transaction ends."""

    def add(self, evaluation: YearEvaluation) -> None:
        """A year has one: a second changes nothing."""

    def finish(self, evaluation: YearEvaluation) -> None:
        """Keep when and by whom it was done, and where it is filed."""

    def answer(self, year: int, post: str, person: UUID, answers: Mapping[str, Any]) -> None:
        """In place of what was answered for the post before."""

    def answer_of(self, year: int, post: str) -> Mapping[str, Any] | None: ...
    def answers(self, year: int) -> Sequence[OfRole]:
        """All that was answered, in an order that tells nothing about who did."""

    def asked(self, year: int) -> Sequence[AskedPost]:
        """The posts that answer or have answered, by their codes; not those that have ended."""

    def meetings(self, first: date, last: date) -> Sequence[YearMeeting]:
        """The year's meetings (R20) from the first to the last day, in their order."""
