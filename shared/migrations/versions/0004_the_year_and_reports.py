"""The year that runs by itself, and reports of concern: matters of the staff, and their duties."""

from pathlib import Path

from alembic import op

revision = "0004"
down_revision = "0003"

# One file for each area; the grants come last and hold for all of them.
_PARTS = ("matters", "year", "reports", "duties", "facts", "layers", "grants")


def upgrade() -> None:
    folder = Path(__file__).with_suffix("")
    driver = op.get_bind().connection.driver_connection
    assert driver is not None
    for part in _PARTS:
        driver.execute((folder / f"{part}.sql").read_text())
