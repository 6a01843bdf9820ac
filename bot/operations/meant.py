"""What is meant by what was typed to be looked at: nothing is changed by a guess."""

from collections.abc import Mapping, Sequence

from bot.dialogue.ask import Person
from bot.ids import handle_meant
from bot.journal.model import Intent
from bot.operations.service import Service
from bot.resources.costream.members import stood
from bot.resources.costream.resource import COSTREAM

MOST_SESSIONS = 50  # look-ups in whose answers a phone is looked for


async def named(text: str, who: Person, service: Service) -> list[Intent]:
    """Return what goes by *text*, or else the thing that it stands for: R1 of `R01`."""
    if exactly := await service.find(who, text):
        return exactly
    meant = handle_meant(text)
    thing = await service.thing(who, meant) if meant else None
    return [thing] if thing else []


async def sessions_with(
    texts: Sequence[str], who: Person, service: Service
) -> Mapping[str, list[Intent]]:
    """Return, for each of *texts*, the sessions whose last look-up has such a phone."""
    if not texts:
        return {}
    looks = await service.recent(who, kind=COSTREAM, limit=MOST_SESSIONS)
    last = {one.handle: one for one in reversed(looks)}.values()
    return {text: [one for one in last if stood(one, text)] for text in texts}
