"""Faults put into Samspel on purpose, each to be caught by the simulation: `make mutations`."""
