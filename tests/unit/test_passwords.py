"""Passwords of local accounts: which ones will do, and how they are kept."""

from datetime import timedelta
from typing import Any, Literal

import pytest
from argon2 import PasswordHasher

from services.cases.adapters.passwords import Passwords
from services.cases.domain.passwords import BadPassword, check_new_password, wait_after

LOGIN = "anna.lindqvist@exempelkommun.example"
QUICK = Passwords(PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))


@pytest.mark.parametrize("password", ["korrekt häst batteri", "Gunilla har 3 hattar", "x7öq" * 5])
def test_a_few_words_will_do(password: str) -> None:
    check_new_password(password, LOGIN)


@pytest.mark.parametrize(
    ("password", "why"),
    [
        ("elva tecken", "password-too-short"),
        ("x7öq" * 51, "password-too-long"),
        ("Lösenord1234", "password-too-common"),
        ("aaaaaaaaaaaaaaaa", "password-too-common"),
        ("ababababababab", "password-too-common"),
        ("Anna.Lindqvist 2026", "password-holds-login"),
    ],
)
def test_a_password_is_long_not_common_and_not_the_login(password: str, why: str) -> None:
    with pytest.raises(BadPassword) as refused:
        check_new_password(password, LOGIN)
    assert refused.value.code == why
    assert password not in refused.value.detailed("sv") + refused.value.detailed("en")


def test_a_password_is_known_again_however_its_letters_were_put_together() -> None:
    kept = QUICK.hashed("korrekt ha\u0308st batteri")
    assert kept.startswith("$argon2id$")
    assert QUICK.is_right(kept, "korrekt häst batteri")
    assert not QUICK.is_right(kept, "korrekt hast batteri")


def test_nobodys_password_is_never_right_and_takes_a_comparison_all_the_same() -> None:
    class Counting(PasswordHasher):
        compared = 0

        def verify(self, *kept_and_given: Any) -> Literal[True]:
            Counting.compared += 1
            return super().verify(*kept_and_given)

    passwords = Passwords(Counting(time_cost=1, memory_cost=8, parallelism=1))
    assert not passwords.is_right(None, "korrekt häst batteri")
    assert not passwords.is_right(None, "nobody has this password")
    assert not passwords.is_right("not a hash", "korrekt häst batteri")
    assert not passwords.is_right(passwords.hashed("korrekt häst batteri"), "\ud800")
    assert Counting.compared == 4


def test_a_hash_of_other_parameters_is_outdated() -> None:
    kept = QUICK.hashed("korrekt häst batteri")
    assert not QUICK.is_outdated(kept)
    assert Passwords().is_outdated(kept)
    assert Passwords().is_outdated("not a hash")


@pytest.mark.parametrize(
    ("failures", "minutes"), [(0, 0), (4, 0), (5, 1), (6, 2), (8, 8), (11, 60), (10_000, 60)]
)
def test_who_guesses_waits_longer_each_time(failures: int, minutes: int) -> None:
    assert wait_after(failures) == timedelta(minutes=minutes)
