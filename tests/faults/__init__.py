"""Faults of every kind at many random moments, and after each what must always hold (issue 7)."""
