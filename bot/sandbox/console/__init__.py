"""A web page beside the terminal: Slack as people see it, and the sandbox's panel."""

from bot.sandbox.console.panel import Panel
from bot.sandbox.console.server import Console

__all__ = ["Console", "Panel"]
