"""Real servers from wheels, for `samspel run` and for the tests: PostgreSQL and Valkey."""

from samspel.embedded.ground import GroundError
from samspel.embedded.postgres import EmbeddedPostgres
from samspel.embedded.server import ServerError
from samspel.embedded.valkey import EmbeddedValkey

__all__ = ["EmbeddedPostgres", "EmbeddedValkey", "GroundError", "ServerError"]
