"""`/car`: CAR cloud-rendering sessions, from the start to the end.

A session has no ID of its own: it is keyed by the user it runs for.
"""

from commands.car.command import command

# Each registers its subcommands when it is imported, in the order of the help.
from commands.car import start, stop, publish, capacity, sessions  # noqa: F401  # isort: skip

__all__ = ["command"]
