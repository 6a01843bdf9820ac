"""The slash commands: one module or package for each."""

from collections.abc import Mapping
from dataclasses import replace

from bot.routing.command import Command
from commands import car, gs, lookup, patchbay, relay


def commands_with(prefix: str = "") -> Mapping[str, Command]:
    """Return every command by its name, *prefix* before each of them in Slack."""
    modules = (relay, car, gs, lookup)
    commands = {
        module.command.name: replace(module.command, prefix=prefix)
        for module in modules
    }
    commands["patchbay"] = patchbay.command_for(commands, prefix)
    return commands


COMMANDS = commands_with()
