"""`/relay`: start, watch and stop the relays of TRTC rooms.

Whoever policy lets may start and stop; everybody in the workspace may look.
"""

from commands.relay.command import command

# Each registers its subcommands when it is imported, in the order of the help.
from commands.relay import start, update, stop, timer, attach, close  # noqa: F401  # isort: skip
from commands.relay import copies, lists, quality, preview, target, preset, rooms  # noqa: F401  # isort: skip

__all__ = ["command"]
