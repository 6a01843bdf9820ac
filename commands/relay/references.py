"""References to targets, resolved for a subcommand: just before a request is formed."""

from bot.dialogue.ask import Ask
from bot.operations.service import Service
from bot.resources.relay.plan import Plan
from bot.resources.relay.references import app_in, references_in, resolved


async def whole(ask: Ask, service: Service, plan: Plan) -> dict[str, str]:
    """Return *plan* with addresses for what it refers to: secrets, not to be kept.

    Without a reference in it, nothing is asked.

    Raises:
        InvalidRequest: there is no such target, or not for that app; at `url`.
        NotAllowed: it is for others.
    """
    names = references_in(plan)
    if not names:
        return dict(plan)
    app = app_in(plan, tuple(service.apps))
    return resolved(plan, await service.places(ask, names, app))
