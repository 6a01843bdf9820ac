"""`/relay list`, `recent` and `status`: what runs, what ran, how one stands."""

from bot.cards import lists
from bot.cards.intent import looked_up
from bot.dialogue.ask import Ask
from bot.dialogue.outcome import Outcome
from bot.errors import NotFound, UsageError
from bot.i18n import _
from bot.operations.service import Service
from bot.resources.relay.resource import RELAY
from bot.states import LIVE, State
from commands.relay.command import READ, command

FILTERS = {
    "live": LIVE - {State.SENDING},
    "failed": frozenset({State.NOT_STARTED, State.UNKNOWN}),
}


@command.subcommand("list", permit=READ, usage="", examples=("list",))
async def running(ask: Ask, service: Service) -> Outcome:
    """List the relays that are running, or may be."""
    return await _running(ask, service)


@command.subcommand(
    "recent",
    permit=READ,
    usage="[mine|live|failed] [room=…]",
    keys=("room",),
    examples=("recent", "recent mine", "recent room=295066"),
)
async def recent(ask: Ask, service: Service) -> Outcome:
    """List the relays started lately, newest first."""
    words = {token.text.casefold() for token in ask.words.ids}
    if unknown := words - FILTERS.keys() - {"mine"}:
        raise UsageError(
            _("I cannot sort by “{word}”.").format(word=", ".join(sorted(unknown))),
            usage="/relay recent [mine|live|failed] [room=…]",
        )
    states = frozenset().union(*(FILTERS[word] for word in words - {"mine"}))
    relays = await service.recent(
        ask.who,
        kind=RELAY,
        user=ask.who.user if "mine" in words else None,
        states=states or None,
        room=ask.value("room") or None,
    )
    title, nothing = _("Recent relays"), _("None yet.")
    return lists.listed(title, relays, service.resources, nothing)


@command.subcommand(
    "status",
    permit=READ,
    usage="[R128 | TaskId]",
    examples=("status R128",),
    in_thread=True,
)
async def status(ask: Ask, service: Service) -> Outcome:
    """Show how a relay stands, as far as is known."""
    if not ask.words.ids:
        return await _running(ask, service)
    text = ask.one(_("a relay: its handle or TaskId")).text
    relay = await service.thing(ask.who, text)
    if relay is None:
        raise NotFound(_("I know no relay “{text}”.").format(text=text))
    history = await service.history(ask.who, relay.handle)
    return looked_up(relay, service.resources.of(relay), history)


async def _running(ask: Ask, service: Service) -> Outcome:
    live = await service.live(ask.who, RELAY)
    nothing = _("No relay that I started is running.")
    return lists.listed(_("Running now"), live, service.resources, nothing)
