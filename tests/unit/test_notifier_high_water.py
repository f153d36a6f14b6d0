"""Which database may send, and the mark that is kept outside it (F13)."""

import logging
from pathlib import Path

import pytest

from services.notifier.adapters.keep import Keep
from services.notifier.domain.high_water import Mark, mismatch

HERE, ELSEWHERE = "server/5/100", "server/7/100"


@pytest.mark.parametrize(
    ("believed", "era", "count", "kept", "reason"),
    [
        (None, 0, 0, None, None),  # the first start
        (HERE, 0, 9, None, None),  # the file is lost, or the worker is new
        (HERE, 0, 9, Mark(HERE, 0, 9), None),
        (HERE, 0, 9, Mark(HERE, 0, 4), None),  # others have sent since
        (ELSEWHERE, 0, 9, None, "moved"),
        (ELSEWHERE, 0, 9, Mark(ELSEWHERE, 0, 9), "moved"),
        (ELSEWHERE, 0, 9, Mark(HERE, 0, 9), "moved"),
        (HERE, 0, 8, Mark(HERE, 0, 9), "rolled-back"),
        (None, 0, 0, Mark(HERE, 0, 9), "rolled-back"),  # to before it had ever sent
        (None, 0, 0, Mark(ELSEWHERE, 0, 9), "another-database"),  # a new one, an old file
        (HERE, 7, 2, Mark(HERE, 0, 9), None),  # a person has accepted it
        (HERE, 7, 2, Mark(ELSEWHERE, 0, 9), None),
        (HERE, 0, 99, Mark(HERE, 7, 2), "rolled-back"),  # to before a person accepted it
        (HERE, 7, 1, Mark(HERE, 7, 2), "rolled-back"),
        (ELSEWHERE, 7, 2, Mark(HERE, 0, 9), "moved"),  # accepted once, and then restored again
    ],
)
def test_a_database_that_is_elsewhere_or_behind_what_is_kept_may_not_send(
    believed: str | None, era: int, count: int, kept: Mark | None, reason: str | None
) -> None:
    assert mismatch(believed, Mark(HERE, era, count), kept) == reason


def test_what_is_kept_only_rises_and_an_accepted_database_begins_anew(tmp_path: Path) -> None:
    keep = Keep(tmp_path / "made" / "by the worker")
    assert keep.read() is None
    for mark, stands in (
        (Mark(HERE, 0, 5), Mark(HERE, 0, 5)),
        (Mark(HERE, 0, 4), Mark(HERE, 0, 5)),
        (Mark(ELSEWHERE, 1, 1), Mark(ELSEWHERE, 1, 1)),
        (Mark(HERE, 0, 6), Mark(ELSEWHERE, 1, 1)),
    ):
        keep.note(mark)
        assert Keep(keep.folder).read() == stands
    assert [path.name for path in keep.folder.iterdir()] == ["high-water.json"]


def test_the_file_is_left_alone_when_nothing_has_risen(tmp_path: Path) -> None:
    keep = Keep(tmp_path)
    keep.note(Mark(HERE, 0, 5))
    before = keep.path.stat()
    keep.note(Mark(HERE, 0, 5))
    assert keep.path.stat().st_ino == before.st_ino


def test_a_file_that_cant_be_read_or_written_is_said_and_doesnt_stop_the_mail(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    keep = Keep(tmp_path)
    keep.path.write_text('{"place": "half a li')
    assert keep.read() is None
    keep.note(Mark(HERE, 0, 5))
    assert keep.read() == Mark(HERE, 0, 5)
    in_the_way = tmp_path / "a file"
    in_the_way.touch()
    Keep(in_the_way).note(Mark(HERE, 0, 5))
    said = [record for record in caplog.records if record.levelno == logging.ERROR]
    assert len(said) == 2
