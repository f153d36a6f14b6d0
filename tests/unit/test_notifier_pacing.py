"""How much goes to one recipient domain at a time."""

import heapq

import pytest

from services.notifier.domain.pacing import Lanes, Pacing, crowded, most_of_a_slow_one

SLOW, QUICK, OWN = "slow.example", "quick.example", "exempelkommun.example"


def lanes(per_minute: int = 0, connections: int = 10) -> Lanes[str]:
    return Lanes(Pacing(4, per_minute, frozenset({OWN})), connections)


def taken(made: Lanes[str], now: float = 0.0) -> list[str]:
    found = []
    while (one := made.take(now)) is not None:
        found.append(one)
    return found


def fill(made: Lanes[str], domain: str, count: int) -> None:
    for number in range(count):
        made.put(domain, f"{domain}/{number}", 0.0)


def test_a_domain_begins_with_four_connections_and_others_find_room_beside_it() -> None:
    made = lanes()
    fill(made, SLOW, 50)
    fill(made, QUICK, 2)
    found = taken(made)
    assert [one for one in found if one.startswith(SLOW)] == [f"{SLOW}/{n}" for n in range(4)]
    assert [one for one in found if one.startswith(QUICK)] == [f"{QUICK}/0", f"{QUICK}/1"]


def test_domains_take_turns() -> None:
    made = lanes()
    fill(made, SLOW, 3)
    fill(made, QUICK, 3)
    assert [one.split("/")[0] for one in taken(made)] == [SLOW, QUICK] * 3


def test_a_domain_that_answers_promptly_gets_more_but_never_all() -> None:
    made = lanes()
    fill(made, QUICK, 100)
    under_way = len(taken(made))
    for _ in range(20):
        made.ended(QUICK, 0.0, 0.01, held_back=False)
        under_way += len(taken(made)) - 1
    assert under_way == 8
    assert made.slow == frozenset()


def test_a_slow_one_falls_back_to_four_and_one_that_wants_less_to_one() -> None:
    made = lanes()
    fill(made, SLOW, 100)
    for _ in taken(made):
        made.ended(SLOW, 0.0, 0.01, held_back=False)
    for _ in range(len(taken(made))):
        made.ended(SLOW, 0.0, 60, held_back=False)
    assert made.slow == {SLOW}
    assert len(taken(made)) == 4
    for _ in range(4):
        made.ended(SLOW, 0.0, 0.1, held_back=True)
    assert len(taken(made)) == 1
    made.ended(SLOW, 0.0, 0.1, held_back=False)
    assert made.slow == frozenset()


def test_the_municipalitys_own_domain_is_never_held_back() -> None:
    made = lanes(per_minute=6)
    fill(made, OWN, 50)
    assert len(taken(made)) == 10
    made.ended(OWN, 0.0, 60, held_back=True)
    assert len(taken(made)) == 1
    assert made.next_token(0.0) is None
    assert made.slow == frozenset()


def test_so_many_a_minute_and_no_more() -> None:
    made = lanes(per_minute=60)
    fill(made, QUICK, 100)
    began = 0
    for second in range(60):
        for _ in taken(made, float(second)):
            began += 1
            made.ended(QUICK, second, second + 0.01, held_back=False)
    assert began == 60 + 9, "ten may go at the start"
    assert made.next_token(59.5) == 0.5


def test_what_has_not_begun_of_a_domain_can_be_taken_out() -> None:
    made = lanes()
    fill(made, SLOW, 6)
    taken(made)
    assert made.clear(SLOW) == [f"{SLOW}/4", f"{SLOW}/5"]
    assert made.clear(SLOW) == made.clear("nobody.example") == []


def sent_beside(slow: int, seconds: float = 600.0) -> tuple[int, int]:
    """How many mails of our own and of a prompt domain, at 0.1 s each, go beside domains that need
    a minute for each, and were there first."""
    made, count = lanes(), {OWN: 0, QUICK: 0}
    for number in range(slow):
        fill(made, f"slow{number}.example", 1000)
    under_way: list[tuple[float, float, str]] = []
    now, queued = 0.0, False
    while now < seconds:
        if now >= 1.0 and not queued:
            queued = True
            fill(made, OWN, 3000)
            fill(made, QUICK, 3000)
        made.look(now)
        while len(under_way) < made.connections and (one := made.take(now)) is not None:
            domain = one.split("/")[0]
            heapq.heappush(under_way, (now + (0.1 if domain in count else 60.0), now, domain))
        ends = under_way[0][0] if under_way else now + 1.0
        if not queued and ends > 1.0:
            now = 1.0
            continue
        now = ends
        if under_way:
            _, began, domain = heapq.heappop(under_way)
            made.ended(domain, began, now, held_back=False)
            if domain in count:
                count[domain] += 1
    return count[OWN], count[QUICK]


@pytest.mark.parametrize("slow", [0, 3, 6])
def test_F5_however_many_domains_are_slow_our_own_and_prompt_ones_go(slow: int) -> None:
    assert sent_beside(slow) == (3000, 3000)


def test_F5_slow_domains_share_half_of_the_connections() -> None:
    made = lanes()
    for number in range(4):
        fill(made, f"slow{number}.example", 20)
    begun = [one.split("/")[0] for one in taken(made)]
    assert len(begun) == 8, "of domains that nothing is known of, two are left"
    made.look(3.0)
    fill(made, QUICK, 20)
    for domain in begun[:4]:
        made.ended(domain, 0.0, 60.0, held_back=False)
    begun = [one.split("/")[0] for one in taken(made, 60.0)]
    assert sorted(begun) == [QUICK] * 3 + ["slow0.example"], "five slow, eight that aren't prompt"


def test_F5_one_that_lets_a_mail_wait_is_slow_before_that_has_ended() -> None:
    made = lanes()
    fill(made, SLOW, 20)
    fill(made, OWN, 1)
    taken(made)
    made.look(2.0)
    assert made.slow == frozenset()
    made.look(2.1)
    assert made.slow == {SLOW}
    assert made.spare(SLOW, 8) == [f"{SLOW}/{number}" for number in range(19, 7, -1)]
    assert made.spare(SLOW, 0) == [f"{SLOW}/{number}" for number in range(7, 3, -1)]
    made.ended(SLOW, 0.0, 0.5, held_back=False)
    made.look(2.2)
    assert made.slow == {SLOW}, "three others still wait"


def test_F5_of_what_a_worker_has_claimed_slow_domains_have_half() -> None:
    claimed = {SLOW: 7, QUICK: 40, OWN: 90, "few.example": 39}
    assert crowded(claimed, frozenset({SLOW}), frozenset({OWN})) == {QUICK}
    assert crowded(claimed | {SLOW: 8}, frozenset({SLOW}), frozenset({OWN})) == {QUICK, SLOW}
    slow = frozenset(f"slow{number}.example" for number in range(10))
    assert most_of_a_slow_one(slow) == 5
    full = dict.fromkeys(slow, 5)
    assert crowded(full, slow | {"another.example"}, frozenset()) == slow | {"another.example"}
