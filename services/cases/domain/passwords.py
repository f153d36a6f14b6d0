"""What a password of a local account has to be, and how long one waits after wrong ones."""

import unicodedata
from datetime import timedelta

from services.cases.domain.refused import Invalid, Words

SHORTEST, LONGEST = 12, 200
_TRIES_FREE = 5
_LONGEST_WAIT = timedelta(hours=1)
# The worst of those that are long enough; a longer list would only seem to protect.
_WORST = frozenset(
    {
        "123456789012", "1234567890123", "12345678901234", "qwertyuiopas", "qwertyuiop123",
        "qwerty123456", "passwordpassword", "password1234", "password12345", "password123456",
        "lösenordlösenord", "lösenord1234", "lösenord12345", "lösenord123456", "losenord1234",
        "losenord12345", "sommar2026sommar", "sommaren2026", "sommaren2027", "vintern20262027",
        "välkommen123", "valkommen1234", "välkommen1234", "hejhejhejhej", "abcdefghijkl",
        "abcdefghijklm", "iloveyou1234", "administrator", "administratör", "samspelsamspel",
        "samspel12345", "letmein12345", "changemechangeme", "admin1234567",
    }
)  # fmt: skip


class BadPassword(Invalid):
    """The root of what is wrong with a new password; none repeats it."""

    def __init__(self, **values: object) -> None:
        super().__init__("password", rule=None, **values)


class TooShort(BadPassword):
    code = "password-too-short"
    detail = Words(
        "Välj ett lösenord med minst {least} tecken. Några ord efter varandra går bra.",
        "Choose a password of at least {least} characters. A few words in a row will do.",
    )


class TooLong(BadPassword):
    code = "password-too-long"
    detail = Words(
        "Välj ett lösenord med högst {most} tecken.",
        "Choose a password of at most {most} characters.",
    )


class TooCommon(BadPassword):
    code = "password-too-common"
    detail = Words(
        "Lösenordet är lätt att gissa. Välj ett annat.",
        "The password is easy to guess. Choose another.",
    )


class HoldsTheLogin(BadPassword):
    code = "password-holds-login"
    detail = Words(
        "Lösenordet får inte innehålla användarnamnet. Välj ett annat.",
        "The password must not contain the login. Choose another.",
    )


def check_new_password(password: str, login: str) -> None:
    """Raises BadPassword."""
    plain = plain_password(password).lower()
    if len(plain) < SHORTEST:
        raise TooShort(least=SHORTEST)
    if len(plain) > LONGEST:
        raise TooLong(most=LONGEST)
    if plain in _WORST or len(set(plain)) < 4:
        raise TooCommon
    if any(len(part) > 2 and part in plain for part in (login, login.partition("@")[0])):
        raise HoldsTheLogin


def plain_password(password: str) -> str:
    """The same letters give the same password, however a keyboard has put them together."""
    return unicodedata.normalize("NFKC", password)


def wait_after(failures: int) -> timedelta:
    """How long an account waits after so many wrong passwords in a row: doubled each time."""
    if failures < _TRIES_FREE:
        return timedelta(0)
    doubled: int = 2 ** min(failures - _TRIES_FREE, 10)
    return min(timedelta(minutes=doubled), _LONGEST_WAIT)
