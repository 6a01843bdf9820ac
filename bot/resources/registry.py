"""The resources that Patchbay runs."""

from bot.resources.costream.resource import CoStream
from bot.resources.kinds import Registry
from bot.resources.relay.resource import Relay
from bot.resources.render.resource import Render

RESOURCES = Registry((Relay(), Render(), CoStream()))
