"""The clock of demo and test mode: shown, moved forwards, and waited for until all is settled."""

from dataclasses import asdict
from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Body, Depends, HTTPException, Query, Request
from fastapi.responses import JSONResponse
from pydantic import model_validator
from pydantic_core import PydanticCustomError

from services.cases.api.fields import LONGEST_MOVE, ClockTime, Duration
from services.cases.api.models import Nothing, Strict
from services.cases.api.problems import language_of, problem
from services.cases.domain.refused import Invalid, Words
from services.cases.handlers.clock import Clock, Left, later, move_clock
from shared.domain.days import STOCKHOLM


class TooFar(Invalid):
    """The walk over everything that falls due would take too long."""

    code = "too-far"
    detail = Words(
        "Klockan går högst tolv år framåt åt gången. Flytta den i flera steg.",
        "The clock moves at most twelve years forwards at a time. Move it in several steps.",
    )


class Move(Strict):
    """Either a time to move to or a duration to move by."""

    now: ClockTime | None = None
    advance: Duration | None = None

    @model_validator(mode="after")
    def _one_of_both(self) -> "Move":
        if (self.now is None) == (self.advance is None):
            raise PydanticCustomError("one_of_both", "give now or advance")
        return self


def clock_router(clock: Clock | None) -> APIRouter:
    """The routes; without a clock (in production) each of them answers 403."""

    def the_clock() -> Clock:
        if clock is None:
            raise HTTPException(403)
        return clock

    router = APIRouter(prefix="/clock", tags=["clock"], dependencies=[Depends(the_clock)])
    TheClock = Annotated[Clock, Depends(the_clock)]  # noqa: N806 — a type

    @router.get("", summary="What time it is")
    def show(clock: TheClock) -> dict[str, Any]:
        return _shown(clock.now())

    @router.post("", summary="Move the clock forwards, over everything that falls due")
    def move(wanted: Move, clock: TheClock) -> dict[str, Any]:
        now = clock.now()
        target = wanted.now if wanted.advance is None else later(now, wanted.advance)
        assert target is not None
        if wanted.now is not None and target - now > LONGEST_MOVE:
            raise TooFar("now")
        left = move_clock(clock, target)
        return _shown(clock.now()) | ({"left": asdict(left)} if left else {})

    @router.post("/settle", summary="Wait until nothing is due, undelivered or under way")
    def settle(
        request: Request,
        clock: TheClock,
        timeout: Annotated[float, Query(ge=0, le=3600, description="seconds")] = 60,
        _: Annotated[Nothing | None, Body()] = None,
    ) -> JSONResponse:
        left = clock.settle(timeout)
        if left:
            return problem(504, language_of(request), code="not-settled", left=asdict(left))
        return JSONResponse(_shown(clock.now()) | {"left": asdict(Left(0, 0, 0))})

    return router


def _shown(now: datetime) -> dict[str, Any]:
    local = now.astimezone(STOCKHOLM)
    exact = "auto" if local.microsecond == 0 else "milliseconds"
    return {"now": local.isoformat(timespec=exact)}
