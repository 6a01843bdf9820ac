"""A Slack on loopback: its Web API, its clients' side, and a terminal to type in.

It stands for the outside world, so it shares nothing with the bot: what the bot
gets wrong about Slack, this must not get wrong in the same way.
"""
