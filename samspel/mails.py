"""`samspel mails`: one mail of every kind and variant as files, written as all others are."""

import re
from collections.abc import Iterator, Mapping
from pathlib import Path

from samspel.settings import BadSetting, municipality_folder
from services.notifier.domain.mail import Post
from services.notifier.domain.messages import Kind
from services.notifier.domain.samples import samples
from services.notifier.domain.writing import LANGUAGES
from services.notifier.tasks import post_of
from shared.municipality import load_municipality

_EXAMPLE_URL = "https://samspel.example"
_IS_A_URL = re.compile(r"https?://[!-~]+")


class CannotWrite(Exception):
    """The mails can't be written there; the message is one line in Swedish."""


def example_post(environment: Mapping[str, str]) -> Post:
    """The municipality of SAMSPEL_MUNICIPALITY, or the example's, without a secret.

    Raises BadSetting, MunicipalityError.
    """
    given = {key: value.strip() for key, value in environment.items() if value.strip()}
    municipality = load_municipality(municipality_folder(given))
    url = given.get("SAMSPEL_PUBLIC_URL", _EXAMPLE_URL)
    if not _IS_A_URL.fullmatch(url):
        raise BadSetting("SAMSPEL_PUBLIC_URL ska vara en adress som https://samspel.example.")
    return post_of(municipality, url, secret=b"")


def written(to: Path, post: Post, languages: tuple[str, ...] = LANGUAGES) -> Iterator[Path]:
    """Writes the mails to a folder of their own, one after the other. Raises CannotWrite.

    What an earlier run has left there goes; a folder with anything else in it isn't touched.
    """
    try:
        _make_room(to)
        for sample in samples(post, languages):
            file = to / f"{sample.name}.eml"
            file.write_bytes(sample.content)
            yield file
    except OSError as error:
        raise CannotWrite(f"Det går inte att skriva i {to}: {error.strerror}.") from None


def _make_room(to: Path) -> None:
    if to.exists() and not to.is_dir():
        raise CannotWrite(f"{to} är ingen mapp. Ange en ny eller tom mapp.")
    to.mkdir(parents=True, exist_ok=True)
    there = list(to.iterdir())
    if not all(map(_is_ours, there)):
        raise CannotWrite(f"I {to} finns det annat. Ange en ny eller tom mapp.")
    for file in there:
        file.unlink()


def _is_ours(file: Path) -> bool:
    named_so = any(file.name.startswith(f"{kind}-") for kind in Kind)
    in_a_language = file.name.endswith(tuple(f"-{language}.eml" for language in LANGUAGES))
    return named_so and in_a_language and file.is_file()
