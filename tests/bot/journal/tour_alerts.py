"""The tour of the journal, where something rings."""

from datetime import timedelta

from bot.dialogue.outcome import Audience
from bot.journal.alerts import Subscription
from bot.journal.model import Notice
from bot.journal.outages import How, Mute
from bot.journal.rows import millis
from bot.states import State
from tests.bot.journal.conftest import moved
from tests.bot.journal.test_audit import entry

RINGS = Notice(name="not-live", audience=Audience.OPS, cause="never-live")


async def alerted(tour):
    """Let something ring, be taken, muted, told elsewhere, and end."""
    accepted, _ = await tour.ask("journal.accept", tour.new(key="alerted"))
    ref = {"ref": "-task-that-rings"}
    relay = await moved(tour.journal, accepted.id, State.SENDING, State.STARTED, **ref)
    wanted = Subscription(channel="CSUB", apps=(), causes=("never-live",), by="U")
    await tour.ask("alerts.subscribe", "T", wanted, audit=entry(0))
    await tour.ask("alerts.subscriptions", "T")
    rang = await tour.ask("alerts.trouble", relay.id, RINGS)
    assert (rang, relay.state) == (True, State.STARTED)
    ((seen, _about),) = await tour.ask("alerts.due", tour.clock() + timedelta(36500))
    await tour.ask("alerts.look", seen, How.ILL)
    await tour.ask("alerts.take", relay.id, "UBOB", audit=entry(1))
    mute = Mute("UBOB", millis(tour.clock()) + 1)
    await tour.ask("alerts.mute", relay.id, mute, audit=entry(2))
    await tour.ask("alerts.mute", relay.id, None)
    await tour.ask("alerts.of", relay.id)
    await tour.ask("alerts.of_each", (relay.id,))
    await tour.ask("alerts.at", "C", "1.0")
    await tour.ask("alerts.unsubscribe", "T", "CSUB", audit=entry(3))
