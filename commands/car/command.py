"""The command `/car`, to which the modules beside add its subcommands."""

from bot.access.permits import Permit
from bot.i18n import later
from bot.resources.render.resource import Render
from bot.routing.command import Command
from bot.tencent.models.base import Level
from bot.tencent.models.car import (
    CreateSession,
    DescribeConcurrentCount,
    DestroySession,
    StartPublishStream,
    StopPublishStream,
)

READ = Render().read
START = Permit.of(CreateSession)
STOP = Permit.of(DestroySession)
PUBLISH = Permit.of(StartPublishStream)
UNPUBLISH = Permit.of(StopPublishStream)
CAPACITY = Permit.of(DescribeConcurrentCount)
SETTLE = Permit("car.settle", Level.CHANGE)
REVEAL = Permit("car.reveal", Level.CHANGE)

command = Command(
    "car",
    summary=later("CAR cloud-rendering sessions"),
    sent=frozenset({"client", "params", "url", "args"}),
)
