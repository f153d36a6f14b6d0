"""What goes when: legal holds, what a case and a person leave in every table, and how it goes."""

from pathlib import Path

from alembic import op

revision = "0007"
down_revision = "0006"

_PARTS = (
    *("locks", "holds", "notifier", "scheduler", "erase_case", "erase_person"),
    *("old", "traces", "rows", "grants"),
)


def upgrade() -> None:
    folder = Path(__file__).with_suffix("")
    driver = op.get_bind().connection.driver_connection
    assert driver is not None
    for part in _PARTS:
        driver.execute((folder / f"{part}.sql").read_text())
