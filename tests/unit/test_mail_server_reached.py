"""F5: why mail waits is said once a minute, and another reason at once."""

import pytest

from services.notifier.adapters.smtp import Reach


def test_F5_each_reason_why_mail_waits_is_told_of_when_it_comes(
    caplog: pytest.LogCaptureFixture,
) -> None:
    reach = Reach()
    for reason in ("connect-refused", "connect-refused", "connect-certificate", "connect-refused"):
        reach.failed(reason)
    told = [record.getMessage() for record in caplog.records]
    assert [line.split(": ")[1].split(".")[0] for line in told] == [
        "connect-refused",
        "connect-certificate",
    ]
    assert reach.pauses
