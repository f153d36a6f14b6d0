"""Tests in a real browser: the pages clicked through, read by axe, looked at on a phone."""
