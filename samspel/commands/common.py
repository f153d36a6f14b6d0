"""What commands share: the database they are for, and how they say things and stop."""

import os
from collections.abc import Callable, Iterator
from types import ModuleType

import typer


def say(lines: Callable[[ModuleType], Iterator[str]], commands: ModuleType) -> None:
    """Line by line; what can't be done ends it, in one line."""
    try:
        for line in lines(commands):
            typer.echo(line)
    except commands.CannotDo as reason:
        raise stopped(str(reason)) from None


def to_the_side(line: str) -> None:
    """How far something long has come: beside what it says in the end."""
    typer.echo(line, err=True)


def database_url() -> str:
    """As the environment has it, or the command ends."""
    url = os.environ.get("SAMSPEL_DATABASE_URL")
    if not url:
        raise stopped("SAMSPEL_DATABASE_URL saknas: vilken databas gäller det?")
    return url


def stopped(line: str) -> typer.Exit:
    """Says why; to be raised."""
    typer.echo(f"samspel: {line}", err=True)
    return typer.Exit(1)
