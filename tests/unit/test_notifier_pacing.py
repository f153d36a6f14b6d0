"""How much goes to one recipient domain at a time."""

from services.notifier.domain.pacing import Lanes, Pacing

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
        made.ended(QUICK, 0.01, held_back=False)
        under_way += len(taken(made)) - 1
    assert under_way == 8
    assert made.slow == frozenset()


def test_a_slow_one_falls_back_to_four_and_one_that_wants_less_to_one() -> None:
    made = lanes()
    fill(made, SLOW, 100)
    for _ in taken(made):
        made.ended(SLOW, 0.01, held_back=False)
    for _ in range(len(taken(made))):
        made.ended(SLOW, 60, held_back=False)
    assert made.slow == {SLOW}
    assert len(taken(made)) == 4
    for _ in range(4):
        made.ended(SLOW, 0.1, held_back=True)
    assert len(taken(made)) == 1
    made.ended(SLOW, 0.1, held_back=False)
    assert made.slow == frozenset()


def test_the_municipalitys_own_domain_is_never_held_back() -> None:
    made = lanes(per_minute=6)
    fill(made, OWN, 50)
    assert len(taken(made)) == 10
    made.ended(OWN, 60, held_back=True)
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
            made.ended(QUICK, 0.01, held_back=False)
    assert began == 60 + 9, "ten may go at the start"
    assert made.next_token(59.5) == 0.5


def test_what_has_not_begun_of_a_domain_can_be_taken_out() -> None:
    made = lanes()
    fill(made, SLOW, 6)
    taken(made)
    assert made.clear(SLOW) == [f"{SLOW}/4", f"{SLOW}/5"]
    assert made.clear(SLOW) == made.clear("nobody.example") == []
