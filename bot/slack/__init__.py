"""The front door: everything that knows Slack."""
