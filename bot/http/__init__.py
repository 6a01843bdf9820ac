"""The HTTP server: Slack's and Tencent's routes, health."""
