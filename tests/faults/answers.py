"""How people answer: by phone, in their calendar program, on their personal page."""

import smtplib
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from urllib.parse import urlsplit

import httpx2

from samspel.ports import LOOPBACK
from shared.domain.days import STOCKHOLM
from tests.faults.doing import Doing, coming, reached
from tests.faults.families import Json, Person
from tests.faults.letters import Letter
from tests.faults.world import ANSWER_SECONDS, PATIENCE, World
from tests.support.links import Forms
from tests.support.replies.answering import Answering
from tests.support.replies.clients import thunderbird

ANSWERS = {"accepted": "ACCEPTED", "declined": "DECLINED", "tentative": "TENTATIVE"}


def answer_by_phone(doing: Doing, shown: Json) -> str:
    meeting, said = coming(shown), doing.random.choice(sorted(ANSWERS))
    called = {one["person"]: one["answer"] for one in meeting["attendance"]}
    who = next((one for one in doing.family.people[1:] if one.id in called), None)
    if who is None:
        return "nobody to phone"
    body = {"person": who.id, "answer": said}
    did = f"answer.{said}" if called[who.id] != said else None
    answer, _ = doing.post(f"meetings/{meeting['id']}/answers", body, did=did)
    if answer is not None:
        doing.expect(said, "answer", meeting["id"], who.id)
        doing.family.said[meeting["id"], who.id] = doing.now
    return f"answers {said} by phone"


def answer_by_mail(doing: Doing, shown: Json) -> str:
    who, invitation = _invited(doing)
    if who is None or invitation is None:
        return "has no invitation"
    meeting, said = coming(shown), doing.random.choice(sorted(ANSWERS))
    starts, ends = (
        datetime.fromisoformat(meeting[one]).astimezone(STOCKHOLM)
        for one in ("starts_at", "ends_at")
    )
    doing.family.answers += 1  # two with one DTSTAMP would be one answer that came twice
    stamp = doing.now + timedelta(seconds=doing.family.answers)
    mail = thunderbird(
        Answering(
            uid=invitation.uid, attendee=invitation.recipient, organizer=invitation.organizer,
            partstat=ANSWERS[said], sequence=invitation.sequence, stamp=stamp,
            starts_at=starts, ends_at=ends,
        )
    )  # fmt: skip
    _bring(doing.world, mail, invitation.recipient, invitation.organizer)
    if doing.family.said.get((meeting["id"], who.id)) != doing.now:
        doing.expect(said, "answer", meeting["id"], who.id)
    else:  # neither is the newer: either may stand
        doing.expect_also(said, "answer", meeting["id"], who.id)
    return f"answers {said} by mail"


def _invited(doing: Doing) -> tuple[Person | None, Letter | None]:
    who = reached(doing)
    if who is None or who.address is None:
        return None, None
    return who, doing.letters.newest_invitation(who.address)


def _bring(world: World, mail: bytes, sender: str, to: str) -> None:
    """As the municipality's mail server: again and again until it is taken."""
    deadline = time.monotonic() + PATIENCE
    while True:
        try:
            with smtplib.SMTP(LOOPBACK, world.inbound_port, timeout=60) as door:
                door.sendmail(sender, [to], mail)
                return
        except (OSError, smtplib.SMTPException):
            if time.monotonic() > deadline:
                raise
            time.sleep(0.2)


def answer_by_link(doing: Doing, shown: Json) -> str:
    who, invitation = _invited(doing)
    if who is None or invitation is None or not invitation.link:
        return "has no link"
    meeting, said = coming(shown), doing.random.choice(sorted(ANSWERS))
    path = urlsplit(invitation.link).path
    with httpx2.Client(base_url=f"{doing.world.web.base_url}", timeout=ANSWER_SECONDS) as browser:
        page = _visit(lambda: browser.get(path))
        fields = Forms(page.text).hidden(f"{path}/svar") | {"answer": said}
        answer = _visit(lambda: browser.post(f"{path}/svar", data=fields))
    if answer.status_code != 303:
        return f"can't answer by link ({answer.status_code})"
    doing.expect(said, "answer", meeting["id"], who.id)
    doing.family.said[meeting["id"], who.id] = doing.now
    return f"answers {said} by link"


def _visit(ask: Callable[[], httpx2.Response]) -> httpx2.Response:
    """As a person who tries once more while nothing comes."""
    deadline = time.monotonic() + PATIENCE
    while True:
        try:
            answer = ask()
        except httpx2.TransportError:
            if time.monotonic() > deadline:
                raise
        else:
            if answer.status_code not in (502, 503) or time.monotonic() > deadline:
                return answer
        time.sleep(0.2)
