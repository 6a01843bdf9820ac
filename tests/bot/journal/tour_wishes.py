"""The tour of the journal, where something is kept for later."""

from datetime import timedelta

from pydantic import SecretStr

from bot.dialogue.outcome import Audience
from bot.journal.batches import Together
from bot.journal.evidence import FactKind, Wish
from bot.journal.model import CARD_NOTICE, CopyOf, Notice, Timing
from bot.journal.proposals import Asking
from bot.states import State
from bot.tencent.events import RelayStatus
from bot.tencent.models.trtc.output import target_digest
from tests.bot.journal.conftest import APP, URL, fact
from tests.bot.journal.makers import a_proposal, stop_of
from tests.bot.journal.test_audit import entry
from tests.bot.journal.test_events import event
from tests.bot.journal.test_named_targets import target as a_target
from tests.bot.journal.test_presets import preset as a_preset
from tests.fakes.journal import claimed

TEAM = "T"
LINED = Notice(name="news", audience=Audience.THREAD, line="news")
ABOUT = {"sdk_app_id": APP, "room": "lobby", "duplicates": "d", "callbacks": True}
PUSHES = {"PublishCdnParams": [{}]}


async def timed(tour, first):
    at, anew = tour.clock(), {"audit": entry(13)}
    after = tour.new(agent="pb_timed", timing=Timing(after=timedelta(hours=2)), **ABOUT)
    start, _ = await tour.ask("journal.accept", after)
    seen = await tour.ask("journal.claim", start.id, send_by=at, seen=start)
    said = fact(FactKind.ANSWERED, at, ref="-task-of-the-timed", job=start.id)
    told = {"notices": (), "evidence": (said,), "seen": seen}
    await tour.ask("journal.complete", start.id, State.STARTED, **told)
    for later in (1, 2):
        due = at + timedelta(hours=later)
        await tour.ask("timers.set", first.id, due, first.asker, **anew)
    for timer, _thing in await tour.ask("timers.due", at):
        await tour.ask("timers.step", timer, at, mark="warned", notice=LINED)
    await tour.ask("timers.drop", first.id, first.asker, **anew)
    for timer, _thing in await tour.ask("timers.due", at):
        await tour.ask("timers.close", timer, LINED)


async def copied(tour, first):
    """Copy a thing, which is to be stopped when the copies are live; they are."""
    running = []
    for number in range(3):
        agent = f"pb_copy{number}"
        about = {**ABOUT, "targets": (target_digest(URL),), "masked": PUSHES}
        copying = tour.new(**about, agent=agent, copies=CopyOf(first.id, stop=True))
        copy, _ = await tour.ask("journal.accept", copying, admit=lambda _usage: ())
        at = tour.clock()
        await tour.ask("journal.claim", copy.id, send_by=at, seen=copy)
        said = fact(FactKind.ANSWERED, at, ref=f"-of-copy-{number}", job=copy.id)
        told = {"evidence": (said,), "notices": (CARD_NOTICE,)}
        await tour.ask("journal.complete", copy.id, State.STARTED, **told)
        live = event(agent=agent, task_id=f"-of-copy-{number}")
        await tour.ask("journal.apply_event", live, APP)
        running.append(copy)
    for due in await tour.ask("copies.due"):
        await tour.ask("copies.settle", due.copy, Wish.KEPT, audit=entry(12))
    await tour.ask("copies.forget", running[0].id)


async def together(tour):
    made = []
    for number in range(2):
        asked = tour.new(agent=f"pb_{number}t", **{**ABOUT, "room": f"many {number}"})
        relay, _ = await tour.ask("journal.accept", asked, admit=lambda _usage: ())
        await claimed(tour.journal, relay.id)
        ref = f"-task-of-many-{number}"
        said = fact(FactKind.ANSWERED, tour.clock(), ref=ref, job=relay.id)
        of = (relay.id, State.STARTED)
        made.append(await tour.journal.complete(*of, evidence=(said,), notices=()))
    for _each in range(2):
        stops = [stop_of(tour.new, one) for one in made]
        records = [entry(13), entry(14)]
        together = Together(stops=stops, records=records)
        placed, _ = await tour.ask("batches.place", together)
    first, _other = await tour.journal.find.queued_stops(made[0].id), placed
    await claimed(tour.journal, first[0].id)
    await tour.ask("journal.complete", first[0].id, State.UNKNOWN, notices=())
    await tour.ask("journal.apply_event", _disconnected(made[0]), APP)


def _disconnected(relay):
    agent, task = relay.subject.agent, relay.subject.ref
    return event(agent=agent, task_id=task, status=RelayStatus.IDLE)


async def second_person(tour):
    first, second = (a_proposal(tour.clock, number) for number in range(2))
    for one in (first, second):
        await tour.ask("proposals.ask", one, b"[]", audit=entry(15), form=None)
    await tour.ask("proposals.get", first.id, TEAM)
    await tour.ask("proposals.open", TEAM)
    await tour.ask("proposals.orders", first.id)
    denied = first.decided(Asking.DENIED, None, "no", tour.clock())
    await tour.ask("proposals.decide", denied, entry(16))
    tour.clock.push(minutes=16)
    await tour.ask("proposals.expire")
    await tour.ask("proposals.prune", tour.clock() - timedelta(days=1))


async def saved(tour):
    url, main, mine = SecretStr("rtmp://a/b/c"), a_target(1), a_preset(1)
    await tour.ask("targets.add", main, url, entry(13))
    for another in (None, url):
        await tour.ask("targets.change", main, another, entry(14))
    await tour.ask("targets.listed", TEAM)
    await tour.ask("targets.opened", TEAM, [main.name])
    await tour.ask("targets.at", TEAM, [main.digest])
    await tour.ask("presets.keep", mine, entry(15))
    await tour.ask("presets.used", mine.id, tour.clock())
    await tour.ask("presets.listed", TEAM, "UANA")
    await tour.ask("presets.leading_to", TEAM, main.name)
    await tour.ask("presets.delete", mine.id, entry(16))
    await tour.ask("targets.remove", TEAM, main.name, entry(17))
