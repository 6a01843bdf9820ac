"""Requests from Slack: verified, parsed, acknowledged."""
