"""The foundation: the bus, the clock, the three services' schemas and what each publishes."""

from pathlib import Path

from alembic import op

revision = "0001"
down_revision = None

_PARTS = (
    "roles", "clock", "bus", "cases", "scheduler", "notifier", "cases_api", "scheduler_api",
    "notifier_api", "grants",
)  # fmt: skip


def upgrade() -> None:
    folder = Path(__file__).with_suffix("")
    driver = op.get_bind().connection.driver_connection
    assert driver is not None
    for part in _PARTS:
        driver.execute((folder / f"{part}.sql").read_text())
