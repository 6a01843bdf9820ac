"""The command `/relay`, to which the modules beside add its subcommands."""

from bot.access.permits import Permit
from bot.i18n import later
from bot.resources.relay.resource import Relay
from bot.routing.command import Command
from bot.tencent.models.base import Level
from bot.tencent.models.trtc.requests import (
    StartPublishCdnStream,
    StopPublishCdnStream,
    UpdatePublishCdnStream,
)

READ = Relay().read
START = Permit.of(StartPublishCdnStream, on_apps=True)
UPDATE = Permit.of(UpdatePublishCdnStream, on_apps=True)
STOP = Permit.of(StopPublishCdnStream, on_apps=True)
TIMER = Permit("relay.timer", Level.CHANGE, on_apps=True)
SETTLE = Permit("relay.settle", Level.CHANGE, on_apps=True)

command = Command(
    "relay",
    summary=later("Relays: a TRTC room, mixed and pushed to CDNs"),
    bare="status",
    sent=frozenset({"url", "json", "cells", "logo"}),
)
