"""A Tencent and a Slack on loopback, to try the bot with."""
