"""Patchbay: everything but the commands."""

VERSION = "0.1.0"  # as in pyproject.toml
