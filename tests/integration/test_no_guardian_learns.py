"""R41: no guardian learns of a report of concern: not by mail, page, feed, letter, API or log.

A family has a case. Two reports are made at its school: one of suspected abuse, by somebody whose
mail address is also a guardian's, and one that nobody has marked. All that can follow from them
does. Then everything the family, their links and others on the case can see is searched for what
would tell, and so is every table but those of the case service.
"""

import io
import json
import logging
import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email.message import EmailMessage
from pathlib import Path
from uuid import UUID

import psycopg
import pytest
from psycopg import sql
from pypdf import PdfReader

from shared.ids import LINK, signed_token
from tests.support.inbound import bring, newest, outcome
from tests.support.notifier import SECRET, parsed
from tests.support.replies.servers import delivery_report
from tests.support.story import FAMILY, Json, person_called
from tests.support.town import Town, a_town

SCHOOL = "bjorkskolan"
SHARED = "zeynep.kaya@exempelkommun.example"  # the reporter's, and the first guardian's
OTHER = "jonas@hemma.example"
FAMILYS = (SHARED, OTHER)
# What a mail, a page or a paper mustn't say; «oro» as a word and what begins with it.
TELLING = re.compile(
    r"anmäl|\boro[ns]?\b|\boros|\borolig|misshandel|rapport|report of concern", re.IGNORECASE
)
ADDRESS = re.compile(r"[\w.+-]+@[\w.-]+")  # where somebody is mailed says nothing of why
ACTING = "Samspel-Acting-As"
_TABLES = """
    SELECT table_schema AS schema, table_name AS name FROM information_schema.tables
    WHERE table_type = 'BASE TABLE'
      AND table_schema NOT IN ('cases', 'information_schema', 'pg_catalog')
"""


@dataclass(slots=True)
class Story:
    """What has happened, and what would tell of it."""

    town: Town
    case: Json
    meeting: Json
    suspected: Json
    unmarked: Json
    logged: list[str]  # by our own code, from its beginning on
    told: list[str] = field(default_factory=list)  # what was answered to others

    @property
    def canaries(self) -> set[str]:
        return {
            self.suspected["id"], self.suspected["reference"], self.unmarked["reference"],
            "Yasmin", "Demir", "yasmin.demir",
        }  # fmt: skip

    @property
    def guardians(self) -> list[str]:
        return [guardian["id"] for guardian in self.case["guardians"]]


@pytest.fixture(scope="module")
def story(registered_of_the_module: str, municipality: Path) -> Iterator[Story]:
    with all_logged() as logged, a_town(registered_of_the_module, municipality, year=True) as town:
        town.quiet()
        case = a_case(town)
        suspected = report(town, "zeynep-kaya", oral=True, suspected_abuse=True)
        unmarked = report(town, "yasmin-demir", oral=False)
        made = Story(town, case, the_familys_meeting(town, case), suspected, unmarked, logged)
        all_that_follows(made)
        yield made


@contextmanager
def all_logged() -> Iterator[list[str]]:
    """What our own code says meanwhile, at any level."""
    listening, root = _Listening(), logging.getLogger()
    level = root.level
    root.setLevel(logging.DEBUG)
    root.addHandler(listening)
    try:
        yield listening.heard
    finally:
        root.removeHandler(listening)
        root.setLevel(level)


class _Listening(logging.Handler):
    def __init__(self) -> None:
        super().__init__()
        self.heard: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        if record.name.split(".")[0] in ("services", "shared"):
            self.heard.append(record.getMessage())


def a_case(town: Town) -> Json:
    """Both guardians have signed, and their meeting is booked. The first has a colleague's address,
    or is that colleague."""
    rektor, therapist = (person_called(town, code) for code in ("anna-lindqvist", "asa-hallberg"))
    guardians = [
        one | {"email": address} for one, address in zip(FAMILY["guardians"], FAMILYS, strict=True)
    ]
    case = town.do(
        "cases",
        FAMILY
        | {
            "guardians": guardians,
            "procedure": "samverkansmote",
            "known_on": "2027-03-01",
            "initiator": rektor["id"],
            "participants": [therapist["id"]],
        },
        status=201,
    )
    for consent in case["consents"]:
        town.do(f"cases/{case['id']}/consents/{consent['id']}/sign", {})
    found: Json = town.get(f"cases/{case['id']}")
    return found


