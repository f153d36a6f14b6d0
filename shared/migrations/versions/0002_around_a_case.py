"""Every rule around one case: the consents as a ledger, the people and posts, the meetings."""

from pathlib import Path

from alembic import op

revision = "0002"
down_revision = "0001"

# One file for each area; the grants come last and hold for all of them.
_PARTS = ("cases", "register", "calendars", "inquiries", "meetings", "layers", "facts", "grants")


def upgrade() -> None:
    folder = Path(__file__).with_suffix("")
    driver = op.get_bind().connection.driver_connection
    assert driver is not None
    for part in _PARTS:
        driver.execute((folder / f"{part}.sql").read_text())
