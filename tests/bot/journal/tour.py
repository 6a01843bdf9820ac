"""A tour of the journal: every public method is called, in each way that it is used."""

import inspect
from datetime import timedelta

from bot.ids import Kind
from bot.journal.anchors import Occasion
from bot.journal.evidence import FactKind
from bot.journal.maintenance import Due
from bot.journal.model import CARD_NOTICE
from bot.journal.pushes import Kept
from bot.journal.recents import Recents
from bot.journal.rooms import RoomRow
from bot.runtime.slots import Pace
from bot.states import RUNNING, State
from tests.bot.journal.conftest import ALARMED, APP, AT, fact
from tests.bot.journal.makers import change_of, form_at, stop_of
from tests.bot.journal.test_audit import entry
from tests.bot.journal.test_events import event
from tests.bot.journal.tour_alerts import alerted
from tests.bot.journal.tour_wishes import (
    ABOUT,
    LINED,
    TEAM,
    copied,
    saved,
    second_person,
    timed,
    together,
)
from tests.fakes.journal import claimed

PARTS = (
    "find",
    "copies",
    "former",
    "outbox",
    "audit",
    "maintenance",
    "open_forms",
    "known",
    "heard",
    "life",
    "restored",
    "pushes",
    "rooms",
    "rotation",
    "slots",
    "timers",
    "alerts",
    "trail",
    "targets",
    "presets",
    "batches",
    "proposals",
)
OPENS = {"journal.open"}  # what makes a journal; see `test_file`
STATEMENTS = ("SELECT", "UPDATE", "DELETE", "INSERT")
RELAY = Kind("R")
NOTICES = ((), (CARD_NOTICE,))
FIRST, SECOND = "-task-of-the-first", "-task-of-the-second"
NARROW = ({}, {"user": "UBOB"}, {"room": "old"}, {"user": "UEVE", "room": "none"})
STANDING = (None, RUNNING, {State.UNKNOWN, State.CLOSED})


class Tour:
    """Calls a journal; *seen* has what each method executed, with its parameters."""

    def __init__(self, journal, new, clock):
        self.journal, self.new, self.clock = journal, new, clock
        self.recents = Recents(journal.find)
        self.asked, self.seen, self.now = set(), {}, ""

    def note(self, _connection, statement, parameters):
        if statement.startswith(STATEMENTS):
            self.seen.setdefault((self.now, statement), parameters)

    def part(self, name):
        own = {"journal": self.journal, "recents": self.recents}
        own |= self.journal.saved._asdict()
        return own.get(name) or getattr(self.journal, name)

    async def ask(self, name, *args, **kwargs):
        part, _, method = name.partition(".")
        self.now = name
        self.asked.add(name)
        return await getattr(self.part(part), method)(*args, **kwargs)

    def public(self):
        """Return the names of all that can be awaited of a journal."""
        return {
            f"{part}.{name}"
            for part in ("journal", "recents", *PARTS)
            if self.part(part)  # of what one has alone there are no slots
            for name, member in inspect.getmembers(type(self.part(part)))
            if inspect.iscoroutinefunction(member) and not name.startswith("_")
        } - OPENS

    async def go(self):
        first, second, third = await _accepted(self)
        await _answered(self, first, second)
        await _settled(self, second, third)
        await _told(self, first)
        await _changed(self, await self.journal.find.get(first.id))
        await timed(self, first)
        await copied(self, await self.journal.find.get(first.id))
        await _ended(self, await self.journal.find.get(first.id))
        await together(self)
        await second_person(self)
        await _questions_of_one(self, first)
        await _questions_of_all(self)
        await _audit(self)
        await _delivery(self)
        await _forms_and_keys(self, first)
        await saved(self)
        await alerted(self)
        await _rooms(self)
        await _pushes(self)
        await _upkeep(self)

    async def go_everywhere(self):
        """Go, and where a journal comes that is shared, or was put back."""
        await self.go()
        await _slots(self)
        await _restored(self)


