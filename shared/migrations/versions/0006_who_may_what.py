"""What a key is for; who has left hears no more; how a family was reached before a change."""

from pathlib import Path

from alembic import op

revision = "0006"
down_revision = "0005"

_PARTS = ("tokens", "leavers", "former")


def upgrade() -> None:
    folder = Path(__file__).with_suffix("")
    driver = op.get_bind().connection.driver_connection
    assert driver is not None
    for part in _PARTS:
        driver.execute((folder / f"{part}.sql").read_text())
