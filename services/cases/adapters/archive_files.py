"""What a package for the archive consists of: rows, a page to read, a schema and checksums."""

import hashlib
import json
from collections.abc import Mapping
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from services.cases.handlers.retention import Rows
from shared.domain.codes import ORGANISATIONS, ROLES
from shared.version import VERSION

FORMAT = "samspel-package-1"
MANIFEST = "manifest.json"
_SCHEMA = "schema.json"
# Every name that a file of ours can have.
FILES = frozenset(
    (MANIFEST, _SCHEMA, "case.json", "case.html", "person.json", "person.html"),
)
# What the page of a case has in words; the other tables follow as they are.
_SHOWN = frozenset(
    f"cases.{table}"
    for table in ("cases", "people", "participants", "consents", "meetings", "attendance", "tasks",
                  "audit", "access_log")
) | {"notifier.messages"}  # fmt: skip
_TEMPLATES = Path(__file__).parent.parent / "papers"


def package(rows: Rows, at: datetime, decision: str | None) -> dict[str, bytes]:
    """The files of a case's package, by name. `decision`: by which plan it goes."""
    (case,) = rows["cases.cases"]
    head = {"format": FORMAT, "what": "case", "id": case["id"], "reference": case["reference"],
            "packed_at": at.isoformat(), "decision": decision, "version": VERSION}  # fmt: skip
    page = _template("package.html").render(**_shown(rows), head=head)
    return sealed(head, {"case.json": _json(head | {"tables": rows}), "case.html": page.encode()})


def extract(rows: Rows, at: datetime) -> dict[str, bytes]:
    """The files of what there is about one person (GDPR article 15), by name."""
    head = {"format": FORMAT, "what": "person", "packed_at": at.isoformat(), "version": VERSION}
    page = _template("extract.html").render(tables=rows, head=head)
    files = {"person.json": _json(head | {"tables": rows}), "person.html": page.encode()}
    return sealed(head, files)


def sealed(head: Mapping[str, Any], files: Mapping[str, bytes]) -> dict[str, bytes]:
    """With the schema of the rows, and the manifest over all of it."""
    whole = dict(files) | {_SCHEMA: (_TEMPLATES / "package.schema.json").read_bytes()}
    listed = [
        {"name": name, "bytes": len(content), "sha256": digest(content)}
        for name, content in sorted(whole.items())
    ]
    return whole | {MANIFEST: _json(dict(head) | {"files": listed})}


def digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def _shown(rows: Rows) -> dict[str, Any]:
    """What the page is made of: who is who by id, and each table by its own name."""
    names = {one["id"]: one["name"] for one in rows["cases.people"]}
    called: dict[str, list[dict[str, Any]]] = {}
    for one in rows["cases.attendance"]:
        called.setdefault(one["meeting_id"], []).append(one)
    return {
        "tables": rows,
        "rest": {name: found for name, found in rows.items() if found and name not in _SHOWN},
        "case": rows["cases.cases"][0],
        "family": [one for one in rows["cases.people"] if one["party"] != "staff"],
        "who": lambda one: names.get(str(one).removeprefix("person:"), one),
        "called": lambda meeting: called.get(meeting, []),
        "word": lambda code: ROLES.get(code) or ORGANISATIONS.get(code) or code or "",
    }


def _json(value: Mapping[str, Any]) -> bytes:
    return json.dumps(value, ensure_ascii=False, indent=2, sort_keys=True).encode() + b"\n"


@cache
def _template(name: str) -> Any:
    loader = FileSystemLoader(_TEMPLATES)
    return Environment(loader=loader, autoescape=True, undefined=StrictUndefined).get_template(name)
