"""People sign in: accounts and sessions; and what the pages of staff keep."""

from pathlib import Path

from alembic import op

revision = "0005"
down_revision = "0004"

# One file for each area; the grants come last and hold for all of them.
_PARTS = (
    "accounts", "oidc", "glass", "drafts", "digest", "rules", "tokens", "operations", "sent_words",
    "calendar", "duties", "grants",
)  # fmt: skip


def upgrade() -> None:
    folder = Path(__file__).with_suffix("")
    driver = op.get_bind().connection.driver_connection
    assert driver is not None
    for part in _PARTS:
        driver.execute((folder / f"{part}.sql").read_text())