def the_familys_meeting(town: Town, case: Json) -> Json:
    (meeting,) = town.get(f"cases/{case['id']}")["meetings"]
    found: Json = meeting
    return found


def report(town: Town, reporter: str, **more: object) -> Json:
    receiver = person_called(town, "jonas-ekdahl")["id"]
    body = {
        "unit": SCHOOL,
        "reporter": person_called(town, reporter)["id"],
        "received_by": receiver,
        "wants_feedback": True,
        **more,
    }
    return town.do("reports", body, status=201)


def all_that_follows(story: Story) -> None:
    """Receipts, one of which bounces; a meeting that the family's makes way for; two weeks."""
    town = story.town
    returned = newest(town, "yasmin.demir@exempelkommun.example")
    said = delivery_report("failed", "5.2.2", recipient=f"rfc822; {returned.recipient}")
    bring(town, said, returned.sender)
    assert [reason for _, _, reason in outcome(town)] == ["failed"]
    town.do(f"reports/{story.unmarked['id']}/meeting/ask")
    people = [person_called(town, code)["id"] for code in ("anna-lindqvist", "yasmin-demir")]
    starts = {"starts_at": story.meeting["starts_at"], "participants": people}
    town.do(f"reports/{story.unmarked['id']}/meeting", starts, status=201)
    moved = the_familys_meeting(town, story.case)
    assert moved["starts_at"] != story.meeting["starts_at"], "R46: it has given way"
    from_case = {
        "reporter": person_called(town, "anna-lindqvist")["id"],
        "received_by": person_called(town, "jonas-ekdahl")["id"],
        "oral": True,
        "wants_feedback": False,
    }
    town.do(f"cases/{story.case['id']}/report", from_case, status=201)
    town.do(f"reports/{story.unmarked['id']}/written", {}, status=200)
    town.move_clock("2027-03-24T12:00:00+01:00")
    nudged = {task["kind"] for task in town.get("tasks") if task["report"]}
    assert "ask-for-feedback" in nudged
    refusals(story)


def refusals(story: Story) -> None:
    """What is refused says no more than why."""
    post = story.town.client.post
    for guardian in story.guardians:
        for path in ("written", "feedback/ask", "meeting/ask"):
            answer = post(
                f"/api/v1/reports/{story.suspected['id']}/{path}",
                json={},
                headers={ACTING: guardian},
            )
            assert answer.status_code in (403, 404), answer.text
            story.told.append(answer.text.replace(story.suspected["id"], ""))
    informed = {"by": person_called(story.town, "anna-lindqvist")["id"]}
    refused = post(f"/api/v1/reports/{story.suspected['id']}/guardian-informed", json=informed)
    assert (refused.status_code, refused.json()["rule"]) == (409, "R41")


def no_trace(texts: Iterable[str], story: Story, *, telling: bool = True) -> None:
    for text in texts:
        for canary in story.canaries:
            assert canary not in text, (canary, text)
        if telling:
            found = TELLING.search(text)
            assert found is None, (found, text)


def said_in(mail: EmailMessage) -> Iterator[str]:
    """The headers, and each part as it is read."""
    yield "\n".join(f"{name}: {value}" for name, value in mail.items())
    for part in mail.walk():
        content = part.get_payload(decode=True)
        if isinstance(content, bytes):
            yield content.decode()


def test_R41_every_mail_to_the_family_is_about_their_own_meeting(story: Story) -> None:
    mails = [parsed(one) for one in story.town.server.accepted if one.recipient in FAMILYS]
    assert len(mails) >= 4  # called, and told of the new time
    for mail in mails:
        no_trace(said_in(mail), story)
    kinds = {
        row["kind"]
        for row in story.town.rows(
            "SELECT m.kind FROM notifier.messages m JOIN cases.tasks t ON t.id = m.task_id"
            " WHERE m.mailbox = ANY (%s) AND t.report_id IS NOT NULL", list(FAMILYS)
        )
    }  # fmt: skip
    assert kinds == set()
    what_cannot_be_mailed_is_a_task_for_whoever_received_it(story)
    no_mail_to_anybody_tells_what_it_is_about(story)


def what_cannot_be_mailed_is_a_task_for_whoever_received_it(story: Story) -> None:
    receiver = person_called(story.town, "jonas-ekdahl")["id"]
    reporter = person_called(story.town, "zeynep-kaya")["id"]
    tasks = [task for task in story.town.get("tasks") if task["kind"] == "reach-otherwise"]
    of_report = [task for task in tasks if task["report"] == story.suspected["id"]]
    assert of_report
    for task in of_report:
        assert (task["owner"], task["about"]) == (receiver, reporter)


