"""`/patchbay take | mute | subscribe | unsubscribe`: what is done about alerts.

The buttons of an alert lead here, and so does 👀 as a reaction to one.
"""

import re
from datetime import timedelta

from bot.cards import duties as cards
from bot.dialogue.ask import Ask
from bot.dialogue.outcome import Outcome
from bot.errors import NotFound, UsageError
from bot.i18n import _
from bot.journal.model import Intent
from bot.journal.outages import AlertCause
from bot.operations.duties import SUBSCRIBE, TAKE
from bot.operations.service import Service
from bot.routing.command import Command

HOUR, LONGEST = timedelta(hours=1), timedelta(hours=24)
LENGTH = re.compile(r"([0-9]{1,4})(m|min|h)")
OFF, LIST = "off", "list"


def add_to(command: Command) -> None:
    """Give *command* the subcommands about alerts."""
    command.subcommand(
        "take", permit=TAKE, usage="<id>", most=1, examples=("take R128",)
    )(take)
    command.subcommand(
        "mute",
        permit=TAKE,
        usage="<id> [30m | 2h | off]",
        most=2,
        examples=("mute R128", "mute R128 2h", "mute R128 off"),
    )(mute)
    command.subcommand(
        "subscribe",
        permit=SUBSCRIBE,
        usage="[app=…] [cause …] | list",
        keys=("app",),
        examples=("subscribe", "subscribe app=live-main failed", "subscribe list"),
    )(subscribe)
    command.subcommand(
        "unsubscribe", permit=SUBSCRIBE, most=0, examples=("unsubscribe",)
    )(unsubscribe)


async def take(ask: Ask, service: Service) -> Outcome:
    """Take the alerts of a relay: nobody is called about them again."""
    thing = await _thing(ask, service)
    return cards.taken(thing, await service.duties.take(ask, thing), ask.who.user)


async def mute(ask: Ask, service: Service) -> Outcome:
    """Call nobody about a relay for an hour, or as long as you say."""
    typed = [token.text for token in ask.words.ids]
    length: timedelta | None = _length(typed[-1]) if typed[1:] else HOUR
    thing = await _thing(ask, service)
    return cards.muted(thing, await service.duties.mute(ask, thing, length))


async def subscribe(ask: Ask, service: Service) -> Outcome:
    """Tell this channel of alerts: of all, of some apps, or for some causes."""
    typed = [token.text.casefold() for token in ask.words.ids]
    if typed == [LIST]:
        return cards.subscribed_channels(await service.duties.subscriptions(ask.who))
    causes = [_cause(one) for one in typed]
    done = await service.duties.subscribe(ask, ask.values("app"), causes)
    return cards.subscribed(done)


async def unsubscribe(ask: Ask, service: Service) -> Outcome:
    """Tell this channel of no alert any more."""
    return cards.unsubscribed(was=await service.duties.unsubscribe(ask))


async def _thing(ask: Ask, service: Service) -> Intent:
    """Return what the first word names.

    Raises:
        UsageError: nothing is named.
        NotFound: it is not on record here.
    """
    typed = [token.text for token in ask.words.ids]
    if not typed:
        raise UsageError(_("Which relay? Its handle or ID is missing."))
    thing = await service.thing(ask.who, typed[0])
    if thing is None:
        sentence = _("“{text}” is not on record here.")
        raise NotFound(sentence.format(text=typed[0]))
    return thing


def _length(text: str) -> timedelta | None:
    """Read how long to mute; None is that it is over.

    Raises:
        UsageError: it is no length, or is longer than a day.
    """
    if text.casefold() == OFF:
        return None
    match = LENGTH.fullmatch(text.casefold())
    unit = timedelta(hours=1) if match and match[2] == "h" else timedelta(minutes=1)
    length = unit * int(match[1]) if match else timedelta()
    if not timedelta() < length <= LONGEST:
        sentence = _("“{text}” is no length from 1m to 24h, nor off.")
        raise UsageError(sentence.format(text=text))
    return length


def _cause(text: str) -> AlertCause:
    try:
        return AlertCause(text)
    except ValueError:
        sentence = _("“{text}” is no cause; there are: {causes}.")
        causes = ", ".join(AlertCause)
        raise UsageError(sentence.format(text=text, causes=causes)) from None
