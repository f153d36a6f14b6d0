"""What is done in great numbers is found as quickly however much there is."""

from pathlib import Path

from alembic import op

revision = "0010"
down_revision = "0009"

_PARTS = ("notifier", "cases")  # first what needs a lock on a table in use


def upgrade() -> None:
    folder = Path(__file__).with_suffix("")
    driver = op.get_bind().connection.driver_connection
    assert driver is not None
    for part in _PARTS:
        driver.execute((folder / f"{part}.sql").read_text())
