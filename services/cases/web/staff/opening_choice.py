"""Which routine a new case goes by: what each is for, and what one has begun already."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from fastapi.responses import Response

from services.cases.domain.opening import Staff, has_coordinator, opening_role
from services.cases.domain.opening_form import questions
from services.cases.domain.refused import Refused, Words, any_of
from services.cases.handlers import drafts
from services.cases.handlers.draft_ports import Draft
from services.cases.handlers.opening import procedure_of
from services.cases.handlers.ports import Desk
from services.cases.web.staff import opening_words
from services.cases.web.staff.opening_place import AWAY, Place
from services.cases.web.staff.visits import Notice, Visit
from shared.domain.procedure import Procedure

_NOTICES = {"thrown-away": Notice(Words("Utkastet är borta.", "The draft is gone."))}


def choose(visit: Visit, refused: Refused | None = None) -> Response:
    def look(desk: Desk) -> tuple[list[dict[str, Any]], Sequence[Draft]]:
        assert desk.actor_person is not None
        me = desk.register.staff([desk.actor_person], desk.today)
        known = (procedure_of(name, desk) for name in desk.procedures.names(desk.today))
        return [_card(one, me, desk) for one in known], drafts.drafts_of(desk)

    cards, begun = visit.consult("opening", lambda desk, _: look(desk))
    titles = {card["procedure"].name: visit.speech.title(card["procedure"]) for card in cards}
    shown = [
        {
            "title": titles[one.key.procedure],
            "at": Place(one.key.procedure, one.key.inquiry),
            "saved_at": one.saved_at,
        }
        for one in begun
        if one.key.procedure in titles
    ]
    return visit.page(
        "staff/opening_choose.html",
        cards=cards,
        begun=shown,
        away=AWAY,
        notices=_NOTICES,
        refused=refused,
    )


def _card(procedure: Procedure, me: Mapping[UUID, Staff], desk: Desk) -> dict[str, Any]:
    assert desk.actor_person is not None
    try:
        opening_role(procedure, desk.actor_person, me, "initiator")
    except Refused:
        allowed = False
    else:
        allowed = True
    openers = any_of(procedure.roles.openers)
    return {
        "procedure": procedure,
        "allowed": allowed,
        "openers": openers,
        "coordinated": has_coordinator(procedure),
        "for_whom": opening_words.for_whom(procedure, desk.municipality),
        "who_works": opening_words.who_works(procedure),
        "begins": opening_words.how_it_begins(procedure),
        "needs": opening_words.what_you_need([one.name for one in questions(procedure)]),
    }