def no_mail_to_anybody_tells_what_it_is_about(story: Story) -> None:
    """Not even to staff: subjects and bodies are neutral (X3, X13)."""
    for one in story.town.server.accepted:
        for text in said_in(parsed(one)):
            found = TELLING.search(text)
            assert found is None, (found, text)


def test_R41_nobody_is_shown_that_there_is_a_report(story: Story) -> None:
    pages_feeds_and_letters_of_the_family_show_their_own_meeting(story)
    nobody_on_the_case_learns_that_there_is_a_report(story)


def pages_feeds_and_letters_of_the_family_show_their_own_meeting(
    story: Story,
) -> None:
    town, meeting = story.town, the_familys_meeting(story.town, story.case)
    client = town.client
    shown: list[str] = []
    for guardian in story.guardians:
        feed = town.post(f"people/{guardian}/feed", {}, status=201)["url"]
        shown.append(client.get(feed.removeprefix("http://samspel.example")).text)
        (row,) = town.rows(
            "SELECT link FROM cases.attendance WHERE meeting_id = %s AND person_id = %s",
            UUID(meeting["id"]), UUID(guardian),
        )  # fmt: skip
        path = f"/r/{signed_token(SECRET, LINK, row['link'])}"
        page = client.get(path)
        assert page.status_code == 200
        shown.append(page.text)
        letter = client.get(f"/api/v1/meetings/{meeting['id']}/letters/{guardian}.pdf")
        pages = PdfReader(io.BytesIO(letter.content)).pages if letter.is_success else []
        shown.append("\n".join(one.extract_text() for one in pages))
    no_trace(shown, story)


def nobody_on_the_case_learns_that_there_is_a_report(story: Story) -> None:
    """The case, its timeline and all lists, as the therapist and each guardian get them."""
    town, case = story.town, story.case["id"]
    therapist = person_called(town, "asa-hallberg")["id"]
    paths = (
        f"cases/{case}", f"cases/{case}/timeline", f"cases/{case}/mails", f"cases/{case}/slots",
        "cases", "messages", "tasks", "events", "inbound", "limits", "reports",
        f"reports/{story.suspected['id']}", f"reports/{story.unmarked['id']}",
        f"reports/{story.suspected['id']}/feedback", f"cases/{story.unmarked['id']}",
    )  # fmt: skip
    seen = 0
    for person in (therapist, *story.guardians):
        for path in paths:
            answer = town.client.get(f"/api/v1/{path}", headers={ACTING: person})
            if path.startswith("reports"):
                assert answer.status_code == 404 or answer.json() == [], (path, answer.text)
            text = answer.text.replace(f"/api/v1/{path}", "")
            own = {json.dumps(story.suspected["id"])[1:-1]} if "reports/" in path else set()
            for canary in story.canaries - own:
                assert canary not in text, (path, canary)
            assert "R41" not in text or answer.status_code == 404, path
            seen += answer.is_success
    assert seen > 0
    # Nor does the calling system in what it shows of the case.
    no_trace([json.dumps(town.get(f"cases/{case}"))], story, telling=False)
    no_trace([json.dumps(town.get(f"cases/{case}/timeline"))], story, telling=False)


def test_R41_nothing_of_a_report_stands_outside_the_case_service(story: Story) -> None:
    """Every table of the other schemas, what was logged, and what was answered to the family."""
    no_trace(story.told, story)
    no_trace(story.logged, story, telling=False)
    with psycopg.connect(story.town.database_url) as connection:
        tables = connection.execute(_TABLES).fetchall()
        assert len(tables) > 5
        for schema, name in tables:
            query = sql.SQL("SELECT to_jsonb(t) - 'content' - 'raw' FROM {} t").format(
                sql.Identifier(schema, name)
            )
            for (row,) in connection.execute(query):
                text = json.dumps(row, ensure_ascii=False)
                text = ADDRESS.sub("", text)
                if (schema, name) == ("notifier", "messages") and row["party"] == "staff":
                    text = text.replace(f'"reference": "{own_reference(row)}"', "")
                assert SCHOOL not in text, (schema, name)
                no_trace([text], story)


def own_reference(row: Json) -> str:
    return str(row["payload"].get("reference"))
