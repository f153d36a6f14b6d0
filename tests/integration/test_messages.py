"""Each mail's life can be read, and a mail that didn't arrive is tried again by hand."""

from typing import Any

import pytest

from tests.integration.test_stories import sign_all
from tests.support.story import GUARDIANS, open_a_case
from tests.support.town import Json, Town

MOTHER = GUARDIANS[0]
ACTING = "Samspel-Acting-As"


@pytest.fixture
def case(town: Town) -> Json:
    """The first meeting is booked, and the mother's address takes no mail that day."""
    town.server.at_rcpt = lambda to: "550 5.1.1 nobody" if to == MOTHER else None
    opened = open_a_case(town)
    town.quiet()
    sign_all(town, opened["id"])
    town.quiet()
    town.server.at_rcpt = lambda _: None
    return opened


def failed_call(town: Town, case: Json) -> Json:
    (found,) = town.get(f"messages?case={case['id']}&state=failed")
    return dict(found)


def to_mother(town: Town) -> list[tuple[str, str]]:
    return [(mail.kind, mail.to) for mail in town.mails() if mail.to == MOTHER]


def test_a_mails_life_is_read_in_words_with_its_attempts(town: Town, case: Json) -> None:
    failed = failed_call(town, case)
    assert (failed["kind"], failed["reason"]) == ("call", "rcpt-550-5.1.1")
    assert failed["explanation"] == "Gick inte att skicka: mottagarens adress tar inte emot mejl."
    life = town.get(f"messages/{failed['id']}")
    assert [(one["state"], one["reason"], one["times"]) for one in life["life"]] == [
        ("failed", "rcpt-550-5.1.1", 1)
    ]
    assert life["life"][0]["first_at"].startswith("2027-03-01T")
    assert "@" not in str(life)
    english = town.client.get(
        f"/api/v1/messages/{failed['id']}", headers={"Accept-Language": "en"}
    ).json()
    assert english["explanation"] == "Couldn't be sent: the address takes no mail."


def test_a_failed_mail_goes_once_more_by_hand_with_the_same_identity_and_never_twice(
    town: Town, case: Json
) -> None:
    failed = failed_call(town, case)
    before = town.rows("SELECT message_id FROM notifier.messages WHERE id = %s", failed["id"])
    for _ in range(2):  # asked twice before the notifier has heard of it
        town.post(f"messages/{failed['id']}/repeat", status=202)
    town.quiet()
    assert [to for _, to in to_mother(town)] == [MOTHER]
    now = town.get(f"messages/{failed['id']}")
    assert (now["state"], now["attempts"], now["repeats"]) == ("accepted", 2, 1)
    assert town.mail_to(MOTHER)["Message-ID"] == before[0]["message_id"]
    refused = town.post(f"messages/{failed['id']}/repeat", status=409)
    assert refused["type"].endswith("message-accepted")
    assert refused["title"] == "Mejlet är redan skickat"
    noted = town.rows("SELECT action, details FROM cases.audit WHERE action = 'message.repeat'")
    assert [one["details"] for one in noted] == [{"message": failed["id"]}] * 2


def test_what_fails_again_is_another_task(town: Town, case: Json) -> None:
    failed = failed_call(town, case)
    town.server.at_rcpt = lambda _: "550 5.1.1 nobody"
    town.do(f"messages/{failed['id']}/repeat", status=202)
    again = town.get(f"messages/{failed['id']}")
    assert (again["state"], again["life"][0]["times"]) == ("failed", 2)
    keys = [task["key"] for task in town.rows("SELECT key FROM cases.tasks")]
    assert sum(key.endswith("/by-hand/1") for key in keys) == 1


def test_what_no_longer_holds_or_may_have_arrived_is_not_repeated(town: Town, case: Json) -> None:
    failed = failed_call(town, case)
    path = f"messages/{failed['id']}/repeat"

    def refusal() -> Any:
        return town.post(path, status=409)["type"].rpartition(":")[2].rpartition("/")[2]

    def put(**values: Any) -> None:
        for column, value in values.items():
            town.rows(
                f"UPDATE notifier.messages SET {column} = %s WHERE id = %s RETURNING id",  # noqa: S608
                value,
                failed["id"],
            )

    put(doubts=2)
    assert refusal() == "message-may-have-arrived"
    put(doubts=0, state="retry")
    assert refusal() == "message-on-its-way"
    put(state="suppressed", reason="too-late")
    assert refusal() == "message-of-no-use"
    put(state="failed", reason="rcpt-550")
    (meeting,) = town.get(f"cases/{case['id']}")["meetings"]
    town.do(f"meetings/{meeting['id']}/cancel")
    assert refusal() == "message-of-no-use"


def test_X10_a_mail_is_seen_and_repeated_by_who_sees_its_case(town: Town, case: Json) -> None:
    failed = failed_call(town, case)
    owner, others = case["process_owner"], [one["id"] for one in town.people("rektor")]
    stranger = next(one for one in others if one != owner)
    for method, path, seen in (("get", "", 200), ("post", "/repeat", 202)):
        for person, expected in ((stranger, 404), (owner, seen)):
            answer = getattr(town.client, method)(
                f"/api/v1/messages/{failed['id']}{path}", headers={ACTING: person}
            )
            assert answer.status_code == expected
    missing = "/api/v1/messages/00000000-0000-4000-8000-000000000000"
    assert town.client.get(missing).status_code == 404


def test_the_mail_server_says_since_when_it_is_paused_and_how_many_wait(
    town: Town, case: Json
) -> None:
    assert town.get("mail-server")["state"] == "works"
    town.server.at_mail = "550 5.7.60 may not send as this sender"
    (meeting,) = town.get(f"cases/{case['id']}")["meetings"]
    town.post(f"meetings/{meeting['id']}/cancel")
    for _ in range(6):
        town._a_round()
    found = town.get("mail-server")
    assert found["state"] == "paused"
    assert found["reason"] == "mail-550-5.7.60"
    assert found["explanation"] == "mejlservern godtog inte avsändaren"
    assert found["paused_since"] < found["next_try"]
    assert found["waiting"] > 0
    town.server.at_mail = None
    town.rows("UPDATE notifier.messages SET try_at = '-infinity' RETURNING id")
    town.quiet()
    assert town.get("mail-server") == {
        "state": "works", "failures": 0, "reason": None, "explanation": None,
        "paused_since": None, "next_try": None, "waiting": 0, "resting_domains": 0,
    }  # fmt: skip
