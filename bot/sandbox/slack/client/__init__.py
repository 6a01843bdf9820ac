"""Slack's own app without a screen: gestures, and the payloads that come of them."""
