"""`/car capacity`: how much concurrency there is, and how much of it is not idle."""

from bot.dialogue.ask import Ask
from bot.dialogue.outcome import Outcome
from bot.i18n import _
from bot.operations.orders import Order
from bot.operations.service import Service
from bot.resources.capacity.resource import ACCOUNT, CAPACITY
from bot.tencent.models.car import DescribeConcurrentCount
from commands.car.command import CAPACITY as PERMIT
from commands.car.command import command

MOST_LOOKED_AT = 50  # of the counts made lately: one of each project is kept


@command.subcommand(
    "capacity",
    permit=PERMIT,
    usage="[project]",
    does=DescribeConcurrentCount,
    examples=("capacity", "capacity cap-abcdefgh"),
)
async def capacity(ask: Ask, service: Service) -> Outcome | None:
    """Count the concurrency of a project by its ID, or of all that there are.

    It says how many units there are, and how many of them are not idle. Of one user
    or session it says nothing.
    """
    project = ask.one(_("the ID of a project")).text if ask.words.ids else ""
    configured = {one.name: one.id for one in service.projects}
    project = configured.get(project, project)
    request = DescribeConcurrentCount.of({"ProjectId": project} if project else {})
    ref = project or ACCOUNT
    counted = await service.recent(ask.who, kind=CAPACITY, limit=MOST_LOOKED_AT)
    earlier = next((one for one in counted if one.subject.ref == ref), None)
    order = Order(
        id=service.new_id(),
        request=request,
        handle=earlier.handle if earlier else None,
        ref=ref,
    )
    return await service.submit(ask, order)
