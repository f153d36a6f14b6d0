"""Mail in both directions: personal links, feeds, inbound mail; duties that belong to no case."""

from pathlib import Path

from alembic import op

revision = "0003"
down_revision = "0002"

# One file for each area; the grants come last and hold for all of them.
_PARTS = ("links", "duties", "outgoing", "inbound", "upkeep", "grants")


def upgrade() -> None:
    folder = Path(__file__).with_suffix("")
    driver = op.get_bind().connection.driver_connection
    assert driver is not None
    for part in _PARTS:
        driver.execute((folder / f"{part}.sql").read_text())
