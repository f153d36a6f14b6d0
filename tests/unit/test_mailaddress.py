"""Which addresses mail can be sent to, from any program on the way."""

import pytest

from shared.mailaddress import mail_address


@pytest.mark.parametrize(
    ("entered", "used"),
    [
        ("anna@hem.example", "anna@hem.example"),
        ("Anna.B@Hem.Example", "Anna.B@hem.example"),  # the local part may be case-sensitive
        ("anna@\u00e5ker.example", "anna@xn--ker-tla.example"),
        ("o'br&{x}%41=@hem.example", "o'br&{x}%41=@hem.example"),
        (f"{'a' * 64}@hem.example", f"{'a' * 64}@hem.example"),
    ],
)
def test_an_address_is_used_as_it_was_entered_but_for_its_domain(entered: str, used: str) -> None:
    assert mail_address(entered) == used


@pytest.mark.parametrize(
    "entered",
    [
        "",
        "anna",
        "\u00e5sa@hem.example",
        "anna@hem.example\r\nBcc: b@x.example",
        "=?utf-8?q?=0d=0a?=@x.example",
        "a=?b@x.example",
        f"{'a' * 65}@hem.example",
    ],
)
def test_an_address_that_mail_cannot_be_sent_to_is_refused_and_not_repeated(entered: str) -> None:
    with pytest.raises(ValueError, match="not a mail address") as refused:
        mail_address(entered)
    assert "@hem" not in str(refused.value)
