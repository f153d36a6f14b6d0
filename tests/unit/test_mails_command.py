"""`samspel mails`: one file for each mail, made as all others are, in a folder of their own."""

import email
import email.policy
from pathlib import Path

import pytest
from typer.testing import CliRunner

from samspel.cli import app
from services.notifier.domain.messages import KINDS

EXAMPLE = {"SAMSPEL_MUNICIPALITY": "", "SAMSPEL_PUBLIC_URL": ""}


def mails(*arguments: str, **environment: str) -> tuple[int, str]:
    result = CliRunner().invoke(app, ["mails", *arguments], env=EXAMPLE | environment)
    assert result.exception is None or isinstance(result.exception, SystemExit)
    return result.exit_code, result.output


def test_each_kind_in_each_language_is_a_mail_that_can_be_opened(tmp_path: Path) -> None:
    folder = tmp_path / "new" / "folder"
    code, output = mails("--to", str(folder))
    assert code == 0
    files = sorted(folder.iterdir())
    assert output.splitlines()[-1] == f"{len(files)} mejl finns i {folder}."
    assert sorted(output.splitlines()[:-1]) == [file.name for file in files]
    for kind in KINDS:
        for language in ("sv", "en"):
            assert list(folder.glob(f"{kind}-*-{language}.eml")), (kind, language)
    for file in files:
        mail = email.message_from_bytes(file.read_bytes(), policy=email.policy.default)
        assert mail["From"].addresses[0].addr_spec == "moten@exempelkommun.example"
        assert mail["To"].addresses[0].domain.endswith(".example")


def test_the_same_again_and_then_one_language_leaves_nothing_old(tmp_path: Path) -> None:
    mails("--to", str(tmp_path))
    before = {file.name: file.read_bytes() for file in tmp_path.iterdir()}
    mails("--to", str(tmp_path))
    assert {file.name: file.read_bytes() for file in tmp_path.iterdir()} == before
    mails("--to", str(tmp_path), "--language", "en")
    assert {file.name for file in tmp_path.iterdir()} == {
        name for name in before if name.endswith("-en.eml")
    }


@pytest.mark.parametrize("name", ["notes.txt", "call-notes.eml", "mine-sv.eml"])
def test_a_folder_with_anything_else_in_it_is_left_alone(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_text("mine")
    (tmp_path / "call-family-sv.eml").write_text("perhaps")
    code, output = mails("--to", str(tmp_path))
    assert (code, output) == (
        1,
        f"samspel: I {tmp_path} finns det annat. Ange en ny eller tom mapp.\n",
    )
    assert (tmp_path / "call-family-sv.eml").read_text() == "perhaps"


@pytest.mark.parametrize(
    ("environment", "says"),
    [
        ({"SAMSPEL_MUNICIPALITY": "/nowhere/at/all"}, "SAMSPEL_MUNICIPALITY"),
        ({"SAMSPEL_PUBLIC_URL": "samspel"}, "SAMSPEL_PUBLIC_URL"),
    ],
)
def test_a_wrong_setting_is_one_clear_line(
    tmp_path: Path, environment: dict[str, str], says: str
) -> None:
    code, output = mails("--to", str(tmp_path / "out"), **environment)
    assert code == 1
    assert output.count("\n") == 1
    assert says in output
    assert not (tmp_path / "out").exists()


def test_a_file_is_no_folder(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("mine")
    code, output = mails("--to", str(tmp_path / "file"))
    assert (code, output.count("\n")) == (1, 1)
    code, output = mails("--to", str(tmp_path / "file" / "below"))
    assert (code, output.count("\n")) == (1, 1)
