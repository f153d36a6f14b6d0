"""Where the meetings of a case usually are."""

from pathlib import Path

from alembic import op

revision = "0008"
down_revision = "0007"

_PARTS = ("place",)


def upgrade() -> None:
    folder = Path(__file__).with_suffix("")
    driver = op.get_bind().connection.driver_connection
    assert driver is not None
    for part in _PARTS:
        driver.execute((folder / f"{part}.sql").read_text())
