"""Outcomes and forms as Block Kit."""
