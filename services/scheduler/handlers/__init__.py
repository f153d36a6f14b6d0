"""What the scheduler does: look at a case and write the difference."""

from services.scheduler.handlers.looking import look
from services.scheduler.handlers.ports import Mode, Municipal, Proposal, Standing, Store

__all__ = ["Mode", "Municipal", "Proposal", "Standing", "Store", "look"]
