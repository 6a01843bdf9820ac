"""A web page beside the terminal: Slack as people see it, and the sandbox's bench."""

from bot.sandbox.console.panel import Bench
from bot.sandbox.console.server import Console

__all__ = ["Bench", "Console"]
