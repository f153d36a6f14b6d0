"""Which version this is; the same as in pyproject.toml, which a test sees to."""

VERSION = "0.1.0"
