"""`samspel clock`: the clock of the demo mode."""

import os
from datetime import datetime
from typing import Annotated

import typer

from samspel.commands.common import database_url

clock = typer.Typer(help="Demolägets klocka.", no_args_is_help=True)


@clock.command("start")
def clock_start(
    *,
    example: Annotated[
        bool, typer.Option(help="Tre veckor tidigare, som exemplet börjar.")
    ] = False,
) -> None:
    """Ställ klockan på SAMSPEL_CLOCK, eller låt den följa tiden; en som redan går får gå vidare."""
    from samspel import example as the_example  # noqa: PLC0415

    given = os.environ.get("SAMSPEL_CLOCK")
    moment = datetime.fromisoformat(given) if given else None
    begin = the_example.begin if example else the_example.leave_out
    begin(database_url(), moment)
