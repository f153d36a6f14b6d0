"""`python -m samspel` is the console script `samspel`."""

from samspel.cli import app

app(prog_name="samspel")
