"""Reads TOML files, and says in one line what is wrong with one."""

import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from pydantic import ValidationError


class BrokenFileError(ValueError):
    """A file is broken; one line names the file, the key and the reason."""

    def __init__(self, path: Path, key: str, reason: str) -> None:
        super().__init__(": ".join(part for part in (str(path), key, reason) if part))
        self.key = key
        self.reason = reason


def read_toml(path: Path, broken: type[BrokenFileError] = BrokenFileError) -> dict[str, Any]:
    """The content of a TOML file. Raises `broken`."""
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise broken(path, "", "the file is missing") from None
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise broken(path, "", f"can't be read: {error}") from None


def keys_and_reasons(error: ValidationError, content: Any) -> list[tuple[str, str]]:
    """Everything that is wrong, each under its key as it stands in the file.

    The models keep as lists what the file has as tables by name, so a number in the error's path
    stands for a name. A check across keys names its key itself, in its message.
    """
    found = []
    for part in error.errors():
        key = ".".join(str(name) for name in _path_in_file(content, part["loc"]))
        cause = part["ctx"]["error"] if part["type"] == "value_error" else None
        found.append((key, part["msg"] if cause is None else str(cause)))
    return found


def _path_in_file(content: Any, loc: tuple[int | str, ...]) -> Iterator[int | str]:
    for part in loc:
        name: int | str = part
        if isinstance(part, int) and isinstance(content, dict):
            name = list(content)[part]
        content = _within(content, name)
        yield name


def _within(content: Any, name: int | str) -> Any:
    try:
        return content[name]
    except (KeyError, IndexError, TypeError):
        return None