async def _accepted(tour):
    made = []
    for number in range(3):
        intent, _ = await tour.ask(
            "journal.accept",
            tour.new(agent=f"pb_{number}x", targets=("a" * 64,), **ABOUT),
            notices=(CARD_NOTICE, LINED, LINED),
            audit=entry(number),
            admit=lambda _usage: (),
        )
        made.append(intent)
    session = tour.new(kind=Kind("S"), ref="whose-it-is", agent="")
    await tour.ask("journal.accept", session, admit=lambda usage: usage.alike)
    return made


async def _answered(tour, first, second):
    at = tour.clock()
    until = {"send_by": at + timedelta(seconds=20)}
    for one in (first, second):
        await tour.ask("journal.claim", one.id, **until)
    started = fact(FactKind.ANSWERED, at, ref=FIRST, job=first.id)
    told = {"notices": (CARD_NOTICE,)}
    of = (first.id, State.STARTED)
    await tour.ask("journal.complete", *of, evidence=(started,), **told)
    await tour.ask("journal.complete", second.id, State.UNKNOWN, **told)
    await _unread(tour)


async def _unread(tour):
    """Claim and answer what nothing comes between, as whoever sends it does."""
    at = tour.clock()
    about = {**ABOUT, "room": "of its own", "targets": ("c" * 64,)}
    asked = tour.new(agent="pb_unread", **about)
    start, _ = await tour.ask("journal.accept", asked, admit=lambda _usage: ())
    seen = await tour.ask("journal.claim", start.id, send_by=at, seen=start)
    said = fact(FactKind.ANSWERED, at, ref="-task-of-the-unread", job=start.id)
    more = {"notices": (CARD_NOTICE,), "evidence": (said,), "request_id": "r"}
    await tour.ask("journal.complete", start.id, State.STARTED, seen=seen, **more)


async def _settled(tour, second, third):
    foreign = tour.new(ends=True, ref=SECOND, sdk_app_id=APP)
    await tour.ask("journal.accept", foreign)
    attached = fact(FactKind.ATTACHED, tour.clock(), ref=SECOND, by="UEVE")
    await tour.ask("journal.settle", second.id, attached, audit=entry(9))
    await tour.ask("journal.reject", third.id, notices=(), audit=entry(10))


async def _told(tour, first):
    await tour.ask("journal.update", first.id, notices=(CARD_NOTICE,), note="n")
    await tour.ask("journal.name_targets", first.id, {"old": "b" * 64})
    await tour.ask("journal.notify", first.id, ALARMED, mark="stuck", forget=True)
    running = event(agent=first.subject.agent, task_id=FIRST)
    await tour.ask("journal.apply_event", running, APP)
    unmanaged = event(agent="pb_new", task_id="-task-of-nobody")
    await tour.ask("journal.adopt", tour.new(agent="pb_new"), unmanaged, 1)
    aged = fact(FactKind.AGED, tour.clock(), status=25)
    told = {"notices": (ALARMED,), "audit": entry(11)}
    await tour.ask("journal.learn", first.id, aged, **told)
    await tour.ask("journal.writable")


async def _changed(tour, first):
    change = change_of(tour.new, first, targets=("d" * 64,))
    accepted, _ = await tour.ask(
        "journal.accept", change, admit=lambda _usage: (), audit=entry(12)
    )
    until = {"send_by": tour.clock() + timedelta(seconds=20)}
    await tour.ask("journal.claim", accepted.id, **until)
    await tour.ask("journal.complete", accepted.id, State.DONE, notices=())


async def _ended(tour, first):
    stop, _ = await tour.ask("journal.accept", stop_of(tour.new, first))
    joined, _ = await tour.ask("journal.accept", stop_of(tour.new, first))
    assert joined.joins == stop.id
    await claimed(tour.journal, stop.id)
    await tour.ask("journal.complete", stop.id, State.DONE, notices=())


