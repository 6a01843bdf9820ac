"""Patchbay: everything but the commands."""
