"""The slash commands: one module or package for each."""

from collections.abc import Mapping

from bot.routing.command import Command
from commands import car, gs, lookup, patchbay, relay

_modules = (relay, car, gs, lookup)
_commands = {module.command.name: module.command for module in _modules}
_commands["patchbay"] = patchbay.command_for(_commands)
COMMANDS: Mapping[str, Command] = _commands
