"""`/patchbay handover`: what whoever takes over has to know; to the asker first."""

from dataclasses import replace
from datetime import timedelta

from bot.access.permits import Permit
from bot.cards.handover import MOST_COUNTED, Duty, handed_over
from bot.dialogue.ask import Ask
from bot.dialogue.outcome import Audience, Button, Outcome
from bot.i18n import _, reading_in
from bot.journal.model import Intent
from bot.operations.service import Service
from bot.routing.command import Command
from bot.routing.spans import SINCE, Since, since_in
from bot.tencent.models.base import Level

HANDOVER = Permit("patchbay.handover", Level.READ)
USAGE = "[since=12h]"
A_DUTY = timedelta(hours=12)


def add_to(command: Command) -> None:
    """Give *command* the handover."""
    command.subcommand(
        "handover",
        permit=HANDOVER,
        usage=USAGE,
        keys=(SINCE,),
        flags=("public",),
        most=0,
        examples=("handover", "handover since=8h", "handover since=yesterday"),
    )(handover)


async def handover(ask: Ask, service: Service) -> Outcome:
    """Say what runs, is unknown or fails, who has it, what is muted, and what is due.

    Of all that you may read; what was asked for since= (12 hours ago, unless you say
    otherwise) is counted. Only you see it, until you share it; --public does at once.
    """
    typed = since_in(ask, service)
    since = typed or Since(service.now() - A_DUTY)
    duty = await _duty(ask, service, since)
    if ask.has("public"):
        with reading_in(service.language_at(ask.where)):
            shared = handed_over(duty, service.resources)
        return replace(shared, audience=Audience.CHANNEL)
    text = f"handover {since.text} --public"
    share = Button(_("Share"), "patchbay", text)
    return replace(handed_over(duty, service.resources), buttons=(share,))


async def _duty(ask: Ask, service: Service, since: Since) -> Duty:
    live: list[Intent] = []
    lately: list[Intent] = []
    capped = False
    for resource in service.resources.resources:
        if not resource.can_be_ended:
            continue
        kind, most = resource.kind, MOST_COUNTED
        running = await service.live(ask.who, kind, most)
        capped = capped or len(running) >= most
        live += running
        recent = service.recent(ask.who, kind=kind, since=since.at, limit=most)
        lately += await recent
    return Duty(
        now=service.now(),
        since=since.at,
        live=live,
        lately=lately[:MOST_COUNTED],
        attended=await service.attended(live),
        capped=capped,
    )