async def _questions_of_one(tour, thing):
    of_it = ("get", "facts_of", "request_of", "secret_of", "queued_stops", "joined")
    of_it += ("present_of", "open_change")
    for name in of_it:
        await tour.ask(f"find.{name}", thing.id)
    await tour.ask("find.by_key", "key-1")
    for name in ("by_handle", "history"):
        await tour.ask(f"find.{name}", thing.handle, TEAM)
    for ref in (SECOND, "-nobodys.."):
        await tour.ask("find.by_ref", ref, TEAM)
        await tour.ask("find.foreign_stops", ref, TEAM)
        await tour.ask("recents.named", ref, TEAM)
    await tour.ask("find.by_card", "C", "1.1", TEAM)
    await tour.ask("find.aimed", "0" * 64, TEAM)
    for text in ("295066", "UANA", "-task-of-the", "-past0000", "no-request"):
        await tour.ask("find.matching", text, TEAM)


async def _questions_of_all(tour):
    await tour.ask("find.recent", TEAM)
    await tour.ask("find.recent", TEAM, since=tour.clock())
    for states in STANDING:
        span = {"kind": RELAY, "states": states, "since": tour.clock()}
        await tour.ask("find.recent", TEAM, **span)
    for more in NARROW:
        for states in STANDING:
            await tour.ask("find.recent", TEAM, kind=RELAY, states=states, **more)
    await _of_what_lives(tour)
    await tour.ask("find.listed", TEAM, RELAY, 500)
    await tour.ask("find.last_failed", TEAM, "UANA", 1)
    await _former(tour)
    await tour.ask("find.unheard", APP)
    for name in ("unsent_stops", "nameless", "newest", "counts"):
        await tour.ask(f"find.{name}")
    for text in ("", "295066", "-task-of-nobody-here"):
        await tour.ask("recents.offered", RELAY, TEAM, "UANA", text)


async def _of_what_lives(tour):
    for name in ("find.live", "find.undecided"):
        for limit in ((), (20,)):
            await tour.ask(name, TEAM, RELAY, *limit)
        for more in (*NARROW, {"app": "none", "preset": "p", "since": tour.clock()}):
            for states in ({State.UNKNOWN}, RUNNING):
                await tour.ask(name, TEAM, RELAY, 20, states, **more)


async def _former(tour):
    for name in ("unsettled", "told_of"):
        for state in (State.QUEUED, State.SENDING):
            (*_others, last) = [
                None,
                *await tour.ask(f"former.{name}", state),
            ]
            await tour.ask(f"former.{name}", state, last)
    await tour.ask("former.count")
    await tour.ask("former.stops")
    for state in (State.QUEUED, State.SENDING):
        await tour.ask("former.taken", state)
    left, _ = await tour.journal.accept(tour.new(agent="pb_left"))
    await tour.ask("former.take", left.id)
    left = await claimed(tour.journal, left.id, "then")
    gone = fact(FactKind.AWAY, tour.clock(), since=0)
    await tour.ask("former.learn", [(left, gone)])
    (left,) = await tour.ask("former.unsettled", State.SENDING)
    unknown = {"error_code": "c", "error_text": "t"}
    await tour.ask("former.settle", [(left, FactKind.NO_ANSWER, unknown)])


async def _audit(tour):
    await tour.ask("audit.write", entry(12))
    for chain in ((), (TEAM,)):
        await tour.ask("audit.all", *chain)
    for handle, user in ((None, ""), ("R1", ""), (None, "UBOB")):
        await tour.ask("audit.lately", TEAM, handle=handle, user=user)
    for deep, chain in ((True, None), (True, TEAM), (False, None)):
        await tour.ask("trail.report", deep=deep, chain=chain)
    await tour.ask("trail.anchor", AT, Occasion.SETTLED)


