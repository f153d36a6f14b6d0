"""The forms of the rules as somebody fills them in, for tests of their pages."""

import re
from typing import Any

from services.cases.web.staff.visits import KEY, TOKEN
from tests.support.signing_in import Visitor, words_of

_AREA = re.compile(r'<textarea[^>]* name="([^"]+)"[^>]*>(.*?)</textarea>', re.DOTALL)
_CHOICE = re.compile(r'<select[^>]* name="([^"]+)"[^>]*>(.*?)</select>', re.DOTALL)
PROCEDURE = "/installningar/rutiner/samverkansmote"
BREAK = {"break-8-name": "Extra lov", "break-8-first": "2027-04-12", "break-8-last": "2027-04-16"}


def fields_of(page: str) -> dict[str, Any]:
    """Every field of a page's big form, as a browser would send it."""
    form = re.search(r'<form method="post" action="/installningar.*?</form>', page, re.DOTALL)
    assert form is not None
    found: dict[str, Any] = {}
    for tag in re.findall(r"<input[^>]*>", form[0]):
        name, value = _attribute(tag, "name"), _attribute(tag, "value")
        if name and ("checkbox" not in tag or " checked" in tag):
            found[name] = value
    found.update(_AREA.findall(page))
    for name, options in _CHOICE.findall(page):
        chosen = re.search(r'value="([^"]*)" selected', options)
        found[name] = "" if chosen is None else chosen[1]
    return {name: value for name, value in found.items() if name not in (TOKEN, KEY)}


def _attribute(tag: str, name: str) -> str:
    found = re.search(rf' {name}="([^"]*)"', tag)
    return "" if found is None else found[1]


def typed(
    admin: Visitor, path: str = f"{PROCEDURE}/andra?fran=2027-03-02", **more: str
) -> dict[str, Any]:
    answer = admin.get(path)
    assert answer.status_code == 200, answer.text
    return fields_of(answer.text) | more


def save(admin: Visitor, path: str = PROCEDURE, day: str = "2027-03-02", **values: str) -> None:
    sent = typed(admin, f"{path}/andra?fran={day}", **values)
    answer = admin.post(f"{path}/andra", sent | {"steg": "spara"})
    assert answer.status_code == 303, words_of(answer.text)


def newest_seen_by(admin: Visitor) -> str:
    """The newest change, as the pages name it."""
    return str(fields_of(admin.get(f"{PROCEDURE}/andra").text)["seen"])


def taking_back(day: str, admin: Visitor) -> dict[str, str]:
    """What the button beside a change sends."""
    return {"valid_from": day, "seen": newest_seen_by(admin)}
