"""The family on a case over HTTP: their addresses and wishes, custody, who of them comes (R7)."""

from typing import Annotated, Any, Self
from uuid import UUID

from fastapi import APIRouter, Body
from fastapi.responses import JSONResponse
from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from services.cases.api.fields import (
    Address,
    Id,
    LanguageTag,
    Name,
    PhoneNumber,
    PostalAddress,
)
from services.cases.api.models import Guardian, Nothing, Strict
from services.cases.api.office import TheDoer
from services.cases.api.shown import changed_case
from services.cases.handlers import family
from services.cases.handlers.commands import NewGuardian
from services.cases.handlers.ledger import AddGuardian, ChangeFamily
from services.cases.handlers.ports import Desk

router = APIRouter(tags=["family"])


class ChangedFamily(Strict):
    """What is left out stays as it is; null takes away what was there."""

    name: Name = Field("", examples=["Kim Exempel"])
    email: Address | None = None
    phone: PhoneNumber | None = None
    postal_address: PostalAddress | None = Field(None, description="For letters (X7).")
    language: LanguageTag = "sv"
    interpreter: LanguageTag | None = Field(None, description="The language to interpret.")
    no_mail: bool = Field(default=False, description="A wish not to be mailed (X7).")
    protected: bool | None = Field(None, description="null counts as protected (X6).")
    custody: bool = Field(default=False, description="A guardian's; true: asked for consent (R3).")

    @model_validator(mode="after")
    def _something_changes(self) -> Self:
        if not self.model_fields_set:
            raise PydanticCustomError("nothing_to_change", "give at least one field")
        return self

    def command(self, case_id: UUID, person: UUID) -> ChangeFamily:
        values: dict[str, Any] = self.model_dump(include=self.model_fields_set)
        return ChangeFamily(case_id, person, values, values.pop("custody", None))


class GuardiansWanted(Strict):
    guardians: Annotated[list[Id], Field(max_length=10)] = Field(
        description="Those whom the adult youth wants at the meetings; empty: none (R7)."
    )


class NeverTogether(Strict):
    never_together: bool


@router.post(
    "/cases/{case_id}/people/{person_id}", summary="The child or a guardian changes (X6, X7)"
)
def change(case_id: UUID, person_id: UUID, body: ChangedFamily, doer: TheDoer) -> JSONResponse:
    command = body.command(case_id, person_id)
    return changed_case(case_id, doer, lambda desk: family.change(command, desk))


@router.post(
    "/cases/{case_id}/guardians", status_code=201, summary="A guardian who appears later (R3, R6)"
)
def add_guardian(case_id: UUID, body: Guardian, doer: TheDoer) -> JSONResponse:
    command = AddGuardian(case_id, NewGuardian(**body.model_dump()))
    return changed_case(case_id, doer, lambda desk: family.add_guardian(command, desk), 201)


@router.post(
    "/cases/{case_id}/guardians/{person_id}/remove", summary="A guardian entered by mistake"
)
def remove_guardian(
    case_id: UUID, person_id: UUID, doer: TheDoer, _: Annotated[Nothing | None, Body()] = None
) -> JSONResponse:
    return changed_case(
        case_id, doer, lambda desk: family.remove_guardian(case_id, person_id, desk)
    )


@router.post(
    "/cases/{case_id}/guardians-wanted", summary="Whom the adult youth wants at meetings (R7)"
)
def want_guardians(case_id: UUID, body: GuardiansWanted, doer: TheDoer) -> JSONResponse:
    def decide(desk: Desk) -> None:
        family.want_guardians(case_id, body.guardians, desk)

    return changed_case(case_id, doer, decide)


@router.post(
    "/cases/{case_id}/never-together", summary="Guardians who never meet, or may again (X12)"
)
def keep_apart(case_id: UUID, body: NeverTogether, doer: TheDoer) -> JSONResponse:
    def decide(desk: Desk) -> None:
        family.keep_apart(case_id, never=body.never_together, desk=desk)

    return changed_case(case_id, doer, decide)
