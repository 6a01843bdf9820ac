"""The resources that Patchbay runs."""

from bot.resources.capacity.resource import Capacity
from bot.resources.costream.resource import CoStream
from bot.resources.kinds import Registry
from bot.resources.relay.resource import Relay
from bot.resources.render.resource import Render
from bot.resources.room.actions import RoomAction
from bot.resources.room.history import LookBack

RESOURCES = Registry(
    (Relay(), Render(), CoStream(), Capacity(), RoomAction(), LookBack())
)
