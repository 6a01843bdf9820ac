"""A relay that a subcommand is about, and how it was started."""

from collections.abc import Mapping
from typing import Any

from bot.dialogue.ask import Ask
from bot.errors import NotFound, UsageError
from bot.i18n import _
from bot.journal.model import Intent
from bot.operations.service import Service
from bot.resources.relay.resource import RELAY


async def relay_of(ask: Ask, service: Service, text: str) -> Intent:
    """Return the relay that *text* names, which may run.

    Raises:
        NotFound: there is none.
        UsageError: that is no relay.
    """
    relay = await service.thing(ask.who, text)
    if relay is None:
        raise NotFound(_("No relay is called “{text}” here.").format(text=text))
    if relay.subject.kind != RELAY:
        raise UsageError(_("{handle} is not a relay.").format(handle=relay.handle))
    return relay


async def relay_on_record(ask: Ask, service: Service, text: str) -> Intent:
    """Return the relay that *text* names.

    Raises:
        NotFound: there is none.
        UsageError: it is another thing, or nobody here knows how it was started.
    """
    relay = await service.thing(ask.who, text)
    if relay is None:
        raise NotFound(_("No relay {text}.").format(text=text))
    if relay.subject.kind != RELAY:
        raise UsageError(_("{handle} is not a relay.").format(handle=relay.handle))
    if not relay.masked:
        sentence = _("It is not on record how {handle} was started.")
        raise UsageError(sentence.format(handle=relay.handle))
    return relay


async def request_now(service: Service, relay: Intent) -> Mapping[str, Any]:
    """Return the request of *relay* with every change that was made, masked."""
    request = await service.request_of(relay)
    return request.masked() if request else relay.masked
