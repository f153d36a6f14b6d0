"""More cases than there is room for: each is called, or a task says why not; nothing swells."""

import csv
import shutil
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psutil
import pytest

from tests.conftest import ROOT
from tests.support.folders import around_a_child_alone, without_letters
from tests.support.house import House, Json, running

pytestmark = [pytest.mark.timeout(600), pytest.mark.xdist_group("e2e-many")]

CASES = 60
PAIRS = 1  # a rektor and a family therapist each, who have room for 56 meetings in the window
BATCH = 100
SWELL = 40 * 1024 * 1024  # bytes of resident memory that a process may grow by


@pytest.fixture
def municipality(tmp_path: Path) -> Path:
    """The example municipality with some more schools and family therapists."""
    folder = tmp_path / "storkommun"
    shutil.copytree(ROOT / "examples" / "exempelkommun", folder)
    for number in range(PAIRS):
        school, therapist = f"skola-{number}", f"familjebehandlare-x{number}"
        append(folder / "units.csv", [school, f"Skola {number}", "f-6", "school", ""])
        for post, role, unit in (
            (f"rektor-{school}", "rektor", school),
            (therapist, "familjebehandlare", "familjeteamet"),
        ):
            person = f"person-{post}"
            append(folder / "people.csv", [person, f"Person {post}", f"{person}@stor.example", ""])
            append(folder / "posts.csv", [post, role, unit, ""])
            append(folder / "holders.csv", [post, person, "2020-01-01", ""])
    return folder


def append(path: Path, row: list[str]) -> None:
    with path.open("a", newline="", encoding="utf-8") as file:
        csv.writer(file, lineterminator="\n").writerow(row)


@pytest.fixture
def house(tmp_path: Path, municipality: Path) -> Iterator[House]:
    start = "2027-04-05T08:00:00+02:00"  # a Monday after påsklov
    alone = without_letters(around_a_child_alone(municipality))
    with running(tmp_path / "home", clock=start, municipality=alone) as house:
        yield house


def test_more_cases_than_there_is_room_for_are_all_called_or_say_why_not(house: House) -> None:
    people = {person["code"]: person["id"] for person in house.get("people")}
    open_some(house, people, range(20))
    house.settle()
    before = memory(house)
    with ThreadPoolExecutor(4) as pool:
        chunks = [range(start, CASES, 4) for start in range(20, 24)]
        list(pool.map(lambda chunk: open_some(house, people, chunk), chunks))
        biggest = most_claimed(house)
    house.settle(400)
    states = Counter(message["state"] for message in messages(house))
    assert set(states) == {"accepted"}
    uncalled = [case for case in cases(house) if not case["meetings"]]
    assert 0 < len(uncalled) < CASES / 10  # there isn't room for all of them
    for case in uncalled:
        reasons = [task for task in case["tasks"] if task["kind"] == "no-slot"]
        assert [(task["rule"], task["state"]) for task in reasons] == [("X1", "open")]
    assert len(house.kinds_of_mail()) <= len(house.mails()) == states["accepted"]
    assert biggest <= BATCH
    swollen = {
        name: (size - before[name]) // 1024
        for name, size in memory(house).items()
        if size - before.get(name, size) > SWELL
    }
    assert not swollen


def open_some(house: House, people: dict[str, str], numbers: range) -> None:
    for number in numbers:
        school = f"skola-{number % PAIRS}"
        case = house.post(
            "cases",
            {
                "procedure": "samverkansmote",
                "known_on": "2027-04-05",
                "initiator": people[f"person-rektor-{school}"],
                "child": {
                    "name": f"Barn {number}",
                    "birth_date": "2016-02-29",
                    "unit": school,
                    "email": None,
                    "protected": False,
                },
                "guardians": [
                    {
                        "name": f"Förälder {number}",
                        "email": f"foralder.{number}@hemma.example",
                        "language": "sv",
                        "custody": True,
                        "protected": False,
                    }
                ],
                "participants": [people[f"person-familjebehandlare-x{number % PAIRS}"]],
            },
        )
        house.post(f"cases/{case['id']}/consents/{case['consents'][0]['id']}/sign")


def most_claimed(house: House) -> int:
    """The most messages that a worker was seen to hold, over some hundred looks."""
    return max(len(messages(house, "&state=claimed")) for _ in range(100))


def messages(house: House, query: str = "") -> list[Json]:
    return list(house.get(f"messages?limit=10000{query}"))


def cases(house: House) -> list[Json]:
    found: list[Json] = []
    beyond: str | None = ""
    while beyond is not None:
        page = house.get(f"cases?limit=500{beyond and f'&after={beyond}'}")
        found += [house.get(f"cases/{case['id']}") for case in page["cases"]]
        beyond = page["next"]
    return found


def memory(house: House) -> dict[str, int]:
    """Resident bytes by command line, of the services and the mailbox."""
    found: dict[str, int] = {}
    for process in house.children():
        try:
            line = " ".join(process.cmdline())
            if "python" in line:
                found[line] = process.memory_info().rss
        except psutil.Error:
            continue
    return found
