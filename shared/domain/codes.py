"""The codes of organisations, roles and kinds of unit, with the words people see."""

from typing import Annotated

from pydantic import AfterValidator

ORGANISATIONS = {
    "school": "skola",
    "social_services": "socialtjänst",
    "police": "polis",
    "leisure": "fritid",
    "health_care": "hälso- och sjukvård",
}

ROLES = {
    "avdelningschef_ifo": "avdelningschef IFO/bistånd",
    "barnskotare": "barnskötare",
    "bitradande_rektor": "biträdande rektor",
    "elevhalsochef": "elevhälsochef",
    "enhetschef_ifo": "enhetschef IFO/bistånd",
    "familjebehandlare": "familjebehandlare",
    "forskollarare": "förskollärare",
    "fritidschef": "fritidschef",
    "fritidsledare": "fritidsledare",
    "gruppchef_polis": "gruppchef, polisen",
    "koordinator": "koordinator",
    "kommunpolis": "kommunpolis",
    "kurator": "kurator",
    "larare": "lärare",
    "rektor": "rektor",
    "skolchef": "skolchef",
    "skolskoterska": "skolsköterska",
    "skolsocionom": "skolsocionom",
    "socialchef": "socialchef",
    "socialsekreterare": "socialsekreterare",
    "specialpedagog": "specialpedagog",
    "ungdomspolis": "ungdomspolis",
    "vardkontakt": "fast vårdkontakt",
}

UNIT_KINDS = {
    "forvaltning": "förvaltning",
    "forskola": "förskola",
    "f-6": "grundskola F–6",
    "7-9": "grundskola 7–9",
    "gymnasium": "gymnasieskola",
    "elevhalsa": "elevhälsa",
    "ifo": "individ- och familjeomsorg",
    "polis": "polis",
    "fritid": "fritidsverksamhet",
    "vard": "hälso- och sjukvård",
}

ORGANISATIONS_EN = {
    "school": "school",
    "social_services": "social services",
    "police": "police",
    "leisure": "leisure",
    "health_care": "health care",
}

ROLES_EN = {
    "avdelningschef_ifo": "head of department, individual and family services",
    "barnskotare": "childcare worker",
    "bitradande_rektor": "assistant principal",
    "elevhalsochef": "head of pupil health",
    "enhetschef_ifo": "unit manager, individual and family services",
    "familjebehandlare": "family therapist",
    "forskollarare": "preschool teacher",
    "fritidschef": "head of leisure",
    "fritidsledare": "youth leader",
    "gruppchef_polis": "police group manager",
    "koordinator": "coordinator",
    "kommunpolis": "community police officer",
    "kurator": "school counsellor",
    "larare": "teacher",
    "rektor": "principal",
    "skolchef": "head of schools",
    "skolskoterska": "school nurse",
    "skolsocionom": "school social worker",
    "socialchef": "head of social services",
    "socialsekreterare": "social worker",
    "specialpedagog": "special needs teacher",
    "ungdomspolis": "youth police officer",
    "vardkontakt": "named care contact",
}

UNIT_KINDS_EN = {
    "forvaltning": "administration",
    "forskola": "preschool",
    "f-6": "school, years F–6",
    "7-9": "school, years 7–9",
    "gymnasium": "upper secondary school",
    "elevhalsa": "pupil health",
    "ifo": "individual and family services",
    "polis": "police",
    "fritid": "leisure",
    "vard": "health care",
}


def _organisation(code: str) -> str:
    return _known(code, ORGANISATIONS, "organisation")


def _role(code: str) -> str:
    return _known(code, ROLES, "role")


def _known(code: str, codes: dict[str, str], what: str) -> str:
    if code not in codes:
        raise ValueError(f"unknown {what}; known are {', '.join(codes)}")
    return code


def _unit_kind(code: str) -> str:
    return _known(code, UNIT_KINDS, "kind of unit")


OrganisationCode = Annotated[str, AfterValidator(_organisation)]
RoleCode = Annotated[str, AfterValidator(_role)]
UnitKindCode = Annotated[str, AfterValidator(_unit_kind)]
