"""Samspel's tests: pure rules in unit/, real servers in integration/, whole processes in e2e/."""