async def _delivery(tour):
    at = tour.clock()
    await tour.ask("outbox.put", ALARMED, at, app="live")
    for _each in range(2):
        await tour.ask("known.tell", ALARMED, "told", timedelta(days=1))
    for after in ((), (at,)):
        await tour.ask("outbox.next_due", *after)
    for one in await tour.ask("outbox.due", at):
        await tour.ask("outbox.line_up", [(one.id, at)])
        await tour.ask("outbox.postpone", one, at)
        for name in ("gave_up", "drop"):
            await tour.ask(f"outbox.{name}", one)
        await tour.ask("outbox.hold", [one])
        await tour.ask("outbox.release", one)
        await tour.ask("outbox.all_sent", [(one, None)])
        await tour.ask("outbox.sent", one, ("C", "1.1"))
    await tour.ask("outbox.release")
    await tour.ask("outbox.cards_at", ("C", "1.1"))
    await tour.ask("outbox.expedite", at)
    for seconds in (-5, 5):
        await tour.ask("outbox.step", at, timedelta(seconds=seconds))
    await tour.ask("outbox.waiting")


async def _forms_and_keys(tour, thing):
    form = form_at(tour.clock)
    await tour.ask("open_forms.keep", form)
    await tour.ask("open_forms.change", form, {"room": "1"})
    await tour.ask("open_forms.get", form.id, team=form.team, user=form.user)
    used = tour.new(agent="pb_form")
    await tour.ask("journal.accept", used, form=form.id)
    await tour.ask("known.keep", "name", "value")
    await tour.ask("known.get", "name")
    await tour.ask("heard.note", APP, tour.clock())
    await tour.ask("heard.note_refused", APP)
    await tour.ask("heard.at", APP)
    await tour.ask("heard.since_sent", thing)
    await tour.ask("rotation.add_key")
    await tour.ask("rotation.go_on")
    await tour.ask("rotation.reseal")


async def _upkeep(tour):
    due = {"mark": "m", "since": "sent_at", "action": "StartPublishCdnStream"}
    for states, called_back in (((State.UNKNOWN,), False), (tuple(RUNNING), True)):
        late = Due(states=states, called_back=called_back, **due)
        await tour.ask("maintenance.overdue", late, tour.clock())
    await tour.ask("maintenance.oldest_unsent")
    await tour.ask("maintenance.backlog", tour.clock())
    await tour.ask("maintenance.prune", tour.clock())
    for name in ("ensure", "ensure_time", "beat", "bury", "others", "leave"):
        await tour.ask(f"life.{name}")


async def _pushes(tour):
    for now in (AT, AT + timedelta(hours=1)):
        await tour.ask("pushes.take", "account", now, now + timedelta(minutes=1))
    await tour.ask("pushes.note", "account", AT)
    await tour.ask("pushes.note", "account", AT, "UnauthorizedOperation")
    await tour.ask("pushes.poll", "account")
    running = await tour.ask("pushes.running")
    kept = [Kept(one.id, "[0,{}]", notices) for one in running for notices in NOTICES]
    await tour.ask("pushes.keep", kept)


async def _rooms(tour):
    row = {"room": "lobby", "sdk_app_id": APP, "numeric": False, "presence": "{}"}
    await tour.ask("rooms.keep", [RoomRow(heard_at=1, **row)])
    await tour.ask("rooms.called", "lobby")
    await tour.ask("rooms.watched")
    await tour.ask("rooms.in_use")
    await tour.ask("rooms.forget", tour.clock())


async def _slots(tour):
    if tour.journal.slots is None:
        return
    for pace in (Pace(rate=18.0), Pace(rate=1.0, patient=True)):
        await tour.ask("slots.take", "of", pace, 1.0)
        await tour.ask("slots.give_back", "of", pace)
        await tour.ask("slots.close", "of", pace, 1.0)
        await tour.ask("slots.slow_down", "of", pace)


async def _restored(tour):
    """End what is under way: a start, a stop of what runs, and a look-up."""
    await tour.journal.accept(tour.new(agent="pb_back", **ABOUT), notices=(ALARMED,))
    await tour.journal.accept(tour.new(kind=Kind("G"), agent="", creates=False))
    (running, *_others) = await tour.journal.find.live(TEAM, RELAY)
    await tour.journal.accept(stop_of(tour.new, running))
    await tour.ask("restored.withdraw", "a tour")
    for one in await tour.journal.outbox.due(tour.journal.now()):
        await tour.journal.outbox.drop(one)
