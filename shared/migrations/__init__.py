"""The database's history: one line of Alembic revisions, run by `samspel migrate`."""

from pathlib import Path

from alembic import command
from alembic.config import Config

_HERE = Path(__file__).parent


def upgrade(database_url: str) -> None:
    """Bring the database up to date. Safe to run again, and by several at once."""
    command.upgrade(_config(database_url), "head")


def _config(database_url: str) -> Config:
    config = Config()
    config.set_main_option("script_location", str(_HERE))
    config.attributes["url"] = database_url
    return config
