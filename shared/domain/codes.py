"""The codes of organisations, roles and kinds of unit, with the Swedish words people see."""

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
