"""Slack's side of the wire: the Web API, response URLs, Socket Mode, event delivery."""
