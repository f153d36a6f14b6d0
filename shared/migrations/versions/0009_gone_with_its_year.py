"""What a year left behind goes by the plan, too, and is held and erased with what it is about.

And traces of what has gone are found quicker.
"""

from pathlib import Path

from alembic import op

revision = "0009"
down_revision = "0008"

_PARTS = ("duties", "old", "traces")


def upgrade() -> None:
    folder = Path(__file__).with_suffix("")
    driver = op.get_bind().connection.driver_connection
    assert driver is not None
    for part in _PARTS:
        driver.execute((folder / f"{part}.sql").read_text())
